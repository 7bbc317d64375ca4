"""What may be pressed, by what the log and the configuration say. Whoever asks for the plan is told by the
world as well.
"""

from __future__ import annotations

from datetime import datetime

from unshipped.app.approve import why_not
from unshipped.app.asking import passed_before, past
from unshipped.app.decide import falls_on, held
from unshipped.core import words
from unshipped.core.logged.journal import Kept
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.rolling import Wish
from unshipped.core.model import State, Target
from unshipped.core.value import Value
from unshipped.core.windows import Asked, Lock, Wait, may_begin
from unshipped.core.windows import Ground as Around
from unshipped.web.access import Person, Scope
from unshipped.web.ground import Ground


class Button(Value):
    """Whether it may be pressed, the words on it, and why not."""

    declared: bool
    allowed: bool
    caption: str
    reason: str


def deploy(ground: Ground, person: Person, target: Target, standing: Standing) -> Button:
    """Whether what should serve may be deployed now."""
    if refused := _refused(ground, person, target, "Deploy"):
        return refused
    now, around = ground.clock(), _around(ground, target, standing)
    asked = Asked("", target.service, target.environment, standing.seen.expected, person.name, now)
    wait = may_begin(asked, around, now)
    if wait is None and (wish := _wished(ground, asked)):
        why = f"{wish.asked.by} asked for it: {wish.waits or 'it waits for a worker'}"
        return Button(True, False, "Asked for", why)
    if wait is None:
        return Button(True, True, "Deploy", "")
    until = f" until {words.moment(wait.until)}" if wait.until else ""
    return Button(True, False, _caption(asked, around, wait, now) + until, wait.reason)


def rollback(ground: Ground, person: Person, target: Target, standing: Standing) -> Button:
    """Whether it may go back to what passed before. Windows, freezes and holds do not keep it from that."""
    caption, now, live = "Roll back", ground.clock(), standing.seen.deployed
    if refused := _refused(ground, person, target, caption):
        return refused
    asked = Asked("", target.service, target.environment, live, person.name, now, rollback=True)
    if wait := may_begin(asked, _around(ground, target, standing), now):
        return Button(True, False, caption, wait.reason)
    if not passed_before(past(ground.store, target.name), live):
        return Button(True, False, caption, "no earlier revision of it has passed a rollout")
    return Button(True, True, caption, "")


def approval(ground: Ground, person: Person, wish: Wish) -> str:
    """Why they may not approve what waits; empty where they may."""
    config, asked = ground.config(), wish.asked
    owner = next((one.owner for one in config.targets if one.name == asked.target), "")
    if not person.may(Scope.DEPLOY, asked.service, owner):
        return f"{person.name} may not deploy it"
    return why_not(wish, config.deploying.recipes, person.name)


def holds(ground: Ground, target: Target) -> list[Kept]:
    """What holds that target now."""
    now = ground.clock()
    return [
        one
        for one in held(ground.store.holds(now), [target], now)
        if (one.service, one.environment) == (target.service, target.environment)
    ]


def locks(ground: Ground, target: Target) -> list[Lock]:
    """What locks that target now."""
    return [one for one in ground.store.locks(ground.clock()) if falls_on(one, target)]


def _refused(ground: Ground, person: Person, target: Target, caption: str) -> Button | None:
    """Where nothing is deployed to it at all, or not by them."""
    if ground.crew is None or target.name not in ground.config().deploying.recipes:
        return Button(False, False, caption, "it is not deployed from here: `deploy:` says how")
    if not person.may(Scope.DEPLOY, target.service, target.owner):
        return Button(True, False, caption, f"{person.name} may not deploy it")
    return None


def _wished(ground: Ground, asked: Asked) -> Wish | None:
    """That very commit waits in the queue."""
    waiting = (one for one in ground.store.wishes() if one.asked.target == asked.target)
    return next((one for one in waiting if one.asked.commit == asked.commit), None)


def _around(ground: Ground, target: Target, standing: Standing) -> Around:
    """Its freezes are not among its holds here: a deploy waits for each by a rule of its own."""
    recipe = ground.config().deploying.recipes[target.name]
    own = next(one for one in ground.config().targets if one.name == target.name)
    return Around(
        windows=recipe.windows,
        freezes=recipe.freezes,
        locks=tuple(ground.store.locks(ground.clock())),
        holds=tuple(one.hold for one in holds(ground, own)),
        running=next((one.id for one in ground.store.rollouts(target=target.name, open_only=True)), ""),
        same=standing.seen.state is State.IN_SYNC,
    )


def _caption(asked: Asked, around: Around, wait: Wait, now: datetime) -> str:
    """The word for what is in the way."""
    if around.running:
        return "Deploying"
    if around.same:
        return "Live"
    if may_begin(asked, around._replace(locks=()), now) != wait:
        return "Locked"
    return "Held" if around.holds else "Closed"
