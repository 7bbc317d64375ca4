"""What people decided: holds, silences, bypasses."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from unshipped.app import documents as plain
from unshipped.core import documents
from unshipped.web.access import Person, Scope
from unshipped.web.answers import tagged
from unshipped.web.board import held
from unshipped.web.ground import allowed, ground_of
from unshipped.web.shapes import people

router = APIRouter(prefix="/api/v1", tags=["people"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]


@router.get("/holds", responses={200: {"model": people.Holds}})
def list_holds(request: Request, _: Reader) -> Response:
    """What is held, by people and by the configuration."""
    ground = ground_of(request)
    now = ground.clock()
    found = held(ground.store.holds(now), ground.config().targets, now)
    return tagged(request, {"schema_version": 1, "holds": [documents.hold(one) for one in found]})


@router.get("/silences", responses={200: {"model": people.Silences}})
def list_silences(request: Request, _: Reader) -> Response:
    """Of what nobody is told."""
    ground = ground_of(request)
    found = [documents.silence(one) for one in ground.store.silences(ground.clock())]
    return tagged(request, {"schema_version": 1, "silences": found})


@router.get("/bypasses", responses={200: {"model": people.Bypasses}})
def list_bypasses(request: Request, _: Reader) -> Response:
    """Who lets work through a gate."""
    ground = ground_of(request)
    now = ground.clock()
    found = [plain.bypass_told(one, now) for one in ground.store.bypasses(now)]
    return tagged(request, {"schema_version": 1, "bypasses": found})


@router.get("/me", responses={200: {"model": people.Me}})
async def get_me(request: Request, person: Reader) -> Response:
    """Whoever asks, and what they may do."""
    document = {
        "schema_version": 1,
        "name": person.name,
        "groups": [],
        "scopes": sorted(one.value for one in person.scopes),
        "owned": {},
        "login": None,
        "logout": None,
    }
    return tagged(request, document)
