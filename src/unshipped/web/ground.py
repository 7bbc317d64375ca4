"""What the interface stands on, and who may ask what of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from fastapi import Request

from unshipped.app.ask_gate import House
from unshipped.app.explain import Explanation
from unshipped.app.forge_gate import Webhook
from unshipped.app.where import Found
from unshipped.config.values import Config
from unshipped.core.alerting import Route
from unshipped.core.observations import Standing
from unshipped.ports.keeping import Store
from unshipped.web.access import Access, Person, Scope
from unshipped.web.answers import RefusalError
from unshipped.web.board import FRESH, Board


class Asking(Protocol):
    """Looks now, because somebody asks: sources and history, one question at a time."""

    def explain(self, target: str, now: datetime) -> Explanation:
        """Why a target is in its state. Raises `UsageError` for one that is not declared, and `GitError`."""
        ...

    def where(self, text: str, standings: Mapping[str, Standing], now: datetime) -> Found:
        """Where a change stands by what was seen last. Raises `UsageError` where there is none."""
        ...


_HINT = "send a token: Authorization: Bearer …"


class Ground(NamedTuple):
    """What the interface stands on."""

    store: Store
    access: Access
    clock: Callable[[], datetime]
    routes: Callable[[], tuple[Route, ...]] = tuple
    """Who is told of what, by the configuration as it is now."""
    config: Callable[[], Config] = lambda: Config({}, (), "main")
    """What is declared, as it is now."""
    asking: Asking | None = None
    """Where history can be asked."""
    fresh: float = FRESH
    """For so many seconds an answer may be older than the log."""
    late: Callable[[datetime], float] = lambda _: 0.0
    """By how many seconds the watch is late."""
    house: Callable[[], House] = lambda: House(())
    """Which targets and gates there are, by the configuration as it is now."""
    metrics: Callable[[str], tuple[str, str]] | None = None
    """The metrics for whoever accepts that, and the type of their text."""
    forges: Mapping[str, Webhook] = {}
    """`github` and `gitlab`, where they may ask."""
    slack: str = ""
    """What Slack signs a press of a button with; empty where buttons are not set up."""
    hosts: frozenset[str] = frozenset()
    """Names that it is reached by; empty where any will do."""


def board_of(request: Request) -> Board:
    """How the fleet stands."""
    found: Board = request.app.state.board
    return found


def ground_of(request: Request) -> Ground:
    """What this application stands on."""
    found: Ground = request.app.state.ground
    return found


async def body_of(request: Request, most: int) -> bytes:
    """The body of a request, read no further than it may be long. Raises `RefusalError`."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise RefusalError(413, f"the request is larger than {most:,} bytes")
    return body


def allowed(scope: Scope) -> Callable[[Request], Awaitable[Person]]:
    """Whoever asks, if they may do that. Raises `RefusalError`: 401 for a stranger, 403 for others."""

    async def check(request: Request) -> Person:
        return known_as(ground_of(request), request.headers, request.client, scope)

    return check


def known_as(
    ground: Ground, headers: Mapping[str, str], client: tuple[str, int] | None, scope: Scope
) -> Person:
    """Whoever sends these headers from there, if they may do that. Raises `RefusalError`."""
    lower = {name.lower(): value for name, value in headers.items()}
    person = ground.access.who(lower, client[0] if client else "", ground.clock())
    if person is None:
        raise RefusalError(401, "nobody knows who you are", _HINT, {"WWW-Authenticate": "Bearer"})
    if not person.may(scope):
        raise RefusalError(403, f"{person.name} may not do this", f"it needs the scope {scope.value}")
    return person


def name_of(person: Person) -> str:
    """Who that is; empty where it is only somebody on this machine, who says it themselves."""
    return "" if person.name == "local" else person.name
