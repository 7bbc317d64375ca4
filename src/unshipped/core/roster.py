"""Declared against live: what runs where the targets run, and is in no map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unshipped.core.closures.patterns import compile_glob, encode, is_glob
from unshipped.core.value import Value


class Roster(Value):
    """Everything that runs in the place where a source found its target."""

    where: str
    """The place in the reader's words: `Cloud Run, projects/shop/locations/europe-west1`."""
    name: str
    """What the target is called there."""
    names: frozenset[str]


class Unmapped(Value):
    """A service that runs and is in no map."""

    service: str
    where: str


def unmapped(rosters: Iterable[Roster], allowed: Sequence[str]) -> tuple[Unmapped, ...]:
    """What the rosters have beside the targets themselves, by place and name; globs say what may be there."""
    known: dict[str, set[str]] = {}
    live: dict[str, set[str]] = {}
    for roster in rosters:
        known.setdefault(roster.where, set()).add(roster.name)
        live.setdefault(roster.where, set()).update(roster.names)
    matches = [compile_glob(encode(pattern)) for pattern in allowed if is_glob(encode(pattern))]
    return tuple(
        Unmapped(name, where)
        for where, names in sorted(live.items())
        for name in sorted(names - known[where] - set(allowed))
        if not any(match(encode(name)) for match in matches)
    )
