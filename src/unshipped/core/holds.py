"""Which hold of a target counts: the configuration may declare one, and somebody may have placed another."""

from __future__ import annotations

from datetime import datetime

from unshipped.core.model import Hold


def lasts(hold: Hold, now: datetime) -> bool:
    """Whether it has not ended by itself."""
    return hold.until is None or now < hold.until


def counting(declared: Hold | None, placed: Hold | None, now: datetime) -> Hold | None:
    """The declared one for as long as it lasts, else the placed one. One that has ended is shown where there
    is no other.
    """
    return declared if declared and lasts(declared, now) else placed or declared
