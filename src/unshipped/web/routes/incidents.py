"""What is open, what was, and that somebody knows of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from unshipped.app.decide import WEB, take_note
from unshipped.app.opened import opened, still_open
from unshipped.core.incidents import Incident
from unshipped.core.logged import documents
from unshipped.core.logged.observations import Standing
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError, tagged
from unshipped.web.ground import Ground, allowed, board_of, ground_of, require
from unshipped.web.shapes import asked
from unshipped.web.shapes import incidents as shapes

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]
Holder = Annotated[Person, Depends(allowed(Scope.HOLD))]


@router.get("", responses={200: {"model": shapes.Incidents}})
def list_incidents(
    request: Request, _: Reader, days: Annotated[float | None, Query(gt=0, le=366)] = None
) -> Response:
    """The open incidents; with `days` also those that were open in that time."""
    ground = ground_of(request)
    now = ground.clock()
    since = now - timedelta(days=days) if days else None
    found = opened(ground.store, since=since) if since else still_open(ground.store)
    standings = _stand(request, {one.target for one in found})
    rows = [documents.incident(one, standings.get(one.target), now) for one in found]
    return tagged(request, {"schema_version": 1, "incidents": rows})


@router.get("/{identity:path}/transitions", responses={200: {"model": shapes.Transitions}})
def list_transitions(request: Request, _: Reader, identity: str) -> Response:
    """Every step of one incident, in order."""
    ground = ground_of(request)
    _one(ground, identity)
    rows = [documents.transition(one) for one in ground.store.transitions([identity])]
    return tagged(request, {"schema_version": 1, "transitions": rows})


@router.post("/{identity:path}/acknowledge", responses={200: {"model": shapes.Incident}})
def acknowledge(
    request: Request, person: Holder, identity: str, note: Annotated[asked.Note, Body()]
) -> Response:
    """Somebody knows of it: nobody new is told until it becomes worse."""
    ground = ground_of(request)
    found, now = _one(ground, identity), ground.clock()
    mine = [one for one in ground.config().targets if one.name == found.target]
    require(person, Scope.HOLD, mine[0] if mine else None)
    if not found.open:
        raise RefusalError(409, "it is over")
    routes, only, seen = ground.routes(), [found.id], _stand(request, {found.target}).get(found.target)
    take_note(ground.store, [found.target], routes, person.name, now, reason=note.reason, door=WEB, ids=only)
    board_of(request).moved()
    return JSONResponse(documents.incident(_one(ground, identity), seen, now))


def _stand(request: Request, targets: set[str]) -> dict[str, Standing]:
    """How these targets stand as far as that is known now; of what is not declared here, how it was seen."""
    kept, shown = ground_of(request).store.standings(targets), board_of(request).view().named
    return {name: shown[name].standing if name in shown else one for name, one in kept.items()}


def _one(ground: Ground, identity: str) -> Incident:
    found = ground.store.incidents(ids=[identity])
    if not found:
        raise RefusalError(404, "there is no such incident")
    return found[0]
