"""How the fleet stands, from the log: nothing is looked at because somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from unshipped.app import rollout_documents as rollouts
from unshipped.app.documents import bypass_told
from unshipped.app.opened import opened
from unshipped.app.recall import recall
from unshipped.core import words
from unshipped.core.closures.evidence import Why, why
from unshipped.core.history.web import commit_page
from unshipped.core.incidents import Incident, Kind
from unshipped.core.logged import documents
from unshipped.core.logged.deploys import deploys
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.past import Past
from unshipped.core.model import DECLARED, Change, State, Target
from unshipped.web import buttons
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError, answered, tagged
from unshipped.web.board import Line, Question
from unshipped.web.ground import Ground, allowed, board_of, ground_of
from unshipped.web.shapes import past, targets
from unshipped.web.shapes._words import Severity

router = APIRouter(prefix="/api/v1/targets", tags=["targets"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]
Names = Annotated[list[str] | None, Query()]
_BACK = timedelta(days=30)
_LAST = 10
_MOST_OTHERS = 10_000


@router.get("", responses={200: {"model": targets.Targets}})
async def list_targets(
    request: Request,
    _: Reader,
    service: Names = None,
    environment: Names = None,
    owner: Names = None,
    state: Annotated[list[State] | None, Query()] = None,
    severity: Annotated[list[Severity] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Every target as it was seen last, the worst first."""
    board = board_of(request)
    if (view := board.at_hand()) is None:
        view = await run_in_threadpool(board.view)

    lists = map(_listed, (service, environment, owner, state, severity))
    services, environments, owners, states, severities = lists
    question = Question(services, environments, owners, states, severities, offset, limit)
    page = view.answer(request.scope["query_string"], question)
    return answered(request.headers, page.body, page.tag, page.packed)


@router.get("/{service}/{environment}", responses={200: {"model": targets.Target}})
def get_target(request: Request, person: Reader, service: str, environment: str) -> Response:
    """One target: its missing changes and why each counts, its incidents, what holds it, what to do."""
    ground, name = ground_of(request), f"{service}/{environment}"
    line, target, now = _known(request, name)
    found = opened(ground.store, target=name, most=50)
    still = [one for one in found if one.open]
    silences = ground.store.silences(ground.clock())
    document = {
        "schema_version": 1,
        "as_of": words.stamp(now),
        "target": line.document,
        "changes": _changes(line.standing, target),
        "incidents": [documents.incident(one, line.standing, now) for one in found],
        "cause": _cause(ground, still, line.standing),
        "holds": [documents.hold(one) for one in buttons.holds(ground, target)],
        "silences": [
            documents.silence(one) for one in silences if any(one.match.fits(each) for each in still)
        ],
        "locks": [rollouts.lock(one) for one in buttons.locks(ground, target)],
        "bypasses": [
            bypass_told(one, now)
            for one in ground.store.bypasses(ground.clock())
            if one.service in ("", service)
        ],
        "deployments": _deployments(ground, line.standing),
        "next": _next(line.standing),
        "deploy": buttons.deploy(ground, person, target, line.standing)._asdict(),
        "rollback": buttons.rollback(ground, person, target, line.standing)._asdict(),
    }
    return tagged(request, document)


@router.get("/{service}/{environment}/history", responses={200: {"model": past.History}})
def get_history(
    request: Request,
    _: Reader,
    service: str,
    environment: str,
    days: Annotated[float, Query(gt=0, le=366)] = 7,
) -> Response:
    """What happened to one target, the newest first."""
    ground, name = ground_of(request), f"{service}/{environment}"
    _known(request, name)
    now = ground.clock()
    events = recall(ground.store, [name], now - timedelta(days=days), now)
    rows = [{"at": words.stamp(each.at), "what": each.what, "text": each.text} for each in events]
    return tagged(request, {"schema_version": 1, "events": rows})


def _listed(names: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(sorted(names or ()))


def _known(request: Request, name: str) -> tuple[Line, Target, Any]:
    view = board_of(request).view()
    if name not in view.named:
        raise RefusalError(404, f"no target {name} was ever looked at")
    return view.named[name], view.targets[name], view.as_of


def _changes(standing: Standing, target: Target) -> list[dict[str, Any]]:
    seen = standing.seen
    return [documents.change(one, _why(one, target), seen.web) for one in seen.waiting]


def _why(change: Change, target: Target) -> list[Why]:
    """The patterns that made each path count, as far as they are declared."""
    closures = [one.closure for one in target.origins if one.closure.mode == DECLARED]
    found = []
    for path in change.paths:
        reasons = [why(closure, path, {}) for closure in closures]
        found.append(next((one for one in reasons if one.counts), Why(path)))
    return found


def _cause(ground: Ground, still: Sequence[Incident], standing: Standing) -> dict[str, Any] | None:
    """What the open incident began with; the drift where there are two."""
    mine = next((one for one in sorted(still, key=lambda one: one.kind is not Kind.DRIFT) if one.cause), None)
    if mine is None:
        return None
    others = ground.store.incidents(open_only=True, most=_MOST_OTHERS)
    kind, _, told = mine.cause.partition(":")
    landing = {"commit": told, "page": commit_page(standing.seen.web, told) or None}
    return {
        "landing": landing if kind == "landing" else None,
        "source": told.rpartition(":")[2] or None if kind == "unknown" else None,
        "shared_with": sorted({one.target for one in others if one.cause == mine.cause} - {mine.target}),
    }


def _deployments(ground: Ground, standing: Standing) -> list[dict[str, Any]]:
    now, name = ground.clock(), standing.seen.target
    since = now - _BACK
    stretches = tuple(ground.store.stretches(since=since, until=now, target=name))
    told = tuple(ground.store.deployments(since=since, target=name))
    known = deploys(Past(since, stretches=stretches, deployments=told))
    return [documents.deploy(one, standing.seen.web) for one in reversed(known[-_LAST:])]


def _next(standing: Standing) -> dict[str, str] | None:
    seen = standing.seen
    if seen.quiet:
        return None
    return {
        "why": seen.matter,
        "command": f"unshipped explain {seen.service} -e {seen.environment}",
    }
