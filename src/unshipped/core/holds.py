"""Which hold of a target counts: the configuration may declare one, and somebody may have placed another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from unshipped.core.model import Hold, Target


def lasts(hold: Hold, now: datetime) -> bool:
    """Whether it has not ended by itself."""
    return hold.until is None or now < hold.until


def with_placed(targets: Iterable[Target], placed: Mapping[str, Hold], now: datetime) -> list[Target]:
    """Each with the hold that counts: the declared one for as long as it lasts, else the one `placed` on a
    target of that name. One that has ended is shown where there is no other.
    """
    return [
        one if one.hold and lasts(one.hold, now) else one._replace(hold=placed.get(one.name, one.hold))
        for one in targets
    ]
