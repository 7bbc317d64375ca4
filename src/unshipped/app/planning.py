"""What a wish comes to: the whole plan, or why it has to wait. What is previewed is made here, and so is what
is carried out.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from unshipped.app.bad import rolled_back, why_bad
from unshipped.app.crew import Crew, digest
from unshipped.app.proof import only, origin_of, serving
from unshipped.core.logged.rolling import Rollout
from unshipped.core.model import Facts, Origin, Problem, Question, Target
from unshipped.core.recipe import Recipe
from unshipped.core.rollout import Do, Plan, Step, way
from unshipped.core.signals import Serving
from unshipped.core.value import Value
from unshipped.core.windows import Asked, Despite, Ground, Wait
from unshipped.errors import DeployError, GitError, UnshippedError
from unshipped.ports.deploying import Deployer

MOST_CHANGES = 100
"""How many of the changes that go live are named in a plan."""
CANARY = (0.1, 0.5)
"""The shares of a canary where none are declared."""
PAST = 20
"""So many rollouts of a target, of those that touched something, say what is bad and what it goes back to."""
_AT_ONCE = 16


class Prospect(Value):
    """A wish held against the world as it is."""

    asked: Asked
    plan: Plan | None = None
    ground: Ground = Ground()
    wait: Wait | None = None
    """Why there is no plan."""
    after: tuple[str, ...] = ()
    """Services that are deployed before it."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know before it begins."""
        first = (f"{service} is deployed first" for service in self.after)
        return (*(self.plan.notes if self.plan else ()), *first)


class _Seen(Value):
    """What is known of one wish's target."""

    asked: Asked
    target: Target
    origin: Origin
    recipe: Recipe
    past: tuple[Rollout, ...] = ()
    serving: Serving = Serving()
    facts: Facts | Problem | None = None
    older: bool = False
    """Whether what serves holds the commit already."""

    @property
    def live(self) -> str:
        return only(self.serving)


def prospects(crew: Crew, wishes: Sequence[Asked], now: datetime) -> list[Prospect]:
    """The plan of each, in order. Everything is asked once for all of them."""
    seen = [_declared(crew, asked) for asked in wishes]
    known = _looked(crew, _with_past(crew, [one for one in seen if isinstance(one, _Seen)]), now)
    with ThreadPoolExecutor(_AT_ONCE, "unshipped-plan") as threads:
        made = iter(list(threads.map(lambda one: _prospect(crew, one, now), known)))
    return [one if isinstance(one, Prospect) else next(made) for one in seen]


class Already(Value):
    """What serves in place of what was wished for."""

    live: str = ""
    """The one commit that serves; empty where it is not known, or where several do."""
    same: bool = False
    """Whether that has the same content."""
    problem: str = ""
    """Why the two cannot be compared."""


def already(crew: Crew, wishes: Sequence[Asked], now: datetime) -> list[Already]:
    """Of each what serves, and whether that has the same content."""
    seen = [_declared(crew, asked) for asked in wishes]
    known = iter(_looked(crew, [one for one in seen if isinstance(one, _Seen)], now))
    return [_already(next(known)) if isinstance(one, _Seen) else Already() for one in seen]


def _already(one: _Seen) -> Already:
    return Already(one.live, _same(one), one.facts.message if isinstance(one.facts, Problem) else "")


def _looked(crew: Crew, known: Sequence[_Seen], now: datetime) -> list[_Seen]:
    found = serving(crew, [one.target for one in known])
    looked = [one._replace(serving=seen) for one, seen in zip(known, found, strict=True)]
    return _measured(crew, looked, now)


def _with_past(crew: Crew, known: Sequence[_Seen]) -> list[_Seen]:
    pasts = crew.book.pasts({one.asked.target for one in known}, PAST) if known else {}
    return [one._replace(past=tuple(pasts.get(one.asked.target, ()))) for one in known]


def _same(one: _Seen) -> bool:
    return isinstance(one.facts, Facts) and not one.facts.differs


def _declared(crew: Crew, asked: Asked) -> _Seen | Prospect:
    target, recipe = crew.targets.get(asked.target), crew.recipes.get(asked.target)
    if target is None or recipe is None:
        return Prospect(asked, wait=Wait(f"{asked.target} is not deployed from here", final=True))
    if target.retired:
        return Prospect(asked, wait=Wait(f"{asked.target} is retired", final=True))
    if isinstance(origin := origin_of(target), str):
        return Prospect(asked, wait=Wait(origin, final=True))
    return _Seen(asked, target, origin, recipe)


def _measured(crew: Crew, known: Sequence[_Seen], now: datetime) -> list[_Seen]:
    """How far what serves is from what is to serve: one walk for each commit."""
    asked: dict[tuple[str, str], list[int]] = {}
    for at, one in enumerate(known):
        if one.live:
            asked.setdefault((one.origin.repository, one.asked.commit), []).append(at)
    found = list(known)
    for (repository, commit), places in asked.items():
        questions = [Question(known[at].origin.closure, known[at].live) for at in places]
        try:
            opened = crew.repository(repository)
            answers = opened.measure(commit, questions, now=now, limit=MOST_CHANGES, commits=False)
            lives = {known[at].live for at in places} - {commit}
            newer = {live for live, _ in opened.holding([(live, commit) for live in lives])} if lives else ()
        except GitError as error:
            answers = [error.problem()] * len(places)
            newer = ()
        for at, facts in zip(places, answers, strict=True):
            found[at] = found[at]._replace(facts=facts, older=known[at].live in newer)
    return found


