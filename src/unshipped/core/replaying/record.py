"""What happened in a time that is over: what landed, what should have served, what was deployed."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import NamedTuple

from unshipped.core.counting.figures import Span
from unshipped.core.history.retrace import Chronicle
from unshipped.core.model import Origin, Target


class Head(NamedTuple):
    """From then on, what should have served: a tag, and where on its line."""

    at: datetime
    name: str
    place: int | None
    """None where it lies beside the branch."""


class Line(NamedTuple):
    """One branch of one repository, and the closures that are followed along it."""

    ref: str
    why: str
    chronicle: Chronicle
    heads: tuple[Head, ...] | None = None
    """What should have served, where that follows tags; None where it is what landed last."""

    def tip(self, when: datetime) -> str:
        """The commit that should have served then; empty where nothing should."""
        if self.heads is None:
            at = bisect_right(self.chronicle.landings, when, key=lambda one: one.at)
            return self.chronicle.landings[max(at - 1, 0)].commit
        at = bisect_right(self.heads, when, key=lambda one: one.at)
        place = self.heads[at - 1].place if at else None
        return "" if place is None else self.chronicle.landings[place].commit


class Part(NamedTuple):
    """One origin of one target: which line it is on, and which of its reaches is its closure."""

    target: Target
    origin: Origin
    line: int
    reach: int


class Deployed(NamedTuple):
    """From then on, a target served that commit."""

    target: str
    commit: str
    at: datetime
    by: str = ""


class Record(NamedTuple):
    """What happened: the same for every set of rules."""

    span: Span
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]
    deploys: tuple[Deployed, ...]
