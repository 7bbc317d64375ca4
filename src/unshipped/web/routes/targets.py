"""How the fleet stands, from the log: nothing is looked at because somebody asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from unshipped.app.recall import recall
from unshipped.core import documents, words
from unshipped.core.model import Severity, State
from unshipped.core.observations import Standing
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError, tagged
from unshipped.web.ground import allowed, ground_of

router = APIRouter(prefix="/api/v1/targets", tags=["targets"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]
Names = Annotated[list[str] | None, Query()]


@router.get("")
def listed(
    request: Request,
    _: Reader,
    service: Names = None,
    environment: Names = None,
    state: Annotated[list[State] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Every target as it was seen last, the worst first."""
    ground = ground_of(request)
    now = ground.clock()
    declared = [f"{name}/{where}" for name, where in ground.house().targets]
    found = [
        one
        for one in ground.store.standings(declared).values()
        if (not service or one.seen.service in service)
        and (not environment or one.seen.environment in environment)
        and (not state or one.seen.state in state)
    ]
    found.sort(key=_order)
    page = found[offset : offset + limit]
    return tagged(
        request,
        {
            "schema_version": 1,
            "summary": _summary(found),
            "total": len(found),
            "offset": offset,
            "targets": [documents.standing(one, now) for one in page],
        },
    )


@router.get("/{service}/{environment}")
def one(request: Request, _: Reader, service: str, environment: str) -> Response:
    """One target, with its incidents."""
    ground = ground_of(request)
    now, name = ground.clock(), f"{service}/{environment}"
    standing = _known(ground.store.standings([name]), name)
    incidents = ground.store.incidents(target=name, most=50)
    return tagged(
        request,
        {
            "schema_version": 1,
            "target": documents.standing(standing, now),
            "incidents": [documents.incident(each, standing, now) for each in incidents],
        },
    )


@router.get("/{service}/{environment}/history")
def history(
    request: Request,
    _: Reader,
    service: str,
    environment: str,
    days: Annotated[float, Query(gt=0, le=366)] = 7,
) -> Response:
    """What happened to one target, the newest first."""
    ground = ground_of(request)
    now, name = ground.clock(), f"{service}/{environment}"
    _known(ground.store.standings([name]), name)
    events = recall(ground.store, [name], now - timedelta(days=days), now)
    rows = [{"at": words.stamp(each.at), "what": each.what, "text": each.text} for each in events]
    return tagged(request, {"schema_version": 1, "events": rows})


def _known(found: dict[str, Standing], name: str) -> Standing:
    if name not in found:
        raise RefusalError(404, f"no target {name} was ever looked at")
    return found[name]


def _order(one: Standing) -> tuple[bool, int, bool, int, str]:
    """What wants somebody first, then by how bad it is."""
    seen = one.seen
    return seen.quiet, -seen.severity, seen.conclusive, -(seen.changes or 0), seen.target


def _summary(found: Iterable[Standing]) -> dict[str, Any]:
    states = [one.seen.state for one in found]
    worst = max((one.seen.severity for one in found if not one.seen.quiet), default=Severity.NONE)
    return {
        "targets": len(states),
        **{state.value: states.count(state) for state in State},
        "worst": worst.word if states else None,
    }
