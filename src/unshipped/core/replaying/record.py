"""What happened in a time that is over: what landed, what should have served, what was deployed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime

from unshipped.core.counting.figures import Span
from unshipped.core.history.regression import Pair
from unshipped.core.history.retrace import Chronicle
from unshipped.core.model import Facts, Origin, Problem, Target
from unshipped.core.value import Value


class Head(Value):
    """From then on, what should have served: a tag, and where on its line."""

    at: datetime
    name: str
    place: int | None
    """None where it lies beside the branch."""
    commit: str = ""


class Line(Value):
    """One branch of one repository, and the closures that are followed along it."""

    ref: str
    why: str
    chronicle: Chronicle
    heads: tuple[Head, ...] | None = None
    """What should have served, where that follows tags; None where it is what landed last."""
    beside: Mapping[tuple[str, str, int], Facts | Problem] = {}
    """By what should have served, what served and the number of a reach, where one of the two lies beside the
    branch: what a check says of them.
    """

    def tip(self, when: datetime) -> str:
        """The commit that should have served then; empty where nothing should."""
        if self.heads is None:
            at = bisect_right(self.chronicle.landings, when, key=lambda one: one.at)
            return self.chronicle.landings[max(at - 1, 0)].commit
        at = bisect_right(self.heads, when, key=lambda one: one.at)
        return self.heads[at - 1].commit if at else ""


class Part(Value):
    """One origin of one target: which line it is on, and which of its reaches is its closure."""

    target: Target
    origin: Origin
    line: int
    reach: int


class Deployed(Value):
    """From then on, a target served that commit."""

    target: str
    commit: str
    at: datetime
    by: str = ""


class Record(Value):
    """What happened: the same for every set of rules."""

    span: Span
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]
    deploys: tuple[Deployed, ...]
    holding: frozenset[Pair] = frozenset()
    """Of commits beside a branch: which have which in their history."""
    strangers: tuple[str, ...] = ()
    """What the record of deployments names that no target is called, once for each row."""
    undone: tuple[str, ...] = ()
    """The states of the rows that deployed nothing, once for each row."""