def _prospect(crew: Crew, one: _Seen, now: datetime) -> Prospect:
    try:
        deployer = crew.deployer(one.recipe)
        ground = _ground(crew, one, now)
        shares = _shares(one, deployer)
        back = _still_there(one, deployer) if one.asked.rollback else _way_back(one, deployer)
    except UnshippedError as error:
        return Prospect(one.asked, wait=Wait(error.message))
    except Exception as error:  # noqa: BLE001 - one of a third party must keep no other target waiting
        return Prospect(one.asked, wait=Wait(f"{one.recipe.by.kind}: {type(error).__name__}: {error}"))
    if isinstance(shares, Wait):
        return Prospect(one.asked, ground=ground, wait=shares)
    if isinstance(back, Wait):
        return Prospect(one.asked, ground=ground, wait=back)
    return Prospect(one.asked, _plan(one, *back, shares, now), ground)


def _ground(crew: Crew, one: _Seen, now: datetime) -> Ground:
    """What speaks against it, of all that the world says."""
    asked, facts, unknown = one.asked, one.facts, _unknown(one)
    repository = crew.repository(one.origin.repository)
    return Ground(
        older=one.older,
        bad="" if asked.rollback else why_bad(repository, one.origin, asked.commit, one.past, now),
        ahead=len(facts.ahead) if isinstance(facts, Facts) and not one.older else 0,
        unknown=unknown,
        same=_same(one),
    )


def _unknown(one: _Seen) -> str:
    if one.serving.problem:
        return one.serving.problem.message
    if not one.live:
        return "several revisions serve"
    return one.facts.message if isinstance(one.facts, Problem) else ""


def _shares(one: _Seen, deployer: Deployer) -> tuple[float, ...] | Wait:
    wanted = one.recipe.shares or (CANARY if one.asked.canary else ())
    if one.asked.rollback or not wanted:
        return ()
    if not one.live and Despite.UNKNOWN in one.asked.despite:
        way = (
            "take `shares` out of its recipe until it serves" if one.recipe.shares else "ask without --canary"
        )
        why = "nobody knows what serves, nor what has the rest of the traffic: no canary"
        return Wait(f"{why}; {way}", final=True)
    if deployer.shares:
        return wanted
    return Wait("its deployer cannot give a part of the traffic: no canary", final=True)


def _way_back(one: _Seen, deployer: Deployer) -> tuple[str, list[str]]:
    """The last other revision that passed and is still there, or what serves where none ever did; and what a
    person should know of it. What was rolled back since is no way back.
    """
    if not one.recipe.rollback:
        return "", ["it is not rolled back by itself: `rollback` says so"]
    passed = (rollout.plan.commit for rollout in one.past if rollout.proven)
    bad = rolled_back(one.past).keys() | {one.asked.commit, ""}
    notes = []
    for commit in [each for each in dict.fromkeys(passed) if each not in bad] or {one.live} - bad:
        if why := deployer.still_has(one.target.service, one.target.environment, commit):
            notes.append(f"{commit[:9]} cannot be brought again: {why}")
        else:
            return commit, notes
    return "", [*notes, "there is no revision that it could be rolled back to"]


def _still_there(one: _Seen, deployer: Deployer) -> tuple[str, list[str]] | Wait:
    """What is gone back to has no way back behind it: it has to be there. A registry that does not say
    keeps nobody from it.
    """
    commit = one.asked.commit
    try:
        why = deployer.still_has(one.target.service, one.target.environment, commit)
    except DeployError as error:
        return "", [f"nobody knows whether {commit[:9]} can be brought again: {error.message}"]
    told = f"{commit[:9]} cannot be brought again: {why}; --to names another one"
    return Wait(told, final=True) if why else ("", [])


def _approved(asked: Asked) -> list[str]:
    return [f"approved by {asked.approved_by}"] if asked.approved_by else []


def _plan(one: _Seen, good: str, notes: Sequence[str], shares: tuple[float, ...], now: datetime) -> Plan:
    asked, recipe = one.asked, one.recipe
    checks = [name for name, _ in recipe.checks]
    before = [Step(Do.CHECK, asked.commit, name=name, share=0.0) for name, _ in recipe.before]
    listed = one.facts.listed if isinstance(one.facts, Facts) and not asked.rollback else ()
    return Plan(
        id=asked.id,
        service=asked.service,
        environment=asked.environment,
        commit=asked.commit,
        live=one.live,
        good=good,
        steps=(
            Step(Do.READY, asked.commit),
            *before,
            *way(asked.commit, checks, shares=shares, bake=recipe.bake),
        ),
        back=way(good, checks) if good else (),
        rollback=asked.rollback,
        ships=tuple(change for change in listed if not change.cancelled),
        by=asked.by,
        reason=asked.reason,
        made_at=now,
        made_of=digest(recipe),
        notes=(*notes, *(f"despite {one.value}" for one in asked.despite), *_approved(asked)),
    )
