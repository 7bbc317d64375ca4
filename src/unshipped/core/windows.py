"""May something be deployed now, and if not, why not and until when? Windows, freezes, locks, the queue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import Enum

from unshipped.core import words
from unshipped.core.holds import lasts
from unshipped.core.hours import WorkingHours, openings, within
from unshipped.core.model import Hold
from unshipped.core.names import fits
from unshipped.core.value import Value

FULL = "as many rollouts as may be are under way"
_WEEK = timedelta(days=8)
_MOST_ENDS = 100


class Freeze(Value):
    """When nothing is deployed, whatever a window says."""

    since: datetime
    until: datetime
    reason: str
    by: str


class Lock(Value):
    """Somebody's decision that nothing is deployed to some targets until it is taken away or ends."""

    id: str
    reason: str
    by: str
    since: datetime
    until: datetime | None = None
    services: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()

    def holds(self, now: datetime) -> bool:
        """From the moment on at which it is written down, whatever the clock of who placed it said."""
        return self.until is None or now < self.until


class Despite(str, Enum):
    """A safety that somebody steps over, by its name: each is asked for by itself, and told of."""

    AHEAD = "ahead"
    """Production has code that the branch lacks, and would lose it."""
    BAD = "bad"
    """The commit was rolled back before."""
    HELD = "held"
    """The target is held."""
    SAME = "same"
    """What serves has the same content already."""
    UNAPPROVED = "unapproved"
    """Somebody has to approve it, and did not."""
    UNKNOWN = "unknown"
    """Nobody knows what serves, so nobody knows what would be overwritten."""
    WINDOW = "window"
    """It is outside of every window, or in a freeze."""


class Asked(Value):
    """A wish to deploy something."""

    id: str
    service: str
    environment: str
    commit: str
    by: str
    at: datetime
    reason: str = ""
    rollback: bool = False
    """Rollbacks wait for no window and no freeze; a lock and the queue hold for them too."""
    despite: tuple[Despite, ...] = ()
    not_before: datetime | None = None
    approved_by: str = ""
    needs_approval: bool = False
    canary: bool = False
    """Whether the traffic is given share by share, also where that is not the usual way."""
    batch: str = ""
    """What was asked for at once is of one batch."""
    go_on: bool = False
    """Whether the others of the batch go on where one of them fails."""

    @property
    def target(self) -> str:
        return f"{self.service}/{self.environment}"

    @property
    def unapproved(self) -> bool:
        """Whether somebody has to approve it still."""
        return self.needs_approval and not self.approved_by and Despite.UNAPPROVED not in self.despite


class Ground(Value):
    """What decides beside the wish itself."""

    windows: tuple[WorkingHours, ...] = ()
    """When deploying is allowed; without any it always is."""
    freezes: tuple[Freeze, ...] = ()
    locks: tuple[Lock, ...] = ()
    holds: tuple[Hold, ...] = ()
    running: str = ""
    """The rollout of the same target that is under way."""
    older: bool = False
    """Whether what serves already contains the commit: then it would undo something."""
    bad: str = ""
    """Why the commit is known to be bad, where it is."""
    ahead: int = 0
    """How many commits of production the commit lacks."""
    unknown: str = ""
    """Why it is not known what serves, where it is not."""
    same: bool = False
    """Whether what serves has the same content."""
    first: str = ""
    """What goes first, and where that is."""
    full: bool = False
    """Whether as many rollouts are under way as may be at once."""
    another: bool = False
    """Whether who asked for it may not approve it."""


class Wait(Value):
    """Not now, and why."""

    reason: str
    until: datetime | None = None
    """When it may be otherwise, where that is known."""
    final: bool = False
    """Whether waiting is of no use."""
    same: bool = False
    """Whether what was asked for serves already."""


def may_begin(asked: Asked, ground: Ground, now: datetime) -> Wait | None:
    """Why a deploy has to wait; None where it may begin. Denials come before everything that allows."""
    return (
        _refused(asked, ground)
        or _locked(asked, ground, now)
        or _held(asked, ground, now)
        or _unapproved(asked, ground)
        or _early(asked, now)
        or _closed(asked, ground, now)
        or (Wait(ground.first) if ground.first and not asked.rollback else None)
        or (Wait(f"rollout {ground.running} of it is under way") if ground.running else None)
        or (Wait(FULL) if ground.full else None)
    )


def may_not_approve(asked: Asked, by: str, another: bool) -> str:
    """Why that person may not approve it; empty where they may. Names that differ in case alone are one."""
    if another and asked.needs_approval and by.casefold() == asked.by.casefold():
        return f"{asked.by} asked for it: somebody other than {asked.by} has to approve it"
    return ""


