"""Locks: nothing is deployed to some targets, or to any, until that is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import JSONResponse, Response

from unshipped.app.decide import WEB, falls_on, lock_up, unlock
from unshipped.app.rollout_documents import lock as document
from unshipped.core.windows import Lock
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError, tagged
from unshipped.web.ground import Ground, allowed, board_of, ground_of, require_all
from unshipped.web.once import identity, once
from unshipped.web.shapes import asked
from unshipped.web.shapes import rollouts as shapes

router = APIRouter(prefix="/api/v1/locks", tags=["rollouts"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]
Deployer = Annotated[Person, Depends(allowed(Scope.DEPLOY))]


@router.get("", responses={200: {"model": shapes.Locks}})
def list_locks(request: Request, _: Reader) -> Response:
    """What is locked, by whom and why."""
    ground = ground_of(request)
    found = [document(one) for one in ground.store.locks(ground.clock())]
    return tagged(request, {"schema_version": 1, "locks": found})


@router.post("", status_code=201, responses={201: {"model": shapes.Lock}}, response_model=None)
def lock(request: Request, person: Deployer, wanted: Annotated[asked.Lock, Body()]) -> Response:
    """Let nothing be deployed to some targets, not even back; to all of them where no list names any."""
    ground = ground_of(request)
    now = ground.clock()
    until = now + timedelta(seconds=wanted.seconds) if wanted.seconds else None
    lists = tuple(wanted.services), tuple(wanted.environments)
    asked_for = Lock(identity(wanted.id), wanted.reason, person.name, now, until, *lists)
    _require_covered(ground, person, asked_for)
    made = once(
        asked_for,
        lambda: ground.store.locks(now),
        lambda one: lock_up(ground.store, one, ground.config().targets, WEB),
        lambda one: (one.services, one.environments, one.reason),
    )
    board_of(request).moved()
    return JSONResponse(document(made), 201)


@router.delete("/{identity}", responses={200: {"model": shapes.Lock}})
def end_lock(request: Request, person: Deployer, identity: str) -> Response:
    """It may be deployed again, whoever locked it."""
    ground = ground_of(request)
    now = ground.clock()
    found = next((one for one in ground.store.locks(now) if one.id == identity), None)
    if found is None:
        raise RefusalError(404, "no such lock holds")
    _require_covered(ground, person, found)
    ended = unlock(ground.store, identity, person.name, now, WEB)
    board_of(request).moved()
    return JSONResponse(document(ended or found))


def _require_covered(ground: Ground, person: Person, made: Lock) -> None:
    """They may deploy all that it falls on."""
    require_all(person, Scope.DEPLOY, [one for one in ground.config().targets if falls_on(made, one)])
