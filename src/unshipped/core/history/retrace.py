"""What a closure lacked at each moment of the past: kept up landing by landing, where a check works it out
for one moment.

The definitions are those of `core/history/ledger.py`, on a first-parent chain that is counted from its
oldest landing (place 0) on. What served has landed: a deploy of what is further up moves the tip with it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime

from unshipped.core.closures.patterns import decode
from unshipped.core.model import Change, Facts
from unshipped.core.value import Value

_MOST_LISTED = 20


class Landed(Value):
    """One landing of a chain: when it landed, and what it is called."""

    commit: str
    at: datetime
    subject: str = ""
    author: str = ""
    pull_request: int | None = None


class Edit(Value):
    """One path that a landing changed: git's mode and object id before and after it."""

    path: bytes
    before: bytes
    after: bytes
    stages: int = 1
    """The stages of the closure that hold the path: bit `i` stands for the stage `i`."""


class Touch(Value):
    """What one landing changed of what a closure held at some stage."""

    place: int
    edits: tuple[Edit, ...]


class Reach(Value):
    """One closure along a chain: what it was, from which place on, and which landings touch it."""

    touches: tuple[Touch, ...]
    """By place, the oldest first."""
    starts: tuple[int, ...] = (0,)
    """Where each of its stages begins: it is another one where a link was turned or an import was added."""
    derived: bool = False
    """Whether a landing counts by what the closure was when it landed."""

    def stage(self, place: int) -> int:
        """The stage at a place, as a bit."""
        return 1 << max(bisect_right(self.starts, place) - 1, 0)


class Chronicle(Value):
    """A branch from its oldest landing that matters on, and one reach for each closure that was asked for."""

    landings: tuple[Landed, ...]
    """The oldest first."""
    reaches: tuple[Reach, ...]


class Lacking:
    """What one closure lacks, between what serves and the tip, while both of them move."""

    def __init__(self, reach: Reach, landings: Sequence[Landed], *, may_lag: bool = False) -> None:
        """`may_lag` says that the tip may be older than what serves: a tag is, a branch has what landed."""
        self._reach, self._landings, self._may_lag = reach, landings, may_lag
        self._places = [touch.place for touch in reach.touches]
        self._deployed = self._tip = 0
        self._facts: Facts | None = None
        self._restart()

    def serve(self, place: int) -> None:
        """From now on that landing serves."""
        self._deployed = place
        self._tip = self._tip if self._may_lag else max(self._tip, place)
        self._restart()

    def land(self, place: int) -> None:
        """From now on that landing is the tip."""
        before, self._tip = self._tip, place if self._may_lag else max(place, self._deployed)
        self._facts = None
        if self._tip < before or before < self._deployed or self._stages() != self._held:
            self._restart()
        else:
            self._take(before)

    def facts(self) -> Facts:
        """What history says of it now; the newest changes are listed."""
        if self._facts is None:
            self._facts = self._told() if self._deployed <= self._tip else self._leading()
        return self._facts

    def _leading(self) -> Facts:
        """What serves is newer than the tip: what it has is what the tip lacks."""
        first: dict[bytes, bytes] = {}
        last: dict[bytes, bytes] = {}
        ahead = []
        for touch in self._between(self._tip, self._deployed):
            held = [edit for edit in touch.edits if edit.stages & self._held]
            ahead += [self._landings[touch.place].commit] * bool(held and self._counted(touch))
            for edit in held:
                first.setdefault(edit.path, edit.before)
                last[edit.path] = edit.after
        differs = first != last
        return Facts(differs, 0, 0, None, ahead=tuple(reversed(ahead)) if differs else ())

    def _told(self) -> Facts:
        weighed = [(change, not self._differing.isdisjoint(paths)) for change, paths in self._open]
        effective = [change for change, counts in weighed if counts]
        return Facts(
            differs=bool(self._differing),
            changes=len(effective),
            cancelled=len(weighed) - len(effective),
            behind=None,
            oldest=effective[0]._replace(paths=()) if effective else None,
            listed=tuple(
                change if counts else change._replace(cancelled=True)
                for change, counts in weighed[: -_MOST_LISTED - 1 : -1]
            ),
        )

    def _change(self, place: int, paths: Sequence[bytes]) -> Change:
        landed = self._landings[place]
        return Change(
            landed.commit,
            landed.at,
            landed.subject,
            landed.author,
            tuple(map(decode, paths)),
            pull_request=landed.pull_request,
        )

    def _stages(self) -> int:
        """The stages that decide what it holds: links count as the tip has them."""
        served = self._reach.stage(self._deployed) if self._reach.derived else 0
        return self._reach.stage(self._tip) | served

    def _restart(self) -> None:
        self._facts = None
        self._held = self._stages()
        self._open: list[tuple[Change, tuple[bytes, ...]]] = []
        self._first: dict[bytes, bytes] = {}
        self._differing: set[bytes] = set()
        self._take(self._deployed)

    def _take(self, after: int) -> None:
        """Count what landed after that place."""
        for touch in self._between(after, self._tip):
            held = [edit for edit in touch.edits if edit.stages & self._held]
            if held and self._counted(touch):
                paths = tuple(edit.path for edit in held)
                self._open.append((self._change(touch.place, paths), paths))
            for edit in held:
                if self._first.setdefault(edit.path, edit.before) == edit.after:
                    self._differing.discard(edit.path)
                else:
                    self._differing.add(edit.path)

    def _between(self, after: int, until: int) -> Iterator[Touch]:
        start, end = bisect_right(self._places, after), bisect_right(self._places, until)
        return iter(self._reach.touches[start:end])

    def _counted(self, touch: Touch) -> bool:
        if not self._reach.derived:
            return True
        then = self._reach.stage(touch.place) | self._reach.stage(touch.place - 1)
        return any(edit.stages & then or edit.stages & self._held == self._held for edit in touch.edits)
