"""By other thresholds: when the incident that is open would have begun, and when it would have got worse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from unshipped.app.what_if import over
from unshipped.core import words
from unshipped.core.model import Policy
from unshipped.core.replaying.what_if import Turn, course
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError, tagged
from unshipped.web.ground import allowed, ground_of
from unshipped.web.routes.looking import looked_at
from unshipped.web.shapes import targets

router = APIRouter(prefix="/api/v1", tags=["looking"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]
Many = Annotated[int | None, Query(ge=1, le=1_000_000)]
Long = Annotated[float | None, Query(ge=0, le=10_000)]
HOUR, MINUTE = 3600, 60


@router.get("/targets/{service}/{environment}/what-if", responses={200: {"model": targets.WhatIf}})
def what_if(
    request: Request,
    person: Reader,
    service: str,
    environment: str,
    warning_changes: Many = None,
    warning_hours: Long = None,
    critical_changes: Many = None,
    critical_hours: Long = None,
    grace_minutes: Long = None,
) -> Response:
    """When each severity was reached by its own thresholds, and when by these; what is not given stays as it
    is. Its sources and its history are asked now. Of the newest incidents that are over it is said when they
    would have opened by these.
    """
    found, now = looked_at(request, person, service, environment)
    drift = found.verdict.drift
    own = drift.target.policy
    other = own._replace(
        warning=own.warning._replace(**_level(warning_changes, warning_hours)),
        critical=own.critical._replace(**_level(critical_changes, critical_hours)),
        grace=own.grace if grace_minutes is None else grace_minutes * MINUTE,
    )
    if other.critical.changes < other.warning.changes or other.critical.age < other.warning.age:
        raise RefusalError(422, "critical would begin before warning")
    changes = [one.change for one in found.changes]

    def judged(policy: Policy) -> dict[str, Any]:
        turns = course(drift, changes, policy)
        return _thresholds(policy) | {"turns": _turns(turns)}

    document = {
        "schema_version": 1,
        "looked_at": words.stamp(now),
        "service": service,
        "environment": environment,
        "own": judged(own),
        "other": judged(other),
        "over": [
            {
                "incident": one.incident.id,
                "opened_at": words.stamp(one.incident.opened_at),
                "resolved_at": words.stamp(one.incident.resolved_at or one.incident.opened_at),
                "peak": one.incident.peak.word,
                "turns": _turns(one.turns),
            }
            for one in over(ground_of(request).store, drift.target, other, now)
        ],
    }
    return tagged(request, document)


def _turns(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    return [
        {"at": words.stamp(one.at), "severity": one.severity.word, "reasons": list(one.reasons)}
        for one in turns
    ]


def _level(changes: int | None, hours: float | None) -> dict[str, Any]:
    given = {"changes": changes, "age": None if hours is None else hours * HOUR}
    return {name: value for name, value in given.items() if value is not None}


def _thresholds(policy: Policy) -> dict[str, Any]:
    return {
        "warning_changes": policy.warning.changes,
        "warning_hours": policy.warning.age / HOUR,
        "critical_changes": policy.critical.changes,
        "critical_hours": policy.critical.age / HOUR,
        "grace_minutes": policy.grace / MINUTE,
    }
