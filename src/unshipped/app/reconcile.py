"""What is deployed by itself: whatever waits is asked for again and again until it is proven to serve.

It looks at what each target proves to run, never at what was pushed last: a deploy that was skipped or lost
is found at the next look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from unshipped.app.asking import commit_for
from unshipped.app.crew import Crew
from unshipped.core.logged.deploys import PRODUCT
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.rolling import Fate, Rollout
from unshipped.core.model import State, Target
from unshipped.core.recipe import Mode, Recipe
from unshipped.core.value import Value
from unshipped.core.windows import Asked
from unshipped.errors import GitError, UsageError
from unshipped.schedule import Schedule

BY = f"{PRODUCT}/auto"
_FIRST_PAUSE, _LONGEST_PAUSE = 60.0, 3600.0
_PAST = 20


class Reconciled(Value):
    """What is to be done, and what would be."""

    asked: tuple[Asked, ...] = ()
    would: tuple[Asked, ...] = ()
    """Where it is only to be said."""


def reconcile(crew: Crew, standings: Mapping[str, Standing], now: datetime) -> Reconciled:
    """Ask for what waits. What was asked for already has the same id, and stays as it is."""
    asked: list[Asked] = []
    would: list[Asked] = []
    waiting = {one.asked.target: one.asked for one in crew.book.wishes()}
    for name, recipe in crew.recipes.items():
        if recipe.mode is Mode.OFF or not _waits(standings.get(name), recipe, now):
            continue
        waits = waiting.get(name)
        wish = _wish(crew, name, recipe, standings[name].seen.expected, now, waits)
        if not wish or (waits and waits.commit == wish.commit):
            continue
        (would if recipe.mode is Mode.PREVIEW else asked).append(wish)
    if asked:
        crew.book.wish(*asked)
    return Reconciled(tuple(asked), tuple(would))


def _waits(standing: Standing | None, recipe: Recipe, now: datetime) -> bool:
    """Whether it is behind for long enough. What is ahead, diverged or unknown is a person's turn."""
    if standing is None or standing.seen.state is not State.BEHIND or standing.seen.behind_since is None:
        return False
    return (now - standing.seen.behind_since).total_seconds() >= recipe.wait


def _wish(
    crew: Crew, name: str, recipe: Recipe, expected: str, now: datetime, waits: Asked | None
) -> Asked | None:
    """The wish, unless it is of no use just now. `waits` is what is asked for of the target already. What was
    `expected` when it was looked at is another commit here where one of the two is not up to date.
    """
    target = crew.targets[name]
    try:  # who tells what should serve was asked when it was looked at, and need not be asked each time
        told = target.origins[0].told_by and not recipe.promote
        commit = expected if told else commit_for(crew, target, "")
    except (GitError, UsageError):
        return None
    if not commit or (expected not in ("", commit) and not recipe.promote):
        return None
    past = crew.book.rollouts(target=name, most=_PAST)
    mine = [one for one in past if one.plan.commit == commit]
    if any(one.open for one in past) or not _may_try(mine, now):
        return None
    if (identity := _name(crew, target, commit, len(mine) + 1, now, waits=waits is not None)) is None:
        return None
    return Asked(
        id=identity,
        service=target.service,
        environment=target.environment,
        commit=commit,
        by=BY,
        at=now,
        reason="it waits to be deployed",
        not_before=_when(recipe, now, waits),
        needs_approval=recipe.mode is Mode.APPROVE,
    )


def _name(crew: Crew, target: Target, commit: str, number: int, now: datetime, *, waits: bool) -> str | None:
    """The same for everybody who asks for it now. None where it was taken out of the queue: that stays so
    until the target has been in order since, or where something else was asked for until that waits no more.
    """
    while True:
        identity = f"{target.service}-{target.environment}-{commit[:12]}-{number}"
        known = next(iter(crew.book.wishes(ids=[identity])), None)
        if known is None:
            return identity
        if known.asked.target != target.name:  # `web-eu` in `prod` is called like `web` in `eu-prod`
            number += 1
            continue
        if known.settled_at is None:
            return identity
        if known.fate is Fate.REPLACED and waits:
            return None
        if known.fate in (Fate.DROPPED, Fate.SAME) and not _in_order(
            crew, target.name, known.settled_at, now
        ):
            return None
        number += 1


def _in_order(crew: Crew, target: str, since: datetime, now: datetime) -> bool:
    seen = crew.book.stretches(since=since, until=now, target=target)
    return any(one.seen.state is State.IN_SYNC for one in seen)


def _may_try(mine: Sequence[Rollout], now: datetime) -> bool:
    """Whether another attempt at the same commit is due. One that was rolled back, stopped or cancelled is a
    person's turn; one that touched nothing is tried again, ever more rarely.
    """
    if not mine:
        return True
    if any(one.cancelled_by or (one.outcome and one.outcome.holds) for one in mine):
        return False
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(len(mine) - 1, 10))
    return now >= (mine[0].ended_at or now) + timedelta(seconds=pause)


def _when(recipe: Recipe, now: datetime, waits: Asked | None) -> datetime | None:
    """The next moment of its schedule; None where it has none. What came due and could not begin stays due,
    whatever lands meanwhile.
    """
    if not recipe.schedule:
        return None
    following = Schedule(recipe.schedule, recipe.zone).next(now)
    due = waits.not_before if waits and waits.by == BY else None
    return min(due, following) if due else following
