"""How the fleet stands, asked by many pages at once: what was answered already is sent again as it is.

Whatever is out of the ordinary is left to the route of the same name: a stranger, a question that nobody has
asked yet, a view that is not fresh any more.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Asked

from unshipped.errors import UnshippedError
from unshipped.web.access import Scope
from unshipped.web.answers import RefusalError, answered
from unshipped.web.board import Board
from unshipped.web.ground import Ground, known_as

_PLACE = "/api/v1/targets"


class QuickStatus:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, ground: Ground, board: Board) -> None:
        self._app, self._ground, self._board = app, ground, board

    async def __call__(self, scope: Asked, receive: Receive, send: Send) -> None:
        """Answer it, or let it go on."""
        found = None
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].endswith(_PLACE):
            found = self._answered(scope)
        await (found or self._app)(scope, receive, send)

    def _answered(self, scope: Asked) -> Response | None:
        view = self._board.at_hand()
        page = view.known(scope["query_string"]) if view else None
        if page is None or scope["path"].removeprefix(scope.get("root_path", "")) != _PLACE:
            return None
        headers = Headers(scope=scope)
        try:
            known_as(self._ground, headers, scope.get("client"), Scope.READ)
        except (RefusalError, UnshippedError):
            return None
        return answered(headers, page.body, page.tag, page.packed)
