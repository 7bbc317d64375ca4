"""May work run with what is deployed? Asked by programs, by GitHub and by GitLab; answered from the log."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Path, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from unshipped.app.ask_gate import House
from unshipped.app.forge_gate import Answers, Reply, protection_rule, status_check
from unshipped.app.gate_api import LARGEST_BODY, Answered, Desk, gate_request
from unshipped.app.recent import Recent
from unshipped.errors import StoreError
from unshipped.http.exchange import RefusedError
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError, problem
from unshipped.web.ground import allowed, body_of, ground_of, name_of, require_all
from unshipped.web.quick import target_of
from unshipped.web.shapes.past import Decision
from unshipped.web.shapes.read import GATE, PASSED

log = logging.getLogger("unshipped")
router = APIRouter(prefix="/api/v1", tags=["gate"])
Asker = Annotated[Person, Depends(allowed(Scope.GATE))]
Services = Annotated[str, Path(description="Names, with commas between them.")]
_ANSWER: dict[str, Any] = {"response_model": None, "responses": {200: {"model": Decision}}}
_MOST_EVENT = 25_000_000
AGAIN = (1.0, 5.0, 25.0)
"""After so many seconds a forge is answered again that could not be: it asks once, and waits for weeks."""
_TROUBLE = 500
"""From here on a status says that the forge is in trouble, and not that the answer is wrong."""


@router.get("/gate", name="ask_declared_gate", openapi_extra=GATE, **_ANSWER)
async def ask_declared(request: Request, person: Asker) -> Response:
    """The decision for a gate that is declared: `?gate=NAME`."""
    return await _answer(request, person, b"")


@router.get("/gate/{services}", name="ask_gate", openapi_extra=GATE, **_ANSWER)
async def ask(request: Request, person: Asker, services: Services) -> Response:
    """The decision for these services."""
    return await _answer(request, person, b"")


@router.post("/gate", name="pass_declared_gate", openapi_extra=PASSED, **_ANSWER)
async def pass_declared(request: Request, person: Asker) -> Response:
    """Let work through a gate that is declared for a time, with a reason; and the decision then."""
    return await _answer(request, person, await body_of(request, LARGEST_BODY))


@router.post("/gate/{services}", name="pass_gate", openapi_extra=PASSED, **_ANSWER)
async def pass_by(request: Request, person: Asker, services: Services) -> Response:
    """Let work of these services through for a time, with a reason; and the decision then."""
    return await _answer(request, person, await body_of(request, LARGEST_BODY))


async def _answer(request: Request, person: Person, body: bytes) -> Response:
    now = ground_of(request).clock()

    def permit(services: Sequence[str]) -> None:
        for name in services:
            targets = [one for one in ground_of(request).config().targets if one.service == name]
            require_all(person, Scope.GATE, targets)

    def answered() -> Answered:
        target = target_of(request.scope)
        by, desk = name_of(person), _desk(request, request.app.state.recent.read(now).house)
        if request.method == "POST":
            desk = desk._replace(receivers=_receivers(request))
        return gate_request(request.method, target, body, desk, now, by=by, permit=permit)

    return _shaped(await run_in_threadpool(answered))


@router.post("/hooks/github/deployment-protection-rule", response_model=None)
async def github(request: Request, later: BackgroundTasks) -> Response:
    """GitHub asks whether a job may deploy. Its signature says who it is."""
    return await _forge(request, later, "github")


@router.post("/hooks/gitlab/external-status-check", response_model=None)
async def gitlab(request: Request, later: BackgroundTasks) -> Response:
    """GitLab asks whether a merge request may be merged. Its signature says who it is."""
    return await _forge(request, later, "gitlab")


async def _forge(request: Request, later: BackgroundTasks, name: str) -> Response:
    ground = ground_of(request)
    forge = ground.forges.get(name)
    if forge is None:
        raise RefusalError(404, f"no webhook of {name} is set up here")
    body, headers = await body_of(request, _MOST_EVENT), dict(request.headers.items())
    judge = protection_rule if name == "github" else status_check
    now = ground.clock()

    def judged() -> Answers:
        return judge(headers, body, forge.forge, lambda: _desk(request, _house(request, now)), now)

    found = await run_in_threadpool(judged)
    for reply in found.replies:
        later.add_task(_send, forge.send, reply)
    answer = _shaped(found.answered)
    answer.background = later
    return answer


async def _send(send: Callable[[Reply], None], reply: Reply) -> None:
    for wait in (0.0, *AGAIN):
        await asyncio.sleep(wait)
        if await run_in_threadpool(_is_done, send, reply):
            return


def _is_done(send: Callable[[Reply], None], reply: Reply) -> bool:
    """Whether there is nothing left to try."""
    try:
        send(reply)
    except Exception as error:
        log.exception("the forge could not be answered")
        return isinstance(error, RefusedError) and error.status < _TROUBLE and not error.again_after
    return True


def _desk(request: Request, house: House) -> Desk:
    return Desk(house, request.app.state.recent, lambda: uuid.uuid4().hex[:12])


def _house(request: Request, now: datetime) -> House:
    """What is declared, also while the log is away: a forge that gets no answer waits for weeks, and is told
    what the rule says of the unknown.
    """
    recent: Recent = request.app.state.recent
    try:
        return recent.read(now).house
    except StoreError:
        return recent.last.house if recent.last else ground_of(request).house()


def _receivers(request: Request) -> tuple[str, ...]:
    """Who hears of a bypass."""
    return tuple(dict.fromkeys(name for route in ground_of(request).routes() for name in route.receivers))


def _shaped(answered: Answered) -> Response:
    """What a program is answered, in the shape of every other answer."""
    status, document = answered
    if error := document.get("error"):
        return problem(status, error["message"], error["hint"] or "", code=error["code"])
    return JSONResponse(document, status)
