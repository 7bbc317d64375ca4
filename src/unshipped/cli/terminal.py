"""What the terminal can show: width, colour, and text from outside made harmless."""

from __future__ import annotations

import os
import sys
import unicodedata

from unshipped.core.texts import harmless

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import IO

_COLOURS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "grey": 90, "bold": 1}


safe = harmless.visible
"""Text from outside with everything that could move the cursor, recolour or reorder it made visible."""


def width(text: str) -> int:
    """Columns that a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def fit(text: str, columns: int) -> str:
    """The text cut to so many columns, with an ellipsis where something was cut."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for char in text:
        used += width(char)
        if used > columns - 1:
            break
        kept.append(char)
    return "".join(kept) + "…"


def _columns(stream: IO[str]) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


class Screen:
    """Where text goes: how wide it is, and whether colour may be used."""

    def __init__(self, stream: IO[str] | None = None, colour: str = "auto") -> None:
        self.stream = stream or sys.stdout
        self.interactive = self.stream is not None and self.stream.isatty()
        self.columns = _columns(self.stream) if self.interactive else 100
        if "COLUMNS" in os.environ and os.environ["COLUMNS"].isdigit():
            self.columns = max(40, int(os.environ["COLUMNS"]))
        self.coloured = colour == "always" or (
            colour == "auto"
            and self.interactive
            and not os.environ.get("NO_COLOR")
            and os.environ.get("TERM") != "dumb"
        )

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour, where colour may be used. Colour never carries meaning alone."""
        return f"\033[{_COLOURS[colour]}m{text}\033[0m" if self.coloured and colour else text
