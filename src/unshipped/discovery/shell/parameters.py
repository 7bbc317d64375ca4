"""`${NAME…}`: what is made of the value of a variable."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

_LONGEST = 400
"""Patterns are held against every part of a value: a longer one is not known."""


def trimmed(value: str, operator: str, pattern: str) -> str:
    """`${X#pattern}` and its kin: the value without its beginning or its end."""
    lengths = range(len(value) + 1)
    longest = len(operator) == 2
    if operator[0] == "#":
        ends = reversed(lengths) if longest else lengths
        return next((value[end:] for end in ends if fnmatchcase(value[:end], pattern)), value)
    begins = lengths if longest else reversed(lengths)
    return next((value[:begin] for begin in begins if fnmatchcase(value[begin:], pattern)), value)


def replaced(value: str, operator: str, pattern: str, by: str) -> str | None:
    """`${X/pattern/by}`; None where the pattern is more than text."""
    if not pattern or any(character in pattern for character in "*?[\\"):
        return None
    if operator == "//":
        return value.replace(pattern, by)
    if operator == "/#":
        return by + value[len(pattern) :] if value.startswith(pattern) else value
    if operator == "/%":
        return value[: -len(pattern)] + by if value.endswith(pattern) else value
    return value.replace(pattern, by, 1)


def part(value: str, numbers: list[str]) -> str | None:
    """`${X:0:3}`; None where its numbers are no numbers."""
    try:
        begin, *length = (int(number.strip("() ")) for number in numbers)
    except ValueError:
        return None
    if begin < 0:
        if begin < -len(value):
            return ""
        begin += len(value)
    end = len(value) if not length else length[0] + (begin if length[0] >= 0 else len(value))
    return value[begin:end] if end >= begin else None


CASES: dict[str, Callable[[str], str]] = {
    "^^": str.upper,
    ",,": str.lower,
    "^": lambda value: value[:1].upper() + value[1:],
    ",": lambda value: value[:1].lower() + value[1:],
}


def changed(value: str, operator: str, operands: list[str]) -> str | None:
    """What an operator makes of a known value with known operands; None where that cannot be told."""
    if len(value) > _LONGEST or sum(map(len, operands)) > _LONGEST:
        return None
    if operator in ("#", "##", "%", "%%") and len(operands) == 1:
        return trimmed(value, operator, operands[0])
    if operator in ("/", "//", "/#", "/%") and operands:
        return replaced(value, operator, operands[0], "".join(operands[1:]))
    if operator in CASES and not operands:
        return CASES[operator](value)
    if operator == ":" and operands:
        return part(value, operands)
    return None
