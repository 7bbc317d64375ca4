"""What a report says, before any form of it: titles, rows of figures, bars, and sentences.

Names come from outside and stand here as they are: whoever writes them into a form escapes them there.
"""

from __future__ import annotations

from unshipped.core.messages import Link
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


Line = tuple[Link, ...]
"""A sentence with parts that lead to a page, where that is known."""


class Section(Value):
    """Some figures that belong together."""

    title: str
    rows: tuple[Row, ...] = ()
    bars: tuple[Bar, ...] = ()
    caption: str = ""
    """What the bars are."""
    lines: tuple[str | Line, ...] = ()

    @property
    def scale(self) -> float:
        """What the longest bar stands for."""
        return max((bar.amount for bar in self.bars), default=0.0) or 1.0


def text(line: str | Line) -> str:
    """The sentence without its links."""
    return "".join(part.text for part in parts(line))


def parts(line: str | Line) -> Line:
    """The sentence part by part."""
    return (Link(line),) if isinstance(line, str) else line


class Summary(Value):
    """A report in words."""

    title: str
    headline: str
    """One sentence that says the most of it."""
    sections: tuple[Section, ...]
    compared: str = ""
    """What the second figure of each row is, or why there is none."""
