"""Lengths of time as people write them: `15m`, `6h`, `2d`, `1h30m`, or whole seconds."""

from __future__ import annotations

from unshipped.carried.lengths import LONGEST, PATTERN, UNITS, parsed
from unshipped.config.wording import quoted

__all__ = ["LONGEST", "PATTERN", "seconds", "spelled"]

_EXAMPLES = "`15m`, `6h`, `2d` or `1h30m`"


def seconds(value: str | int) -> float:
    """The seconds of a duration. Raises `ValueError` that says what one looks like."""
    total = value if isinstance(value, int) else _parsed(value)
    if total < 0:
        raise ValueError("a duration is never negative")
    if total > LONGEST:
        raise ValueError("a duration is at most ten years")
    return float(total)


def _parsed(text: str) -> int:
    if text.isdecimal() and text.isascii():
        raise ValueError(f"{quoted(text)} has no unit; write {_EXAMPLES}, or whole seconds without quotes")
    if (found := parsed(text)) is None:
        raise ValueError(f"{quoted(text)} is no duration; write {_EXAMPLES}")
    return found


def spelled(length: float) -> str:
    """A duration in the file's own words: `90m` is `1h30m`."""
    rest, parts = int(length), []
    for unit, size in UNITS.items():
        if unit != "w" and rest >= size:
            parts.append(f"{rest // size}{unit}")
            rest %= size
    return "".join(parts) or "0s"
