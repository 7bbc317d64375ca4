"""How the fleet stands, asked by many pages at once: what was answered already is sent again as it is.

Whatever is out of the ordinary is left to the route of the same name: a stranger, a question that nobody has
asked yet, a log that cannot be read.
"""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Asked

from unshipped.errors import UnshippedError
from unshipped.web.access import Scope
from unshipped.web.answers import RefusalError, answered
from unshipped.web.board import Board, View
from unshipped.web.ground import Ground, known_as

_PLACE = "/api/v1/targets"


class QuickStatus:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, ground: Ground, board: Board) -> None:
        self._app, self._ground, self._board = app, ground, board
        self._renewing: asyncio.Future[View] | None = None
        self._since = 0
        """How often the log had moved on when that began."""

    async def __call__(self, scope: Asked, receive: Receive, send: Send) -> None:
        """Answer it, or let it go on."""
        found = None
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].endswith(_PLACE):
            found = await self._answered(scope)
        await (found or self._app)(scope, receive, send)

    async def _answered(self, scope: Asked) -> Response | None:
        if scope["path"].removeprefix(scope.get("root_path", "")) != _PLACE:
            return None
        headers = Headers(scope=scope)
        try:
            known_as(self._ground, headers, scope.get("client"), Scope.READ)
            page = (await self._view()).known(scope["query_string"])
        except (RefusalError, UnshippedError, TimeoutError):
            return None
        return answered(headers, page.body, page.tag, page.packed) if page else None

    async def _view(self) -> View:
        """The newest view: made once for all who wait for it, beside the loop that answers."""
        board = self._board
        if view := board.at_hand():
            return view
        if self._renewing is None or self._renewing.done() or self._since != board.moves:
            self._since = board.moves
            self._renewing = asyncio.ensure_future(run_in_threadpool(board.view))
            self._renewing.add_done_callback(asyncio.Future.exception)
        if recent := board.recent():
            return recent
        return await asyncio.wait_for(asyncio.shield(self._renewing), board.patience)
