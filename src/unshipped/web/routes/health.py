"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from unshipped.errors import LapsedError
from unshipped.web.answers import RefusalError
from unshipped.web.ground import ground_of

LATE = 3600.0
"""So many seconds without a round, beyond the schedule, and the watch does not do its work."""

router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(request: Request) -> dict[str, Any]:
    """The log can be read, and the watch is not late."""
    ground = ground_of(request)
    ground.store.last_round("1/1")
    try:
        late = ground.late(ground.clock())
    except LapsedError:  # what is wrong with it is no stranger's business
        raise RefusalError(503, "the configuration is not understood", "unshipped validate") from None
    if late > LATE:
        raise RefusalError(503, f"the watch is {late:.0f} s late", "see the log of unshipped serve")
    return {"status": "ok", "late_seconds": round(late, 1)}
