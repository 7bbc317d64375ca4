"""When landings landed, where the clocks of whoever wrote them were wrong."""

from __future__ import annotations

from collections.abc import Sequence


def in_turn(written: Sequence[float], now: float) -> list[float]:
    """When each of a row of landings landed, the oldest first: as written, never before the one below.

    A time later than `now` cannot be right. It counts as the time of the next landing above it, and not
    against those: one clock that ran ahead must not make every later change look fresh.
    """
    latest = float("-inf")
    times: list[float | None] = []
    for seconds in written:
        latest = max(latest, seconds) if seconds <= now else latest
        times.append(latest if seconds <= now else None)
    above, found = now, []
    for time in reversed(times):
        above = above if time is None else time
        found.append(above)
    return found[::-1]
