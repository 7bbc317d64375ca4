"""The interface, put together. It can be mounted in an application of one's own: `app.mount("/drift", …)`."""

from __future__ import annotations

from datetime import datetime

from fastapi import FastAPI

from unshipped import __version__
from unshipped.app.recent import Recent
from unshipped.web import answers, page
from unshipped.web.board import Board
from unshipped.web.describing import describe
from unshipped.web.ground import Ground, watched
from unshipped.web.guard import Guard
from unshipped.web.herald import Herald
from unshipped.web.limits import Limits
from unshipped.web.quick import QuickGate
from unshipped.web.quick_status import QuickStatus
from unshipped.web.routes import (
    events,
    gate,
    gates,
    health,
    incidents,
    locks,
    login,
    looking,
    metrics,
    past,
    people,
    rollouts,
    slack,
    stream,
    targets,
    what_if,
)
from unshipped.wiring.watching import due


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

    def late(now: datetime) -> datetime | None:
        return due(ground.config(), now)

    app.state.ground = ground
    app.state.board = Board(ground.store, lambda: watched(ground), ground.clock, ground.fresh, late)
    app.state.recent = Recent(ground.store, ground.house, ground.fresh)
    app.state.herald = Herald(ground.store, app.state.board.moved)
    app.state.limits = Limits()
    answers.install(app)
    # The one that is added last stands in front.
    app.add_middleware(QuickStatus, ground=ground, board=app.state.board)
    app.add_middleware(QuickGate, ground=ground, recent=app.state.recent)
    app.add_middleware(Guard, hosts=ground.hosts)
    for router in _ROUTERS:
        if ground.page or router is not page.router:
            app.include_router(router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


_ROUTERS = tuple(
    one.router
    for one in (
        health,
        metrics,
        looking,
        what_if,
        targets,
        incidents,
        past,
        people,
        gates,
        gate,
        events,
        slack,
        rollouts,
        locks,
        stream,
        login,
        page,
    )
)
