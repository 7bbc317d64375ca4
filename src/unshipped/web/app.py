"""The interface, put together. It can be mounted in an application of one's own: `app.mount("/drift", …)`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import Response

from unshipped import __version__
from unshipped.web import answers, page
from unshipped.web.answers import problem
from unshipped.web.board import Board
from unshipped.web.describing import describe
from unshipped.web.ground import Ground
from unshipped.web.routes import (
    events,
    gate,
    gates,
    health,
    incidents,
    looking,
    metrics,
    past,
    people,
    targets,
)

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def application(ground: Ground) -> FastAPI:
    """The interface as an ASGI application."""
    app = FastAPI(
        title="unshipped",
        description="What is merged and not live.",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.ground = ground
    app.state.board = Board(ground.store, lambda: ground.config().targets, ground.clock, ground.fresh)
    answers.install(app)
    app.middleware("http")(_guarded)
    for router in _ROUTERS:
        app.include_router(router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


_ROUTERS = tuple(
    one.router
    for one in (health, metrics, looking, targets, incidents, past, people, gates, gate, events, page)
)


async def _guarded(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Pages of others may not ask in the name of whoever looks at them; every answer says how to treat it."""
    answer = _foreign(request) or await go_on(request)
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _foreign(request: Request) -> Response | None:
    ground: Ground = request.app.state.ground
    host = (request.url.hostname or "").lower()
    if ground.hosts and host not in ground.hosts:
        return problem(421, "this is not the host that was asked for")
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    same = origin is None or origin.partition("://")[2] == request.headers.get("host", "")
    if site not in ("same-origin", "none") or not same:
        return problem(403, "a page of another site may not ask this")
    return None
