"""What is looked at because somebody asks: why a target stands as it does, and where a change is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from unshipped.app import documents as plain
from unshipped.app import explained
from unshipped.app.around import by_target, under_way
from unshipped.app.explain import Explanation
from unshipped.app.verdicts import held, moving
from unshipped.core.history.standing import Place
from unshipped.core.model import Verdict
from unshipped.ports.rolling import Book
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError, tagged
from unshipped.web.ground import Asking, allowed, board_of, ground_of, limited, name_of_commit
from unshipped.web.limits import LOOKS
from unshipped.web.shapes import targets

router = APIRouter(prefix="/api/v1", tags=["looking"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]


@router.get("/targets/{service}/{environment}/explanation", responses={200: {"model": targets.Explanation}})
def explain(
    request: Request,
    person: Reader,
    service: str,
    environment: str,
    changes: Annotated[int, Query(ge=0, le=1000)] = 50,
) -> Response:
    """Ask its sources and its history now, and say why it stands as it does."""
    found, now = looked_at(request, person, service, environment)
    found = found._replace(verdict=_excused(ground_of(request).store, found.verdict, now))
    line = board_of(request).view().named.get(f"{service}/{environment}")
    return tagged(request, explained.document(found, now, changes, line.standing.seen.web if line else ""))


@router.get("/where", responses={200: {"model": targets.Where}})
def where(
    request: Request,
    person: Reader,
    change: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")],
) -> Response:
    """Is this change live? A commit, a tag, or the number of a pull request; by what was seen last."""
    ground = ground_of(request)
    limited(request, person.name, LOOKS)
    standings = {name: one.standing for name, one in board_of(request).view().named.items()}
    found = _asking(request).where(name_of_commit(change), standings, ground.clock())
    concerned = [one for one in found.standings if one.place is not Place.NOT_APPLICABLE]
    document = {
        "schema_version": 1,
        "commit": found.commit,
        "title": found.title,
        "page": found.page or None,
        "targets": [plain.stands(one) for one in concerned],
        "not_concerned": len(found.standings) - len(concerned),
    }
    return tagged(request, document)


@router.get("/map", responses={200: {"model": targets.Map}})
def get_map(request: Request, _: Reader) -> Response:
    """Which services there are, where each runs, and what it is made of."""
    services: dict[str, list[Any]] = {}
    for one in ground_of(request).config().targets:
        services.setdefault(one.service, []).append(one)
    return tagged(request, {"schema_version": 1, "services": [_mapped(one) for one in services.values()]})


def _mapped(several: Sequence[Any]) -> dict[str, Any]:
    first = several[0]
    return {
        "service": first.service,
        "owner": first.owner or None,
        "criticality": first.criticality or None,
        "environments": [one.environment for one in several],
        "retired": all(one.retired for one in several),
        "origins": [
            {
                "repository": origin.repository,
                "paths": list(origin.closure.paths),
                "ignore": list(origin.closure.ignore),
                "closure": origin.closure.mode,
                "dockerfile": (origin.closure.build.dockerfile or None) if origin.closure.build else None,
            }
            for origin in first.origins
        ],
    }


def _excused(store: Book, verdict: Verdict, now: datetime) -> Verdict:
    """The verdict with what the log excuses it by: a hold that was placed, a rollout that is under way."""
    name = verdict.drift.target.name
    placed = held(verdict, by_target(store.holds(now)), now)
    return moving(placed, under_way(store.rollouts(target=name, open_only=True), now), now)


def looked_at(
    request: Request, person: Person, service: str, environment: str
) -> tuple[Explanation, datetime]:
    """A look at one target, now. Raises `RefusalError`, also for who looks too often."""
    ground, name = ground_of(request), f"{service}/{environment}"
    limited(request, person.name, LOOKS)
    if name not in board_of(request).view().targets:
        raise RefusalError(404, f"no target {name} is declared")
    now = ground.clock()
    return _asking(request).explain(name, now), now


def _asking(request: Request) -> Asking:
    asking = ground_of(request).asking
    if asking is None:
        raise RefusalError(404, "history is not asked here")
    return asking
