"""What others tell: that something was deployed, as CDEvents in CloudEvents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool

from unshipped.app.receive import LARGEST, received
from unshipped.errors import EventError
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError
from unshipped.web.ground import allowed, body_of, ground_of, require_named
from unshipped.web.shapes.read import EVENTS

router = APIRouter(prefix="/api/v1/events", tags=["events"])
Recorder = Annotated[Person, Depends(allowed(Scope.RECORD))]


@router.post("", status_code=202, openapi_extra=EVENTS)
async def receive(request: Request, person: Recorder) -> dict[str, int]:
    """Write down what was deployed. What is told twice is written down once."""
    ground, body = ground_of(request), await body_of(request, LARGEST)
    try:
        found = received(dict(request.headers.items()), body)
    except EventError as error:
        raise RefusalError(error.status, error.message, error.hint) from None
    owners = {one.name: one.owner for one in ground.config().targets}
    for one in found:
        said = one.deployment
        require_named(
            person, Scope.RECORD, said.service, owners.get(f"{said.service}/{said.environment}", "")
        )
    new = [await run_in_threadpool(ground.store.deployed, one.deployment) for one in found]
    return {"understood": len(found), "recorded": sum(new)}
