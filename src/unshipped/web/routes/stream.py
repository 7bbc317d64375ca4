"""News as they come: server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from unshipped.core.logged.journal import Newest
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError
from unshipped.web.ground import allowed, ground_of, known
from unshipped.web.herald import Herald, Listener, named, understood

router = APIRouter(prefix="/api/v1", tags=["stream"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]
ALIVE = 15.0
"""Every so many seconds a comment says that the line is open, and it is looked who listens: a token may have
ended, however much there is to tell. Where the log does not answer, none of that is said.
"""
_KIND = "text/event-stream"
_SHAPE: dict[int | str, dict[str, Any]] = {
    200: {"content": {_KIND: {"schema": {"type": "string"}}}, "description": "Events, as they come."}
}


@router.get("/stream", responses=_SHAPE, response_class=StreamingResponse)
async def listen(
    request: Request,
    _: Reader,
    last_event_id: Annotated[str | None, Header(max_length=300)] = None,
) -> Response:
    """What changed, as it changes. Each event is JSON: its `topics`, the `targets` that stand otherwise now,
    and what rollouts printed as `output`. With `Last-Event-ID` one is told first what was missed.
    """
    herald: Herald = request.app.state.herald
    newest = await run_in_threadpool(ground_of(request).store.newest)
    since = understood(last_event_id) or Newest() if last_event_id else newest
    return StreamingResponse(
        _told(request, herald, herald.listen(since), named(since)),
        media_type=_KIND,
        # A proxy that packs what it sends, as those of development servers do, holds news back.
        headers={"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"},
    )


async def _told(request: Request, herald: Herald, listener: Listener, since: str) -> AsyncIterator[bytes]:
    until = monotonic() + ALIVE
    try:
        yield b"retry: 2000\nid: " + since.encode() + b"\n\n"
        while True:
            try:
                one = await asyncio.wait_for(listener.waiting.get(), max(0.0, until - monotonic()))
            except TimeoutError:
                if herald.blind or not _may_still(request):
                    return
                until = monotonic() + ALIVE
                yield b": still here\n\n"
                continue
            if one is None:
                return
            yield one.text
    finally:
        herald.leave(listener)


def _may_still(request: Request) -> bool:
    try:
        person = known(request)
    except RefusalError:
        return False
    return person is not None and person.ever_may(Scope.READ)
