"""Figures for Prometheus."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError
from unshipped.web.ground import allowed, ground_of

router = APIRouter(tags=["metrics"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]


_TEXT = {"schema": {"type": "string"}}
_KINDS: dict[str, Any] = {"text/plain": _TEXT, "application/openmetrics-text": _TEXT}


@router.get("/metrics", response_class=Response, responses={200: {"content": _KINDS}})
def metrics(request: Request, _: Reader) -> Response:
    """The metrics of the log, in the format that the scraper asks for."""
    ground = ground_of(request)
    if ground.metrics is None:
        raise RefusalError(404, "no metrics are written here")
    text, kind = ground.metrics(request.headers.get("accept", ""))
    return Response(text, media_type=kind)
