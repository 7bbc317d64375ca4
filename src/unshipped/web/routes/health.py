"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, Request

from unshipped.errors import LapsedError, StoreError
from unshipped.web.answers import RefusalError
from unshipped.web.ground import ground_of

LATE = 3600.0
"""So many seconds without a round, beyond the schedule, and the watch does not do its work."""

log = logging.getLogger("unshipped")
router = APIRouter(tags=["health"])


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def alive() -> dict[str, str]:  # in no thread: they may all wait for a log or a source
    """The process lives."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz")
def ready(request: Request) -> dict[str, Any]:
    """The log can be read, and the watch of this process is not late. A process without one says of no watch
    that it is in time (`late_seconds` is null): what nobody looked at, it shows as unknown.
    """
    ground = ground_of(request)
    try:
        ground.store.last_round("1/1")
        late = ground.late(ground.clock())
    except StoreError as error:  # where it lies is no stranger's business
        log.warning("not ready: %s", error.message)
        raise RefusalError(503, "the log cannot be read", error.hint) from None
    except LapsedError:  # what is wrong with it is no stranger's business
        raise RefusalError(503, "the configuration is not understood", "unshipped validate") from None
    if late is not None and late > LATE:
        raise RefusalError(503, f"the watch is {late:.0f} s late", "see the log of unshipped serve")
    return {"status": "ok", "late_seconds": late if late is None else round(late, 1)}