def opens(asked: Asked, ground: Ground, now: datetime) -> datetime | None:
    """When all that ends by itself and keeps it back will have ended: freezes, windows, its own time, locks
    and holds. None where nothing of the kind does, or where one of them has no end.
    """
    at = now
    for _ in range(_MOST_ENDS):
        wait = (
            _locked(asked, ground, at)
            or _held(asked, ground, at)
            or _early(asked, at)
            or _closed(asked, ground, at)
        )
        if wait is None:
            return at if at > now else None
        if wait.until is None:
            return None
        at = wait.until
    return None


def newest(
    queue: Sequence[Asked], holding: Collection[tuple[str, str]] = ()
) -> tuple[list[Asked], list[Asked]]:
    """Of each target the wish that counts, and those that it makes superfluous. The newest revision wins, and
    of several the one that was asked for last; a rollback is not made superfluous by what is no rollback.
    `holding` has the pairs of commits of which the first one has the second one in its history.
    """
    targets: dict[str, list[Asked]] = {}
    for asked in queue:
        targets.setdefault(asked.target, []).append(asked)
    chosen = [_counts(several, holding) for several in targets.values()]
    names = {one.id for one in chosen}
    return chosen, [one for one in queue if one.id not in names]


def _counts(several: Sequence[Asked], holding: Collection[tuple[str, str]]) -> Asked:
    def place(one: Asked) -> tuple[bool, bool, datetime, str]:
        held = any((other.commit, one.commit) in holding for other in several)
        return one.rollback, one.rollback or not held, one.at, one.id

    return max(several, key=place)


def _refused(asked: Asked, ground: Ground) -> Wait | None:
    if asked.rollback:
        return None
    if ground.same and Despite.SAME not in asked.despite:
        return Wait(f"what serves has the same content as {asked.commit[:9]} already", final=True, same=True)
    if ground.bad and Despite.BAD not in asked.despite:
        return Wait(f"{asked.commit[:9]} is known to be bad: {ground.bad}", final=True)
    if ground.older:
        return Wait(f"what serves is newer than {asked.commit[:9]}: it would undo changes", final=True)
    if ground.ahead and Despite.AHEAD not in asked.despite:
        lost = words.count(ground.ahead, "commit")
        return Wait(f"production has {lost} that {asked.commit[:9]} lacks: they would be lost")
    if ground.unknown and Despite.UNKNOWN not in asked.despite:
        return Wait(f"nobody knows what serves: {ground.unknown}")
    return None


def _locked(asked: Asked, ground: Ground, now: datetime) -> Wait | None:
    for lock in ground.locks:
        named = fits((asked.service, lock.services), (asked.environment, lock.environments))
        if named and lock.holds(now):
            return Wait(f"locked by {lock.by}{_ends(lock.until)}: {lock.reason}", lock.until)
    return None


def _held(asked: Asked, ground: Ground, now: datetime) -> Wait | None:
    if asked.rollback or Despite.HELD in asked.despite:
        return None
    holds = [one for one in ground.holds if lasts(one, now)]
    return Wait(words.hold(holds[0], ended=False), holds[0].until) if holds else None


def _unapproved(asked: Asked, ground: Ground) -> Wait | None:
    if asked.unapproved:
        others = f" other than {asked.by}" if ground.another else ""
        return Wait(f"somebody{others} has to approve it")
    if Despite.UNAPPROVED in asked.despite:
        return None
    why = may_not_approve(asked, asked.approved_by, ground.another)
    return Wait(why) if why else None


def _early(asked: Asked, now: datetime) -> Wait | None:
    if asked.not_before and now < asked.not_before:
        return Wait(f"it waits for {words.moment(asked.not_before)}", asked.not_before)
    return None


def _closed(asked: Asked, ground: Ground, now: datetime) -> Wait | None:
    if asked.rollback or Despite.WINDOW in asked.despite:
        return None
    for freeze in ground.freezes:
        if freeze.since <= now < freeze.until:
            return Wait(f"frozen by {freeze.by}{_ends(freeze.until)}: {freeze.reason}", freeze.until)
    if ground.windows and not any(within(one, now) for one in ground.windows):
        begins = _begins(ground.windows, now)
        return Wait(f"it is outside of every window{_ends(begins)}", begins)
    return None


def _begins(windows: Sequence[WorkingHours], now: datetime) -> datetime | None:
    """When the next of them does."""
    found = [next(openings(one, now, now + _WEEK), None) for one in windows]
    return min((moment for moment in found if moment), default=None)


def _ends(until: datetime | None) -> str:
    return f" until {words.moment(until)}" if until else ""
