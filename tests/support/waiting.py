"""What happens soon, and nobody knows when."""

from __future__ import annotations

import time


def until(true, seconds: float = 30, what: str = "it", every: float = 0.05) -> None:
    """Wait for it. Where each look runs a command, `every` so many seconds is enough."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what} did not happen within {seconds:g} s"
        time.sleep(every)
