"""One line of the table: what was measured, against what, and whether that is good enough."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.race import Times

HEAD = (
    "| measured | on | ms (min) | against | ms (min) | ratio | by the processor | goal | met |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


@dataclass(frozen=True)
class Goal:
    """The ratio to reach: at most so many times theirs, or theirs at least so many times ours.

    Without a limit it says only which way the ratio is to be read.
    """

    limit: float | None
    at_least: bool = False

    def met(self, ratio: float) -> str:
        if self.limit is None:
            return ""
        return "yes" if (ratio >= self.limit if self.at_least else ratio <= self.limit) else "**no**"

    def __str__(self) -> str:
        return "" if self.limit is None else f"{'≥' if self.at_least else '≤'} {self.limit:g}x"


@dataclass(frozen=True)
class Row:
    """Ours against theirs. Without a goal the ratio is for information."""

    measured: str
    on: str
    ours: Times
    against: str
    theirs: Times
    goal: Goal | None = None

    @property
    def ratio(self) -> float:
        return self._of(self.ours.median, self.theirs.median)

    def __str__(self) -> str:
        processor = self._of(min(self.ours.processor), min(self.theirs.processor))
        met = self.goal.met(self.ratio) if self.goal else ""
        cells = [self.measured, self.on, _ms(self.ours), self.against, _ms(self.theirs)]
        return _line([*cells, f"{self.ratio:.2f}x", f"{processor:.2f}x", str(self.goal or ""), met])

    def _of(self, ours: float, theirs: float) -> float:
        return theirs / ours if self.goal and self.goal.at_least else ours / theirs


@dataclass(frozen=True)
class Note:
    """A figure that is no ratio of two times, in the same table."""

    measured: str
    on: str
    figure: str
    goal: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        met = "" if self.met is None else ("yes" if self.met else "**no**")
        return _line([self.measured, self.on, "", "", "", self.figure, "", self.goal, met])


def _ms(times: Times) -> str:
    return f"{times.median * 1000:,.0f} ({times.least * 1000:,.0f})"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
