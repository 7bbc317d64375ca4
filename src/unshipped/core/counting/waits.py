"""From merged to live: how long landings waited for each service that they touch.

A landing counts once it was seen waiting and then no longer, while what serves became another commit. Not
seen, and so not counted, are landings that were live before the first look at them, and those beyond the
twenty that an observation lists. A landing that is gone though the same commit still serves was taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from unshipped.core.logged.observations import Observation
from unshipped.core.logged.past import Course, Past
from unshipped.core.model import Change
from unshipped.core.value import Value


class Wait(Value):
    """One landing, live in one target."""

    target: str
    change: Change
    live_at: datetime
    """When it was first seen live."""

    @property
    def id(self) -> str:
        return f"{self.target}@{self.change.commit[:12]}"

    @property
    def seconds(self) -> float:
        return max(0.0, (self.live_at - self.change.landed_at).total_seconds())


def waits(past: Past) -> tuple[Wait, ...]:
    """Every wait that is over, in the order of their ends."""
    found = [wait for target, course in past.courses.items() for wait in _waits(target, course)]
    return tuple(sorted(found, key=lambda one: (one.live_at, one.id)))


class _Seen(Value):
    """A landing as it was last seen waiting."""

    change: Change
    deployed: str
    map: str


def _waits(target: str, course: Course) -> Iterator[Wait]:
    waiting: dict[str, _Seen] = {}
    live: set[str] = set()
    for stretch in course:
        seen = stretch.seen
        if not seen.conclusive:
            continue
        listed = {change.commit: change for change in seen.waiting}
        for commit, last in list(waiting.items()):
            if commit in listed or not _gone(last.change, seen):
                continue
            del waiting[commit]
            if seen.deployed != last.deployed and seen.map == last.map and commit not in live:
                live.add(commit)  # after a rollback it waits again: that is another story
                yield Wait(target, last.change, stretch.since)
        for commit, change in listed.items():
            waiting[commit] = _Seen(change, seen.deployed, seen.map)


def _gone(change: Change, seen: Observation) -> bool:
    """Whether it is certain that it is missing no longer: a long list shows its newest and its oldest."""
    if (seen.changes or 0) <= len(seen.waiting):
        return True
    return seen.behind_since is not None and change.landed_at < seen.behind_since
