"""One rollout, carried out step by step: whatever dies in between, somebody goes on where it was."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from unshipped.app.aftermath import aftermath
from unshipped.app.announce import announced
from unshipped.app.between import came_between
from unshipped.app.crew import Crew, digest
from unshipped.app.ours import left_alone
from unshipped.app.proof import only, probe, prove, serving
from unshipped.app.teller import Teller, TurnLostError
from unshipped.core.logged.rolling import Rollout, Taken
from unshipped.core.model import Target
from unshipped.core.recipe import Recipe
from unshipped.core.rollout import Do, End, Next, Outcome, Plan, Result, Step, Went, next_step
from unshipped.core.texts.announcing import begun
from unshipped.errors import DeployError, StoreError, UnshippedError
from unshipped.ports.deploying import Order, Probed
from unshipped.ports.rolling import Turnstile

PATIENCE = 2.0
"""For so many seconds it is waited for whoever changes what serves for the same target."""
AGAIN = 1.0
LONGEST_PAUSE = 5.0
"""A longer wait is interrupted, so that somebody who wants it ended is heard."""
FRESH = timedelta(minutes=1)
"""What was looked at longer ago is looked at once more before anything is touched."""
_ASK_EVERY = 1.0


def advance(crew: Crew, identity: str, brisk: float = 0.0) -> float | None:
    """Carry out what is next of a rollout, and answer after how many seconds to ask again; None where it has
    ended. It can be called by anybody at any time: one at a time does something for a target, what was begun
    by somebody who died is done again, and what somebody else knows how to do is left to them.

    A step that took less than `brisk` seconds is followed at once by the next one.
    """
    if not (found := _open(crew, identity)):
        return None
    if pause := left_alone(crew, found):
        return pause
    with crew.book.alone(found.target, PATIENCE) as turn:
        if turn is None:
            return AGAIN
        while True:
            began = time.monotonic()
            again = _next(crew, identity, turn)
            if again != 0 or time.monotonic() - began >= brisk:
                return again


def _next(crew: Crew, identity: str, turn: Turnstile) -> float | None:
    rollout = _open(crew, identity)  # whoever had the turn may have ended it
    if not rollout:
        return None
    if pause := left_alone(crew, rollout):
        return pause
    steps = crew.book.steps(identity)
    what = next_step(rollout.plan, _results(rollout, steps))
    if isinstance(what, Next) and _touches_first(what, steps) and (why := _against(crew, rollout, steps)):
        what = Outcome(End.REFUSED, f"{why}; nothing was touched")
    if isinstance(what, Outcome):
        crew.book.end(aftermath(crew, rollout, what, steps))
        return None
    return _step(crew, rollout, what, turn)


def _results(rollout: Rollout, steps: list[Taken]) -> list[Result]:
    """How its steps went. Who cancelled it in the last one of the way there is heeded as before that."""
    results = [one.result for one in steps if one.result]
    if not rollout.cancelled_by:
        return results
    last, why = len(rollout.plan.steps) - 1, cancelled(rollout)
    return [
        one._replace(went=Went.FAILED, detail=why) if one.number == last and one.went is Went.PASSED else one
        for one in results
    ]


def _touches_first(what: Next, steps: list[Taken]) -> bool:
    """Whether nobody has begun to touch anything, and this would."""
    return what.step.do is Do.DEPLOY and not what.back and all(one.number < what.number for one in steps)


def _against(crew: Crew, rollout: Rollout, steps: list[Taken]) -> str:
    """What speaks against it right before anything is touched: what was looked at first may be long ago."""
    if rollout.cancelled_by:
        return cancelled(rollout)
    if why := came_between(crew, rollout.plan):
        return why
    target = crew.targets.get(rollout.target)
    looked = min((one.begun_at for one in steps), default=rollout.begun_at)
    if target is None or crew.clock() - looked < FRESH:
        return ""
    return _moved(rollout.plan, only(serving(crew, [target])[0]))


def _open(crew: Crew, identity: str) -> Rollout | None:
    found = crew.book.rollouts(ids=[identity])
    return found[0] if found and found[0].open else None


def _step(crew: Crew, rollout: Rollout, what: Next, turn: Turnstile) -> float:
    taken = crew.book.take(rollout.id, what.number, crew.by, crew.clock())
    if taken.result:
        return 0.0
    if rollout.cancelled_by and not what.back and not _may_run(what, taken):
        seen: Probed | float | None = Probed(Went.FAILED, cancelled(rollout))
    else:
        teller = Teller(crew, rollout.id, what.number, _wanted(crew, rollout, what, turn), time.monotonic)
        try:
            seen = _carried(crew, rollout.plan, what, taken, teller)
        except TurnLostError:
            return AGAIN
        finally:
            teller.close()
    if not turn.holds():
        return AGAIN  # somebody else may have it by now: what was seen here counts for nothing
    if isinstance(seen, float):
        return seen
    if seen is None:
        now = _open(crew, rollout.id)
        if now is None or not now.cancelled_by:
            return AGAIN
        seen = Probed(Went.FAILED, cancelled(now))
    crew.book.went(rollout.id, Result(what.number, seen.went, crew.clock(), seen.detail))
    return 0.0


def _may_run(what: Next, taken: Taken) -> bool:
    """Whether somebody who died may have left it running: it is ended before anything else is brought."""
    return taken.attempts > 1 and what.step.do in (Do.DEPLOY, Do.SHIFT)


def cancelled(rollout: Rollout) -> str:
    """Who ended it, and why."""
    why = f": {rollout.cancel_reason}" if rollout.cancel_reason else ""
    return f"cancelled by {rollout.cancelled_by}{why}"


def _wanted(crew: Crew, rollout: Rollout, what: Next, turn: Turnstile) -> Callable[[], bool]:
    """Whether the step has to end because somebody wants that. The log is asked once a second."""
    asked, answer = time.monotonic(), bool(rollout.cancelled_by)

    def ended() -> bool:
        nonlocal asked, answer
        if not turn.holds():
            raise TurnLostError
        if what.back:
            return False
        if not answer and time.monotonic() - asked >= _ASK_EVERY:
            asked = time.monotonic()
            found = crew.book.rollouts(ids=[rollout.id])
            answer = bool(found and found[0].cancelled_by)
        return answer

    return ended


def _carried(crew: Crew, plan: Plan, what: Next, taken: Taken, teller: Teller) -> Probed | float | None:
    """How it went; after how many seconds to ask again; None where it was ended before it was done."""
    step = what.step
    target, recipe = _way(crew, plan, what, taken)
    if target is None or recipe is None:
        return Probed(Went.COULD_NOT, f"{plan.target} is not deployed from here any more")
    if step.do is Do.BAKE:
        return _baked(step.seconds, (crew.clock() - taken.begun_at).total_seconds())
    if step.do is Do.READY:
        return _ready(crew, plan, target)
    rest = plan.commit if what.back else plan.live
    if step.do is Do.VERIFY:
        return _proven(crew, target, recipe, step, rest, teller)
    where, made = (plan.service, plan.environment), str(plan.made_at or "")
    order = Order(plan.id, what.number, *where, step.commit, step.share, rest, made, what.back)
    if step.do is Do.CHECK:
        return probe(crew, recipe, order, step.name, teller)
    if objection := _objection(crew, plan, what, target, taken):
        return Probed(Went.COULD_NOT, objection)
    if crew.announce and not what.back:
        crew.book.add(announced(begun(plan), crew.announce, taken.begun_at))
    return _brought(crew, recipe, what, order, teller, first=step.do is Do.DEPLOY and taken.attempts == 1)


def _way(crew: Crew, plan: Plan, what: Next, taken: Taken) -> tuple[Target | None, Recipe | None]:
    """What is carried out. Until anything is touched, as it is declared now; then as it was planned, where
    that is known here: a deploy may bring another configuration with it.
    """
    deploys = [number for number, step in enumerate(plan.steps) if step.do is Do.DEPLOY]
    touched = what.number > min(deploys) or taken.attempts > 1
    planned = crew.knew(plan.target, plan.made_of) if touched else None
    return planned or (crew.targets.get(plan.target), crew.recipes.get(plan.target))


def _proven(
    crew: Crew, target: Target, recipe: Recipe, step: Step, rest: str, teller: Teller
) -> Probed | None:
    asked = recipe.identity
    seen = prove(crew, target, step, rest, asked, teller)
    if seen is None or seen.went is Went.PASSED:
        return seen
    return seen._replace(detail=f"{seen.detail}, {asked.within:g} s after it was deployed")


def _brought(
    crew: Crew, recipe: Recipe, what: Next, order: Order, teller: Teller, *, first: bool
) -> Probed | None:
    try:
        deployer = crew.deployer(recipe)
        do = deployer.bring if what.step.do is Do.DEPLOY else deployer.shift
        do(order, teller)
    except StoreError:
        raise
    except DeployError as error:
        failed = Probed(_failed(error, first=first), error.message)
    except Exception as error:  # a deployer of a third party must not keep a rollout from ending
        failed = Probed(Went.COULD_NOT, f"{type(error).__name__}: {error}")
    else:
        return Probed(Went.PASSED, "")
    return None if teller.cancelled() and failed.went is not Went.NOT_BEGUN else failed


def _failed(error: DeployError, *, first: bool) -> Went:
    """What fails before anything is asked for says nothing of what an earlier step or attempt brought."""
    if error.early and first:
        return Went.NOT_BEGUN
    return Went.FAILED if error.certain and not error.early else Went.COULD_NOT


def _baked(seconds: float, passed: float) -> Probed | float:
    """A clock that was set back lets it last no longer than it would anew."""
    left = min(seconds - passed, seconds)
    return Probed(Went.PASSED, "") if left <= 0 else float(min(left, LONGEST_PAUSE))


def _ready(crew: Crew, plan: Plan, target: Target) -> Probed:
    """Whether everything is still as it was when the plan was made."""
    if digest(crew.recipes[plan.target]) != plan.made_of:
        return Probed(Went.FAILED, "what is declared of its deploy changed since it was planned")
    if why := came_between(crew, plan):
        return Probed(Went.FAILED, why)
    live = only(serving(crew, [target])[0])
    if why := _moved(plan, live):
        return Probed(Went.FAILED, why)
    if plan.good and (why := _gone(crew, plan)):
        return Probed(Went.FAILED, f"there is no way back to {plan.good[:9]} any more: {why}")
    return Probed(Went.PASSED, f"{live[:9] or 'nothing that is known'} serves")


def _moved(plan: Plan, live: str) -> str:
    """What else serves by now than when the plan was made; empty where nothing does. Where nobody knew what
    served, a way back goes over whatever it is: that is what it was asked for.
    """
    if live in (plan.live, plan.commit) or (plan.rollback and not plan.live):
        return ""
    was = f"not {plan.live[:9]}" if plan.live else "which nobody knew"
    return f"{live[:9] or 'nobody knows what'} serves by now, {was}"


def _gone(crew: Crew, plan: Plan) -> str:
    try:
        return crew.deployer(crew.recipes[plan.target]).still_has(plan.service, plan.environment, plan.good)
    except UnshippedError as error:
        return error.message
    except Exception as error:  # as where it brings something
        return f"{type(error).__name__}: {error}"


def _objection(crew: Crew, plan: Plan, what: Next, target: Target, taken: Taken) -> str:
    """Why no traffic is to be moved: it would be taken away from what somebody else deployed meanwhile. Right
    before anything is touched that was looked at; where nobody knew what served, only the way back asks.
    """
    first = what.step.do is Do.DEPLOY and taken.attempts == 1
    if not what.back and (first or not plan.live):
        return ""
    expected = {plan.live, plan.commit, plan.good if what.back else ""}
    others = {one.commit for one in serving(crew, [target])[0].served} - expected
    return f"{min(others)[:9]} serves by now, which somebody else deployed" if others else ""
