"""Lengths of time, read and told as people write them. On the standard library alone."""

from __future__ import annotations

UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
PATTERN = r"^(?=.)([0-9]{1,9}w)?([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?$"
"""`15m`, `6h`, `2d`, `1h30m`: largest unit first, each at most once."""
LONGEST = 3660 * 86400
"""Seconds: what is longer than ten years is a mistake."""

_TOLD = ((86400, "d"), (3600, "h"), (60, "min"))


def parsed(text: str) -> int | None:
    """The seconds of a text such as `1h30m`; None where it is none."""
    import re  # noqa: PLC0415 - who only tells lengths does without

    found = re.fullmatch(PATTERN, text)
    return sum(int(part[:-1]) * UNITS[part[-1]] for part in found.groups() if part) if found else None


def told(seconds: float) -> str:
    """In at most two units: `34 min`, `2 h 5 min`, `3 d 4 h`."""
    left = int(seconds)
    if left < 60:
        return f"{left} s"
    parts: list[str] = []
    for size, unit in _TOLD:
        if left >= size or parts:
            parts.append(f"{left // size} {unit}")
            left %= size
        if len(parts) == 2:
            break
    return " ".join(part for part in parts if not part.startswith("0 "))
