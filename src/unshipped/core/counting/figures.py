"""Figures with what they were counted from: whoever doubts one can follow it to its rows.

Of nothing there is no figure: where nothing was counted the value is None, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from unshipped.core.value import Value

_WEEK = 7 * 86400


class Span(Value):
    """A time, from its beginning on and up to its end, which is no part of it."""

    since: datetime
    until: datetime

    @property
    def seconds(self) -> float:
        return (self.until - self.since).total_seconds()

    def holds(self, when: datetime | None) -> bool:
        return when is not None and self.since <= when < self.until

    def overlap(self, start: datetime, end: datetime) -> float:
        """How many seconds of that stretch lie in it."""
        return max(0.0, (min(end, self.until) - max(start, self.since)).total_seconds())

    def before(self) -> Span:
        """The time of the same length that ends where this one begins."""
        return Span(self.since - (self.until - self.since), self.since)

    def a_week(self, number: int) -> float | None:
        """So many in this time, as so many a week."""
        return number * _WEEK / self.seconds if self.seconds > 0 else None


class Ratio(Value):
    """How many of how many; or how many for each."""

    ids: tuple[str, ...]
    of: tuple[str, ...]

    @property
    def value(self) -> float | None:
        return len(self.ids) / len(self.of) if self.of else None


class Spread(Value):
    """Amounts, mostly seconds, each of one thing: in the order of size."""

    amounts: tuple[tuple[str, float], ...] = ()

    @property
    def n(self) -> int:
        return len(self.amounts)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.amounts)

    @property
    def mean(self) -> float | None:
        return sum(amount for _, amount in self.amounts) / self.n if self.amounts else None

    @property
    def median(self) -> float | None:
        return self.percentile(50)

    @property
    def p90(self) -> float | None:
        return self.percentile(90)

    @property
    def largest(self) -> float | None:
        return self.amounts[-1][1] if self.amounts else None

    def percentile(self, percent: float) -> float | None:
        """The amount that so many in a hundred do not exceed; between two of them in proportion."""
        if not self.amounts:
            return None
        place = (self.n - 1) * percent / 100
        lower = int(place)
        here, above = self.amounts[lower][1], self.amounts[min(lower + 1, self.n - 1)][1]
        return here + (above - here) * (place - lower)


def ratio(ids: Iterable[str], of: Iterable[str]) -> Ratio:
    """The same whatever the order of what was counted."""
    return Ratio(tuple(sorted(ids)), tuple(sorted(of)))


def spread(amounts: Iterable[tuple[str, float]]) -> Spread:
    """The same whatever the order of what was counted."""
    return Spread(tuple(sorted(amounts, key=lambda one: (one[1], one[0]))))
