"""What people decide: holds, silences, bypasses; and who did what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from unshipped.app import bypass as bypassing
from unshipped.app import documents as plain
from unshipped.app.decide import WEB, held, keep, keep_quiet, let_go, speak_again
from unshipped.core.alerting import Matcher, Silence
from unshipped.core.logged import documents
from unshipped.core.logged.journal import Kept
from unshipped.core.model import Hold, Target
from unshipped.core.names import fits
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError, tagged
from unshipped.web.ground import allowed, board_of, ground_of, known, require_all, target_of, watched
from unshipped.web.once import identity, once
from unshipped.web.shapes import asked, people

router = APIRouter(prefix="/api/v1", tags=["people"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]
Holder = Annotated[Person, Depends(allowed(Scope.HOLD))]
Gatekeeper = Annotated[Person, Depends(allowed(Scope.GATE))]
_MADE: dict[str, Any] = {"status_code": 201, "response_model": None}


@router.get("/holds", responses={200: {"model": people.Holds}})
def list_holds(request: Request, _: Reader) -> Response:
    """What is held, by people and by the configuration."""
    ground = ground_of(request)
    now = ground.clock()
    found = held(ground.store.holds(now), watched(ground), now)
    return tagged(request, {"schema_version": 1, "holds": [documents.hold(one) for one in found]})


@router.post("/holds", responses={201: {"model": people.Hold}}, **_MADE)
def hold(request: Request, person: Holder, wanted: Annotated[asked.Hold, Body()]) -> Response:
    """Keep a target as it is: its drift is shown, and nobody is told of it."""
    target = target_of(request, person, wanted.service, wanted.environment, Scope.HOLD)
    ground = ground_of(request)
    now = ground.clock()
    held_so = Hold(wanted.reason, person.name, _end(wanted.seconds, now))
    made = once(
        Kept(identity(wanted.id), target.service, target.environment, held_so, now),
        lambda: ground.store.holds(now),
        lambda one: keep(ground.store, one, WEB),
        lambda one: (one.target, one.hold.reason),
    )
    board_of(request).moved()
    return JSONResponse(documents.hold(made), 201)


@router.delete("/holds/{service}/{environment}", responses={200: {"model": people.Holds}})
def unhold(
    request: Request,
    person: Holder,
    service: str,
    environment: str,
    read: Annotated[list[str] | None, Query(alias="id", max_length=200)] = None,
) -> Response:
    """It need not stay so any more; with `id` only where nothing else holds it than these. Answers the holds
    that ended; one of the configuration is ended there.
    """
    target = target_of(request, person, service, environment, Scope.HOLD)
    ground = ground_of(request)
    now = ground.clock()
    for one in ground.store.holds(now):
        if read and one.target == target.name and one.id not in read:
            said = documents.hold(one)["sentence"]
            raise RefusalError(409, f"it is held by more than that: {said}", "read that first")
    ended = let_go(ground.store, service, environment, person.name, now, WEB)
    board_of(request).moved()
    return JSONResponse({"schema_version": 1, "holds": [documents.hold(one) for one in ended]})


@router.get("/silences", responses={200: {"model": people.Silences}})
def list_silences(request: Request, _: Reader) -> Response:
    """Of what nobody is told."""
    ground = ground_of(request)
    found = [documents.silence(one) for one in ground.store.silences(ground.clock())]
    return tagged(request, {"schema_version": 1, "silences": found})


@router.post("/silences", responses={201: {"model": people.Silence}}, **_MADE)
def silence(request: Request, person: Holder, wanted: Annotated[asked.Silence, Body()]) -> Response:
    """Tell nobody of some targets for a time: they are watched and shown as before."""
    ground = ground_of(request)
    match = Matcher(tuple(wanted.services), tuple(wanted.environments), tuple(wanted.owners))
    require_all(person, Scope.HOLD, [one for one in ground.config().targets if _meant(match, one)])
    now = ground.clock()
    until = now + timedelta(seconds=wanted.seconds)
    made = once(
        Silence(identity(wanted.id), match, person.name, wanted.reason, now, until),
        lambda: ground.store.silences(now),
        lambda one: keep_quiet(ground.store, one, ground.routes(), now, door=WEB),
        lambda one: (one.match, one.reason),
    )
    return JSONResponse(documents.silence(made), 201)


@router.delete("/silences/{identity}", responses={200: {"model": people.Silence}})
def unsilence(request: Request, person: Holder, identity: str) -> Response:
    """A silence is over."""
    ground = ground_of(request)
    now = ground.clock()
    found = next((one for one in ground.store.silences(now) if one.id == identity), None)
    if found is None:
        raise RefusalError(404, "no such silence holds")
    require_all(person, Scope.HOLD, [one for one in ground.config().targets if _meant(found.match, one)])
    ended = speak_again(ground.store, identity, person.name, now, WEB)
    return JSONResponse(documents.silence(ended or found))


@router.get("/bypasses", responses={200: {"model": people.Bypasses}})
def list_bypasses(request: Request, _: Reader) -> Response:
    """Who lets work through a gate. One is given where a gate is asked: `POST /api/v1/gate/SERVICE`."""
    ground = ground_of(request)
    now = ground.clock()
    found = [plain.bypass_told(one, now) for one in ground.store.bypasses(now)]
    return tagged(request, {"schema_version": 1, "bypasses": found})


@router.delete("/bypasses/{identity}", responses={200: {"model": people.Bypass}})
def revoke(request: Request, person: Gatekeeper, identity: str) -> Response:
    """A bypass is over."""
    ground = ground_of(request)
    now = ground.clock()
    found = next((one for one in ground.store.bypasses(now) if one.id == identity), None)
    if found is None:
        raise RefusalError(404, "no such bypass holds")
    require_all(person, Scope.GATE, [one for one in ground.config().targets if one.service == found.service])
    ended = bypassing.revoke(identity, person.name, ground.store, now, WEB)
    return JSONResponse(plain.bypass_told(ended, now))


@router.get("/actions", responses={200: {"model": people.Actions}})
def list_actions(
    request: Request,
    _: Reader,
    days: Annotated[float, Query(gt=0, le=400)] = 7,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Who did what, the newest first."""
    ground = ground_of(request)
    since = ground.clock() - timedelta(days=days)
    found = [documents.action(one) for one in ground.store.actions(since=since, most=limit)]
    return tagged(request, {"schema_version": 1, "actions": found})


@router.get("/me", responses={200: {"model": people.Me}})
async def get_me(request: Request) -> Response:
    """Whoever asks, and what they may do. A stranger has no name, and is told where to get one."""
    person = known(request) or Person("", frozenset())
    root = request.scope.get("root_path", "") if ground_of(request).login else None
    document = {
        "schema_version": 1,
        "name": person.name,
        "groups": list(person.groups),
        "scopes": sorted(one.value for one in person.scopes),
        "owned": {owner: sorted(one.value for one in may) for owner, may in person.owned.items()},
        "login": None if root is None else f"{root}/login",
        "logout": None if root is None else f"{root}/logout",
    }
    return tagged(request, document)


def _end(seconds: float | None, now: datetime) -> datetime | None:
    return now + timedelta(seconds=seconds) if seconds else None


def _meant(match: Matcher, one: Target) -> bool:
    return fits(
        (one.service, match.services), (one.environment, match.environments), (one.owner, match.owners)
    )
