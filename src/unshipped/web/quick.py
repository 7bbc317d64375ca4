"""A gate that is asked very often: what is known is answered here, from memory, before anything else is done.

Whatever is out of the ordinary is left to the route of the same name, which says why: a stranger, a question
that is not understood, a record that cannot be read.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Asked

from unshipped.app.ask_gate import Asked as Question
from unshipped.app.ask_gate import House, answer, understood
from unshipped.app.documents import document
from unshipped.app.gate_api import ROOT, asked
from unshipped.app.recent import Known, Recent
from unshipped.core.gating import Mode
from unshipped.errors import StoreError, UnshippedError
from unshipped.web.access import Person, Scope
from unshipped.web.answers import RefusalError, explained
from unshipped.web.ground import Ground, known_as, name_of

_MOST_QUESTIONS = 10_000


def target_of(scope: Asked) -> str:
    """The address that is asked for, as it was sent, below what the interface is mounted under."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    path = raw.decode("latin-1").removeprefix(scope.get("root_path", ""))
    return f"{path}?{query.decode('latin-1')}" if query else path


class QuickGate:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, ground: Ground, recent: Recent) -> None:
        self._app, self._ground, self._recent = app, ground, recent
        self._questions: dict[tuple[str, str], Question] = {}
        """By address and person: what that asks of the house."""
        self._house = House(())
        self._reading: asyncio.Future[Known] | None = None
        self._now: asyncio.Future[None] | None = None
        self._next: asyncio.Future[None] | None = None
        """What is being written, and what will be: those who wait share one transaction."""

    async def __call__(self, scope: Asked, receive: Receive, send: Send) -> None:
        """Answer it, or let it go on."""
        found = None
        if scope["type"] == "http" and scope["method"] == "GET":
            target = target_of(scope)
            if target.startswith(ROOT) and target[len(ROOT) :][:1] in ("", "/", "?"):
                found = await self._answered(scope, target)
        await (found or self._app)(scope, receive, send)

    async def _answered(self, scope: Asked, target: str) -> JSONResponse | None:
        now = self._ground.clock()
        try:
            person = known_as(self._ground, Headers(scope=scope), scope.get("client"), Scope.GATE)
            known = await self._known(now)
            question = self._understood(target, person, known.house)
        except (RefusalError, UnshippedError, ValueError):
            return None
        decision = answer(question, known.standings, self._recent.bypasses(now), now)
        try:
            if decision.mode is not Mode.OFF and self._recent.noted(decision):
                await self._written()
        except StoreError as error:
            return explained(error)
        return JSONResponse(document(decision, question.gate))

    async def _known(self, now: datetime) -> Known:
        """What is known. What is not fresh is read again beside the answers; twice as old, and it answers
        nothing any more.
        """
        last, fresh = self._recent.last, self._recent.fresh
        if last and last.age <= fresh:
            return last
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(run_in_threadpool(self._recent.read, now))
            self._reading.add_done_callback(asyncio.Future.exception)
        if last and last.age <= 2 * fresh:
            return last
        return await asyncio.shield(self._reading)

    async def _written(self) -> None:
        """Until all that was noted is written down. Raises `StoreError`."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._writing(self._now))
            self._next.add_done_callback(asyncio.Future.exception)
        await asyncio.shield(self._next)

    async def _writing(self, before: asyncio.Future[None] | None) -> None:
        if before and not before.done():
            await asyncio.wait([before])
        self._now, self._next = self._next, None  # what is noted from here on waits for another one
        await run_in_threadpool(self._recent.write)

    def _understood(self, target: str, person: Person, house: House) -> Question:
        """What an address asks: it is worked out once for as long as the same is declared."""
        if house is not self._house or len(self._questions) >= _MOST_QUESTIONS:
            self._house, self._questions = house, {}
        key = (target, name_of(person))
        if (known := self._questions.get(key)) is None:
            known = self._questions[key] = understood(asked(*key), house)
        return known
