"""Time that goes by in a page whose clock is installed."""

from __future__ import annotations

from contextlib import suppress


def later(page, shown, step: str | int = "06:00") -> None:
    """Time passes until it is shown: what asks by the clock may have asked just before the first step."""
    from playwright.sync_api import TimeoutError as LateError

    for _ in range(5):
        page.clock.fast_forward(step)
        with suppress(LateError):
            shown.wait_for(timeout=5_000)
            return
    shown.wait_for()
