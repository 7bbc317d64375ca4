"""A list in a sentence: some of it, and how much there is beside that."""

from __future__ import annotations

from collections.abc import Sequence


def more(number: int) -> str:
    """What a list that was cut ends with."""
    return f"and {number:,} more"


def some(names: Sequence[str], most: int) -> str:
    """The first of some names, and how many there are beside them."""
    return ", ".join(names[:most]) + (f" {more(len(names) - most)}" if len(names) > most else "")
