"""Deploying: what would happen, ask for it, follow it, end it. It is carried out by the worker."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from unshipped.app import approve as approving
from unshipped.app import asking
from unshipped.app import cancel as cancelling
from unshipped.app import rollout_documents as documents
from unshipped.app.crew import Crew
from unshipped.app.decide import WEB, keep
from unshipped.app.take_up import opening, preview
from unshipped.core.logged.journal import Action
from unshipped.core.logged.rolling import Rollout, Wish
from unshipped.core.windows import Asked
from unshipped.ports.rolling import Book
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError, tagged
from unshipped.web.buttons import approval
from unshipped.web.ground import allowed, board_of, ground_of, limited, name_of_commit, target_of
from unshipped.web.limits import LOOKS
from unshipped.web.shapes import asked as words
from unshipped.web.shapes import rollouts as shapes

router = APIRouter(prefix="/api/v1", tags=["rollouts"])
Reader = Annotated[Person, Depends(allowed(Scope.READ))]
Deployer = Annotated[Person, Depends(allowed(Scope.DEPLOY))]
_MOST = 1000
_ORDERING = threading.Lock()
"""An order that is sent twice at once is known to the second one, and stands once among the actions."""


@router.get("/rollouts", responses={200: {"model": shapes.Rollouts}})
def list_rollouts(
    request: Request,
    person: Reader,
    service: Annotated[list[str] | None, Query()] = None,
    environment: Annotated[list[str] | None, Query()] = None,
    days: Annotated[float, Query(gt=0, le=366)] = 7,
) -> Response:
    """What waits to be deployed and why, what is under way, and how the last rollouts ended."""
    ground = ground_of(request)
    book, now = ground.store, ground.clock()

    def meant(one: Asked | Any) -> bool:
        return (not service or one.service in service) and (not environment or one.environment in environment)

    recent = book.rollouts(since=now - timedelta(days=days), most=_MOST)
    opened = [one for one in book.rollouts(open_only=True) if one not in recent]
    waiting = [one for one in book.wishes() if meant(one.asked)]
    opens = _opening(request, waiting)
    document = {
        "schema_version": 1,
        "waiting": [_told(request, person, one, opens) for one in waiting],
        "rollouts": [documents.rollout(one) for one in [*opened, *recent] if meant(one.plan)],
        "locks": [documents.lock(one) for one in book.locks(now)],
    }
    return tagged(request, document)


@router.get("/rollouts/{identity}", responses={200: {"model": shapes.OneRollout}})
def get_rollout(request: Request, person: Reader, identity: str) -> Response:
    """One rollout, by the id that it was asked for under."""
    book = ground_of(request).store
    wish, rollout = _one(book, identity)
    waiting = [wish] if wish and wish.fate is None else []
    document = {
        "schema_version": 1,
        "waiting": next((_waits(request, person, one) for one in waiting), None),
        "rollout": documents.rollout(rollout) if rollout else None,
        "plan": documents.plan(rollout.plan) if rollout else None,
        "steps": documents.steps(rollout.plan, book.steps(identity)) if rollout else [],
        "settled": (wish.why or None) if wish and not rollout else None,
    }
    return tagged(request, document)


@router.get("/rollouts/{identity}/output", responses={200: {"model": shapes.Output}})
def get_output(
    request: Request,
    _: Reader,
    identity: str,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    """What it printed, behind a piece that is known already."""
    book = ground_of(request).store
    _one(book, identity)
    lines = book.output(identity, after=after, most=_MOST)
    rows = [documents.line(one) for one in lines]
    return tagged(request, {"schema_version": 1, "lines": rows, "more": len(rows) == _MOST})


@router.post("/plans", responses={200: {"model": shapes.Preview}})
def plan(request: Request, person: Deployer, wanted: Annotated[shapes.Question, Body()]) -> Response:
    """What would happen: the changes that ship, the steps, the way back. Nothing is touched."""
    asked = _asked(request, person, wanted, "", "preview")
    crew = _crew(request)
    found = preview(crew, [asked], ground_of(request).clock())[0]
    return JSONResponse({"schema_version": 1} | documents.prospect(found))


@router.post("/rollouts", status_code=202, responses={202: {"model": shapes.Wish}}, response_model=None)
def deploy(request: Request, person: Deployer, wanted: Annotated[shapes.Order, Body()]) -> Response:
    """Ask for it. It waits in the queue until it may begin; the same order is carried out once."""
    if (wanted.despite or wanted.rollback) and not wanted.reason:
        raise RefusalError(422, "a rollback, and what steps over a safety, has a reason")
    ground = ground_of(request)
    book, now, reason = ground.store, ground.clock(), wanted.reason or ""
    asked = _asked(request, person, wanted, reason, wanted.id or uuid.uuid4().hex[:8])
    if wanted.needs_approval:
        asked = asked._replace(needs_approval=True)
    with _ORDERING:
        if known := next(iter(book.wishes(ids=[asked.id])), None):  # it was sent before, and is done once
            return JSONResponse(_waits(request, person, _the_same(known, asked, wanted.to)), 202)
        what = "rollback" if wanted.rollback else "deploy"
        book.acted(Action(now, person.name, what, f"{asked.target} {asked.commit[:12]}", reason, WEB))
        if wanted.rollback:
            keep(book, asking.held_back(asked, now), WEB)
        book.wish(asked)
    board_of(request).moved()
    wish, _ = _one(book, asked.id)  # another process may have been asked under that id at the same moment
    return JSONResponse(_waits(request, person, _the_same(wish or Wish(asked), asked, wanted.to)), 202)


def _the_same(known: Wish, asked: Asked, to: str) -> Wish:
    """What is known under an id, where it is this order. What `to` names, but for a whole id, may be another
    commit by now. Raises `RefusalError`.
    """
    names = asked.commit == to.lower()
    if _order(known.asked, names) != _order(asked, names):
        raise RefusalError(409, "another order has this id already", "each order has an id of its own")
    return known


def _order(one: Asked, names: bool) -> tuple[object, ...]:
    return one.target, one.rollback, one.canary, one.needs_approval, one.commit if names else ""


@router.post("/rollouts/{identity}/cancel", responses={200: {"model": shapes.OneRollout}})
def cancel(
    request: Request, person: Deployer, identity: str, note: Annotated[words.Note, Body()]
) -> Response:
    """What is under way goes back, what waits is taken out of the queue."""
    ground = ground_of(request)
    book, now = ground.store, ground.clock()
    wish, rollout = _mine(request, person, identity)
    runs = rollout is not None and not rollout.ended_at and not rollout.cancelled_by
    if not runs and not _is_waiting(wish):
        raise _refused(request, person, "cancel", identity, "it has ended, or was cancelled before")
    book.acted(Action(now, person.name, "cancel", identity, note.reason, WEB))
    if not cancelling.cancel(book, identity, person.name, note.reason, now):
        raise _refused(request, person, "cancel", identity, "it has just ended")
    return get_rollout(request, person, identity)


@router.post("/rollouts/{identity}/approve", responses={200: {"model": shapes.Wish}})
def approve(request: Request, person: Deployer, identity: str) -> Response:
    """What waits for that may begin."""
    ground = ground_of(request)
    _mine(request, person, identity)
    recipes = ground.config().deploying.recipes
    found = approving.approve(ground.store, recipes, identity, person.name, ground.clock(), WEB)
    if isinstance(found, approving.Refusal):
        raise RefusalError(403 if found.hint else 409, found.reason, found.hint)
    return JSONResponse(_waits(request, person, found))


def _asked(request: Request, person: Person, wanted: shapes.Question, reason: str, identity: str) -> Asked:
    """The wish, with the commit that it comes to. History and, for a rollback, the log are asked."""
    limited(request, person.name, LOOKS)
    target = target_of(request, person, wanted.service, wanted.environment, Scope.DEPLOY)
    crew, now, to = _crew(request), ground_of(request).clock(), name_of_commit(wanted.to)
    order = asking.Request(by=person.name, reason=reason, to=to, despite=wanted.despite, canary=wanted.canary)
    make = asking.ask_back if wanted.rollback else asking.ask
    return make(crew, [target.name], order, now, lambda: identity)[0]


def _crew(request: Request) -> Crew:
    crew = ground_of(request).crew
    if crew is None:
        raise RefusalError(404, "nothing is deployed from here")
    return crew()


def _waits(request: Request, person: Person, wish: Wish) -> dict[str, Any]:
    return _told(request, person, wish, _opening(request, [wish]))


def _told(request: Request, person: Person, wish: Wish, opens: Mapping[str, datetime]) -> dict[str, Any]:
    """What waits, as it concerns whoever asks."""
    refused = approval(ground_of(request), person, wish) if wish.asked.unapproved else ""
    return documents.wish(wish, opens.get(wish.asked.id)) | {"may_not_approve": refused or None}


def _opening(request: Request, wishes: list[Wish]) -> dict[str, datetime]:
    """When what ends by itself and keeps them back will have ended, where they are deployed from here."""
    ground = ground_of(request)
    return opening(ground.crew(), wishes, ground.clock()) if ground.crew and wishes else {}


def _one(book: Book, identity: str) -> tuple[Wish | None, Rollout | None]:
    wish = next(iter(book.wishes(ids=[identity])), None)
    rollout = next(iter(book.rollouts(ids=[identity])), None)
    if wish is None and rollout is None:
        raise RefusalError(404, "there is no such rollout")
    return wish, rollout


def _mine(request: Request, person: Person, identity: str) -> tuple[Wish | None, Rollout | None]:
    """Raises `RefusalError` where they may not deploy what it is of."""
    wish, rollout = _one(ground_of(request).store, identity)
    one: Any = rollout.plan if rollout else wish.asked if wish else None
    target_of(request, person, one.service, one.environment, Scope.DEPLOY)
    return wish, rollout


def _is_waiting(wish: Wish | None) -> bool:
    return wish is not None and wish.fate is None


def _refused(request: Request, person: Person, what: str, identity: str, why: str) -> RefusalError:
    """Nothing is done; that somebody wanted it is written down."""
    ground = ground_of(request)
    ground.store.acted(Action(ground.clock(), person.name, what, identity, f"refused: {why}", WEB))
    return RefusalError(409, why)
