"""A server on loopback that answers JSON by path, and says 404 to everything else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.sources.served import Answer, body

Route = Callable[[dict[str, str]], Any]
"""What is answered to a query: JSON, or None for 404."""


def answering(routes: Mapping[str, Route | Any]) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = urlsplit(handler.path)
        route = routes.get(asked.path)
        found = route(dict(parse_qsl(asked.query))) if callable(route) else route
        if found is None:
            return body('{"error": {"code": 404}}', 404, "application/json")(handler)
        return body(json.dumps(found), kind="application/json")(handler)

    return answer


def paged(key: str, rows: list[Any], size: int = 2) -> Route:
    """A list in the way of Google: pages with a token that asks for the next one."""

    def route(query: dict[str, str]) -> Any:
        start = int(query.get("pageToken", "0"))
        page: dict[str, Any] = {key: rows[start : start + size]}
        return page | ({"nextPageToken": str(start + size)} if start + size < len(rows) else {})

    return route
