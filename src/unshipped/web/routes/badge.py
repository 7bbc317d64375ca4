"""How things stand, as a small picture for a page of somebody else: plain HTML is enough to show it."""

from __future__ import annotations

from typing import Annotated
from xml.sax.saxutils import escape

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from unshipped.core.logged import documents
from unshipped.core.messages import stands
from unshipped.core.model import Flag, Severity, State
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError
from unshipped.web.board import View
from unshipped.web.ground import allowed, board_of

router = APIRouter(tags=["badge"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]
_COLOURS = {
    Severity.NONE: "#0b6b52",
    Severity.INFO: "#0b5fb8",
    Severity.WARNING: "#7d5100",
    Severity.CRITICAL: "#b02a10",
}
_BLIND = ("?", "#56606d")
_MARKS = {Severity.NONE: "✓", Severity.INFO: "●", Severity.WARNING: "▲", Severity.CRITICAL: "■"}
_LONGEST = 80
_KIND = {"image/svg+xml": {"schema": {"type": "string"}}}


@router.get("/badge.svg", response_class=Response, responses={200: {"content": _KIND}})
async def badge(
    request: Request,
    _: Reader,
    service: Annotated[str, Query(max_length=200)] = "",
    environment: Annotated[str, Query(max_length=200)] = "production",
) -> Response:
    """One target, or the whole fleet, in one line: a shape, a colour and the words of every other place."""
    view = await run_in_threadpool(board_of(request).view)
    label, said, mark, colour = _one(view, service, environment) if service else _all(view)
    headers = {"Cache-Control": "private, no-cache", "Content-Security-Policy": "default-src 'none'"}
    return Response(drawn(label, f"{mark} {said}", colour), headers=headers, media_type="image/svg+xml")


def _one(view: View, service: str, environment: str) -> tuple[str, str, str, str]:
    line = view.named.get(f"{service}/{environment}")
    if line is None:
        raise RefusalError(404, f"no target {service}/{environment} was ever looked at")
    seen = line.standing.seen
    if seen.state is State.UNKNOWN:
        return service, stands(seen, view.as_of), *_BLIND
    doubted = seen.unproven or seen.state is not State.IN_SYNC
    shown = max(seen.severity, Severity.INFO) if doubted else seen.severity
    return service, stands(seen, view.as_of), _MARKS[shown], _COLOURS[shown]


def _all(view: View) -> tuple[str, str, str, str]:
    standings = [one.standing for one in view.lines]
    worst = max((one.seen.severity for one in standings if not one.seen.quiet), default=Severity.NONE)
    said = documents.overview(standings, view.as_of)["sentence"].rstrip(".")
    live = [one.seen for one in standings if Flag.RETIRED not in one.seen.flags]
    states = {seen.state for seen in live}
    doubted = states != {State.IN_SYNC} or any(seen.unproven for seen in live)
    if worst is Severity.NONE and doubted:  # what waits for nobody is not live either
        known = states and State.UNKNOWN not in states
        return "unshipped", said, *((_MARKS[Severity.INFO], _COLOURS[Severity.INFO]) if known else _BLIND)
    return "unshipped", said, _MARKS[worst], _COLOURS[worst]


def drawn(label: str, said: str, colour: str) -> str:
    """The picture. Its texts may be of others, and any length."""
    label, said = _fitted(label), _fitted(said)
    left, right = _width(label), _width(said)
    name = escape(f"{label}: {said}", {'"': "&quot;"})
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{name}"><title>{name}</title>'
        f'<rect width="{left}" height="20" fill="#2a323d"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour}"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2}" y="14">{escape(label)}</text>'
        f'<text x="{left + right / 2}" y="14">{escape(said)}</text></g></svg>'
    )


def _fitted(text: str) -> str:
    clean = "".join(one for one in text if one.isprintable())
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 1]}…"


def _width(text: str) -> int:
    return round(7.2 * len(text)) + 12
