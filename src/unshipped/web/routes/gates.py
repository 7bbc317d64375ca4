"""Which gates there are, and what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from unshipped.app.documents import document
from unshipped.core.gating import Answer, GateDecision, Guard
from unshipped.core.model import Severity
from unshipped.core.words import stamp
from unshipped.web.access import Person, Scope
from unshipped.web.answers import tagged
from unshipped.web.ground import allowed, ground_of
from unshipped.web.shapes import past

router = APIRouter(prefix="/api/v1", tags=["gate"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]
_WEEK = timedelta(days=7)


@router.get("/gates", responses={200: {"model": past.Gates}})
def list_gates(request: Request, _: Reader) -> Response:
    """The gates of the configuration, with what each answered in the last seven days."""
    ground = ground_of(request)
    decisions = ground.store.decisions(since=ground.clock() - _WEEK)
    found = [
        _gate(one, [each for each in decisions if each.gate == one.gate.name])
        for one in ground.config().guards
    ]
    return tagged(request, {"schema_version": 1, "gates": found})


@router.get("/decisions", responses={200: {"model": past.Decisions}})
def list_decisions(
    request: Request,
    _: Reader,
    gate: str | None = None,
    days: Annotated[float, Query(gt=0, le=366)] = 7,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """What gates answered, the newest first."""
    ground = ground_of(request)
    since = ground.clock() - timedelta(days=days)
    found = ground.store.decisions(since=since, gate=gate)[::-1]
    rows = [document(one) for one in found[offset : offset + limit]]
    answer = {"schema_version": 1, "since": stamp(since), "total": len(found), "decisions": rows}
    return tagged(request, answer)


def _gate(guard: Guard, decisions: Sequence[GateDecision]) -> dict[str, Any]:
    gate = guard.gate
    return {
        "name": gate.name,
        "services": list(guard.services),
        "environment": guard.environment or None,
        "mode": gate.mode.value,
        "max_behind": gate.max_behind,
        "max_age_seconds": gate.max_age,
        "severity": Severity(gate.severity).word,
        "on_unknown": gate.on_unknown.word,
        "max_verdict_age_seconds": gate.max_verdict_age,
        "asked": len(decisions),
        "blocked": sum(one.answer is Answer.BLOCK for one in decisions),
        "would_have_blocked": sum(one.would is Answer.BLOCK for one in decisions),
    }
