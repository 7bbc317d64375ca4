"""Slack tells that somebody pressed a button of a message."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from unshipped.app.slack_buttons import LARGEST, do, pressed, verified
from unshipped.web.answers import RefusalError
from unshipped.web.ground import body_of, ground_of

router = APIRouter(prefix="/api/v1", tags=["incidents"])


@router.post("/hooks/slack/actions", response_model=None)
async def slack_actions(request: Request) -> Response:
    """A button was pressed. Its signature says that Slack says so; what it was about is updated there."""
    ground = ground_of(request)
    if not ground.slack:
        raise RefusalError(404, "no buttons of Slack are set up here")
    body, now = await body_of(request, LARGEST), ground.clock()
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not verified(headers, body, ground.slack, now):
        raise RefusalError(401, "this is not signed by Slack")
    if found := pressed(body):
        await run_in_threadpool(do, ground.store, ground.routes(), found, now)
    return Response(status_code=200)
