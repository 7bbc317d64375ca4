"""When landings landed, where the clocks of whoever wrote them were wrong."""

from __future__ import annotations

from collections.abc import Sequence

_NEVER = float("-inf")
AHEAD = 300.0
"""So many seconds the clocks of those who commit may be ahead."""


def in_turn(written: Sequence[float], now: float) -> list[float]:
    """When each of a row of landings landed, the oldest first: as written, never before the one below.

    A time later than `now` cannot be right. It counts as the time of the next landing above it, and not
    against those: one clock that ran ahead must not make every later change look fresh.
    """
    latest = _NEVER
    times: list[float | None] = []
    for seconds in written:
        latest = max(latest, seconds) if seconds <= now else latest
        times.append(latest if seconds <= now else None)
    above, found = now, []
    for time in reversed(times):
        above = above if time is None else time
        found.append(above)
    return found[::-1]


class Times:
    """The same of a chain, newest first, for several who each have it from another landing down."""

    def __init__(self, written: Sequence[float], now: float) -> None:
        self._now = now
        self._right = [seconds if seconds <= now else _NEVER for seconds in written]
        self._whole = in_turn(written[::-1], now)[::-1]

    def landed(self, place: int, base: int) -> float:
        """When the landing in that place landed, for whom the one in place `base` is the last that counts."""
        while self._right[place] == _NEVER:
            if not place:
                return self._now
            place -= 1
        time = self._right[place]
        return time if time == self._whole[place] else max(self._right[place : base + 1])
