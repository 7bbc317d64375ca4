"""What somebody asks for, as wishes: which services, which commit, and under which name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from unshipped.app.bad import left, rolled_back
from unshipped.app.crew import Crew
from unshipped.app.expecting import expected
from unshipped.app.planning import already
from unshipped.app.proof import only, serving
from unshipped.core.logged.journal import Kept
from unshipped.core.logged.rolling import Rollout
from unshipped.core.model import Hold, Problem, Target
from unshipped.core.rollout import End
from unshipped.core.signals import Serving
from unshipped.core.value import Value
from unshipped.core.windows import Asked, Despite
from unshipped.errors import UsageError
from unshipped.ports.rolling import Book

PAST = 50
"""So many rollouts of a target, of those that touched something, are looked through for a way back."""


class Request(Value):
    """What several wishes have in common."""

    by: str
    reason: str = ""
    to: str = ""
    """The commit, tag or branch to deploy; without it what should serve."""
    despite: tuple[Despite, ...] = ()
    not_before: datetime | None = None
    canary: bool = False
    go_on: bool = False
    needs_approval: bool = False
    batch: str = ""


Identity = Callable[[], str]
"""Makes an id that nothing else has."""


def ask(
    crew: Crew,
    names: Sequence[str],
    request: Request,
    now: datetime,
    identity: Identity,
    left: dict[str, UsageError] | None = None,
) -> list[Asked]:
    """The wishes, not yet written down: one for each target. Raises `UsageError` and `GitError`. With `left`,
    a target of which nobody can say what it is to serve is put there, as long as there are others.
    """
    known: dict[object, str] = {}
    found = []
    for target in _targets(crew, names):
        origin = target.origins[0]
        own = crew.recipe(target.name).promote or origin.told_by
        same = (origin.repository, origin.rule, own and target.name)
        try:
            if same not in known:
                known[same] = commit_for(crew, target, request.to)
        except UsageError as error:
            if left is None:
                raise
            left[target.name] = error
            continue
        asked = _asked(target, known[same], request, now, identity())
        found.append(asked._replace(needs_approval=True) if crew.recipe(target.name).another else asked)
    if left and not found:
        raise next(iter(left.values()))
    return found


def ask_back(
    crew: Crew, names: Sequence[str], request: Request, now: datetime, identity: Identity
) -> list[Asked]:
    """Wishes to go back: to what was asked for, or to the last revision that passed before what serves. What
    never served there is no way back: where another one has to approve what is deployed, that too waits.
    """
    found = []
    targets = _targets(crew, names)
    for target, seen in zip(targets, serving(crew, targets), strict=True):
        own = identity()
        commit = commit_for(crew, target, request.to) if request.to else _passed(crew, target, seen, own)
        asked = _asked(target, commit, request, now, own)._replace(rollback=True)
        new = request.to and crew.recipe(target.name).another and not _served_before(crew, target, commit)
        found.append(asked._replace(needs_approval=True) if new else asked)
    return found


def held_back(asked: Asked, now: datetime) -> Kept:
    """The hold of who asks for a way back, however that ends: nothing comes again by itself."""
    return Kept(asked.id, asked.service, asked.environment, Hold(f"rollback: {asked.reason}", asked.by), now)


def affected(crew: Crew, asked: Sequence[Asked], now: datetime) -> list[Asked]:
    """Those of them whose code differs from what serves; what cannot be told is among them."""
    return [one for one, found in zip(asked, already(crew, asked, now), strict=True) if not found.same]


def commit_for(crew: Crew, target: Target, to: str) -> str:
    """The commit that a target is to serve: as it is asked for, as another environment has proven it, or as
    its rule says.
    """
    origin = target.origins[0]
    repository = crew.repository(origin.repository)
    if to:
        return repository.revisions([to])[0]
    if environment := crew.recipe(target.name).promote:
        return _proven(crew, target.service, environment)
    [found] = expected([(target, origin)], {origin.repository: repository}, crew.source)
    if isinstance(found, Problem):
        raise UsageError(f"{target.name}: {found.message}", found.hint)
    return found.commit


def _targets(crew: Crew, names: Sequence[str]) -> list[Target]:
    for name in names:
        crew.recipe(name)
    return [crew.targets[name] for name in names]


def _asked(target: Target, commit: str, request: Request, now: datetime, identity: str) -> Asked:
    return Asked(
        id=identity,
        service=target.service,
        environment=target.environment,
        commit=commit,
        by=request.by,
        at=now,
        reason=request.reason,
        despite=request.despite,
        not_before=request.not_before,
        needs_approval=request.needs_approval,
        canary=request.canary,
        batch=request.batch,
        go_on=request.go_on,
    )


def _proven(crew: Crew, service: str, environment: str) -> str:
    """What a target serves, proven by the last rollout of it that touched something and ended."""
    name = f"{service}/{environment}"
    ended = [one for one in past(crew.book, name) if one.outcome]
    if ended and ended[0].proven:
        return ended[0].plan.commit
    what = f"no rollout from here has proven anything in {name} that could be promoted"
    raise UsageError(what, f"unshipped rollouts {service} -e {environment}")


def _passed(crew: Crew, target: Target, seen: Serving, own: str) -> str:
    """The last revision that passed and is not what serves. Who sends the same wish once more means the same
    one: by then it may be what serves.
    """
    if sent := crew.book.wishes(ids=[own]):
        return sent[0].asked.commit
    rollouts, live = past(crew.book, target.name), only(seen)
    if under_way := next((one for one in rollouts if one.open), None):
        back = under_way.plan.rollback
        way = "wait for its end" if back else f"unshipped cancel {under_way.id} takes it back"
        where = f"rollout {under_way.id} of {target.name} to {under_way.plan.commit[:9]} is under way"
        raise UsageError(where, f"{way}, or say where to go with --to REV")
    halfway = rollouts and rollouts[0].outcome and rollouts[0].outcome.end is End.STOPPED
    if not live and seen.served and not halfway:
        raise UsageError(
            f"several revisions of {target.name} serve", "say which one it should be with --to REV"
        )
    if found := passed_before(rollouts, live):
        return found
    raise UsageError(
        f"no earlier revision of {target.name} has passed", "say which one it should be with --to REV"
    )


def _served_before(crew: Crew, target: Target, commit: str) -> bool:
    """Whether it passed there, or served there when something else was deployed."""
    return any(
        commit in (one.plan.live, one.plan.good) or (one.proven and commit == one.plan.commit)
        for one in past(crew.book, target.name)
    )


def past(book: Book, name: str) -> Sequence[Rollout]:
    """The rollouts of a target that touched something, the newest first."""
    return book.pasts([name], PAST).get(name, ())


def passed_before(rollouts: Sequence[Rollout], live: str) -> str:
    """The last revision that passed, is not what serves, and was not rolled back since; empty where none did.
    Newest rollout first. Where nobody knows what serves, as where it is down, it is what they left.
    """
    bad, live = rolled_back(rollouts), live or left(rollouts)
    for one in rollouts:
        if one.proven and one.plan.commit not in (live, *bad):
            return one.plan.commit
        if one.outcome and one.plan.commit == live and one.plan.good and one.plan.good not in bad:
            return one.plan.good
    return ""
