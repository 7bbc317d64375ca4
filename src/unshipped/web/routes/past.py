"""What was: how targets stood, what was deployed, what a week was like."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from unshipped.app import report_documents
from unshipped.app.drill import DRILL
from unshipped.core.counting.figures import Span
from unshipped.core.logged import documents
from unshipped.core.logged.deploys import deploys
from unshipped.core.logged.past import Past
from unshipped.core.logged.past import held as lasting
from unshipped.core.model import Policy, Severity
from unshipped.core.report import last_week, summary, week_of
from unshipped.core.words import stamp
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError, tagged
from unshipped.web.ground import Ground, allowed, board_of, ground_of
from unshipped.web.shapes import past
from unshipped.wiring.reporting import health

router = APIRouter(prefix="/api/v1", tags=["past"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]
Names = Annotated[list[str] | None, Query()]
Days = Annotated[float, Query(gt=0, le=366)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/timeline", responses={200: {"model": past.Timeline}})
def get_timeline(
    request: Request,
    _: Reader,
    service: Names = None,
    environment: Names = None,
    days: Days = 1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Offset = 0,
) -> Response:
    """How targets stood, stretch by stretch, with what was deployed: in the order of the list of targets."""
    ground, view = ground_of(request), board_of(request).view()
    now = ground.clock()
    span = Span(now - timedelta(days=days), now)
    chosen = [
        one.standing.seen
        for one in view.lines
        if (not service or one.standing.seen.service in service)
        and (not environment or one.standing.seen.environment in environment)
    ]
    page = chosen[offset : offset + limit]
    known = _known(ground, span, [one.target for one in page])
    arrived: dict[str, list[Any]] = {}
    for one in deploys(known):
        if span.holds(one.at):
            arrived.setdefault(one.target, []).append(one)
    document = {
        "schema_version": 1,
        "since": stamp(span.since),
        "until": stamp(span.until),
        "total": len(chosen),
        "targets": [
            {
                "service": one.service,
                "environment": one.environment,
                "limits": _limits(view.targets[one.target].policy),
                "stretches": _stretches(known, one.target, span),
                "deployments": [documents.deploy(each, one.web) for each in arrived.get(one.target, [])],
            }
            for one in page
        ],
    }
    return tagged(request, document)


def _limits(policy: Policy) -> list[dict[str, Any]]:
    if policy.by == "count" or policy.working_hours:
        return []
    levels = ((Severity.WARNING, policy.warning), (Severity.CRITICAL, policy.critical))
    return [{"severity": severity.word, "stale_seconds": level.age} for severity, level in levels]


def _known(ground: Ground, span: Span, targets: list[str]) -> Past:
    """What was seen and said of these targets; a little before as well, to tell what is new. A
    drill is no deploy.
    """
    since = span.since - timedelta(days=1)
    asked = targets if len(targets) <= 20 else [""]
    stretches = [
        one for name in asked for one in ground.store.stretches(since=since, until=span.until, target=name)
    ]
    told = ground.store.deployments(since=since)
    seen = tuple(one for one in stretches if one.seen.target != DRILL)
    return Past(since, stretches=seen, deployments=tuple(told))


def _stretches(known: Past, target: str, span: Span) -> list[dict[str, Any]]:
    return [
        {
            "since": stamp(max(start, span.since)),
            "until": stamp(min(end, span.until)),
            "state": seen.state.value,
            "severity": seen.severity.word,
            "flags": [flag.value for flag in seen.flags],
            "quiet": seen.quiet,
            "changes_behind": seen.changes,
            "behind_since": stamp(seen.behind_since) if seen.behind_since else None,
            "deployed": seen.deployed or None,
            "reason": seen.reasons[0] if seen.reasons else "",
        }
        for seen, start, end in lasting(known.courses.get(target, ()))
        if end > span.since and start < span.until
    ]


@router.get("/deployments", responses={200: {"model": past.Deployments}})
def list_deployments(
    request: Request,
    _: Reader,
    service: Names = None,
    environment: Names = None,
    days: Days = 7,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Offset = 0,
) -> Response:
    """What was deployed, as it was seen and as it was told of; the newest first."""
    ground, view = ground_of(request), board_of(request).view()
    now = ground.clock()
    span = Span(now - timedelta(days=days), now)
    pages = {name: one.standing.seen.web for name, one in view.named.items()}
    found = [
        one
        for one in reversed(deploys(_known(ground, span, [""])))
        if span.holds(one.at)
        and (not service or one.target.rpartition("/")[0] in service)
        and (not environment or one.target.rpartition("/")[2] in environment)
    ]
    rows = [documents.deploy(one, pages.get(one.target, "")) for one in found[offset : offset + limit]]
    document = {"schema_version": 1, "since": stamp(span.since), "total": len(found), "deployments": rows}
    return tagged(request, document)


@router.get("/report", responses={200: {"model": past.Report}})
def get_report(
    request: Request,
    _: Reader,
    week: Annotated[str | None, Query(pattern=r"^\d{4}-?W\d{1,2}$")] = None,
) -> Response:
    """What a week was like: `2026-W06`, or else the last whole one, from Monday to Monday in UTC."""
    ground = ground_of(request)
    now = ground.clock()
    span = _week(week) if week else last_week(now)
    found = health(ground.config(), ground.store, span, now)
    told = {"told": report_documents.told(summary(found))}
    return tagged(request, report_documents.health(found) | told)


def _week(text: str) -> Span:
    if (found := week_of(text)) is None:
        raise RefusalError(422, "there is no such week", "write one like 2026-W06")
    return found
