"""The chain that makes one file count for a service, or why none does."""

from __future__ import annotations

from collections.abc import Iterable

from unshipped.core.closures.evidence import why
from unshipped.core.value import Value
from unshipped.discovery.snapshot import Snapshot, above
from unshipped.discovery.values import Derived, Doubt

_LONGEST = 200


class Link(Value):
    """One step of a chain: a path, and the line above it that brings it along."""

    path: str
    line: int
    how: str


class Chain(Value):
    """From what the service declares down to the file; empty where the file does not count."""

    path: str
    steps: tuple[Link, ...] = ()
    ignored_by: str = ""
    """The pattern that takes the file out again."""
    exists: bool = True
    doubts: tuple[Doubt, ...] = ()
    """What made the closure wider, where this path is in it only for that reason."""
    unused: tuple[Link, ...] = ()
    """For a file that does not count: how it is copied, where nothing that is started asks for it."""

    @property
    def counts(self) -> bool:
        return bool(self.steps) and not self.ignored_by


def chain(snapshot: Snapshot, derived: Derived, path: str) -> Chain:
    """Why a file counts in one tree."""
    exists = path in snapshot.entries or snapshot.is_directory(path)
    found = why(derived.closure, path, {})
    if not found.pattern:
        return Chain(path, exists=exists)
    start = path if path in derived.reasons else _pattern(derived, path)
    steps = [] if start == path else [Link(path, 0, f"lies below {start}" if start != "**" else "is copied")]
    steps += _upwards(derived, start)
    doubts = tuple(doubt for doubt in derived.doubts if start in doubt.widened)
    return Chain(path, tuple(reversed(steps)), found.ignored_by, exists, doubts)


def _pattern(derived: Derived, path: str) -> str:
    """The narrowest of the patterns that hold a path: it says most."""
    covering = [one for one in derived.reasons if one in (*above(path), path)]
    if covering:
        return max(covering, key=len)
    found = why(derived.closure, path, {}).pattern
    return "**" if found == "." else found


def _upwards(derived: Derived, start: str) -> Iterable[Link]:
    at, seen = start, set[str]()
    while at in derived.reasons and at not in seen and len(seen) < _LONGEST:
        seen.add(at)
        reason = derived.reasons[at]
        yield Link(at, reason.line, reason.how)
        at = reason.by
