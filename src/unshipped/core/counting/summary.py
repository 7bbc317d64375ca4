"""What a report says, before any form of it: titles, rows of figures, bars, and sentences.

Names come from outside and stand here as they are: whoever writes them into a form escapes them there.
"""

from __future__ import annotations

from unshipped.core.value import Value

NONE = "–"
"""What stands where there is no figure, because nothing was there to be counted."""


class Row(Value):
    """One figure."""

    label: str
    value: str
    """Empty where there is none."""
    before: str = ""
    """The same of the time before; empty where there is none."""
    counted: str = ""
    """What it was counted from."""


class Bar(Value):
    """One amount as a length, with the same in words."""

    label: str
    amount: float
    text: str


class Section(Value):
    """Some figures that belong together."""

    title: str
    rows: tuple[Row, ...] = ()
    bars: tuple[Bar, ...] = ()
    caption: str = ""
    """What the bars are."""
    lines: tuple[str, ...] = ()

    @property
    def scale(self) -> float:
        """What the longest bar stands for."""
        return max((bar.amount for bar in self.bars), default=0.0) or 1.0


class Summary(Value):
    """A report in words."""

    title: str
    headline: str
    """One sentence that says the most of it."""
    sections: tuple[Section, ...]
    compared: str = ""
    """What the second figure of each row is, or why there is none."""
