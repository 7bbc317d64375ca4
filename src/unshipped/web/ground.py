"""What the interface stands on, and who may ask what of it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from fastapi import Request

from unshipped.app.around import frozen
from unshipped.app.ask_gate import House
from unshipped.app.crew import Crew
from unshipped.app.explain import Explanation
from unshipped.app.forge_gate import Webhook
from unshipped.app.where import Found
from unshipped.config.values import Config
from unshipped.core.alerting import Route
from unshipped.core.logged.observations import Standing
from unshipped.core.model import Target
from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.ports.rolling import Book
from unshipped.web.access import LOCAL, Access, Person, Scope
from unshipped.web.answers import RefusalError
from unshipped.web.board import FRESH, Board
from unshipped.web.limits import STRANGERS, WRITES, Limits, Rate

if TYPE_CHECKING:
    from unshipped.web.oidc import Login


class Asking(Protocol):
    """Looks now, because somebody asks: sources and history, one question at a time."""

    def explain(self, target: str, now: datetime) -> Explanation:
        """Why a target is in its state. Raises `UsageError` for one that is not declared, and `GitError`."""
        ...

    def where(self, text: str, standings: Mapping[str, Standing], now: datetime) -> Found:
        """Where a change stands by what was seen last. Raises `UsageError` where there is none."""
        ...


log = logging.getLogger("unshipped")
WRITING = (Scope.HOLD, Scope.GATE, Scope.DEPLOY, Scope.ADMIN)
_HINT = "send a token: Authorization: Bearer …"


class Ground(Value):
    """What the interface stands on."""

    store: Book
    access: Access
    clock: Callable[[], datetime]
    routes: Callable[[], tuple[Route, ...]] = tuple
    """Who is told of what, by the configuration as it is now."""
    config: Callable[[], Config] = lambda: Config({}, (), "main")
    """What is declared, as it is now."""
    crew: Callable[[], Crew] | None = None
    """Who would deploy, by the configuration as it is now."""
    asking: Asking | None = None
    """Where history can be asked."""
    login: Login | None = None
    """Where people log in here."""
    page: bool = True
    """Whether there is a page for people."""
    fresh: float = FRESH
    """For so many seconds an answer may be older than the log."""
    late: Callable[[datetime], float | None] = lambda _: None
    """By how many seconds the watch of this process is late; None where it has none."""
    house: Callable[[], House] = lambda: House(())
    """Which targets and gates there are, by the configuration as it is now."""
    metrics: Callable[[str], tuple[str, str]] | None = None
    """The metrics for whoever accepts that, and the type of their text."""
    forges: Mapping[str, Webhook] = {}
    """`github` and `gitlab`, where they may ask."""
    slack: str = ""
    """What Slack signs a press of a button with; empty where buttons are not set up."""
    frames: tuple[str, ...] = ()
    """Origins whose pages may show the board in a frame, besides its own."""
    hosts: frozenset[str] = frozenset()
    """Names that it is reached by; empty where any will do."""


def watched(ground: Ground) -> list[Target]:
    """The targets that are declared, with the freeze of deploys that holds some of them now."""
    config = ground.config()
    return frozen(config.targets, config.deploying.recipes, ground.clock())


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
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise RefusalError(413, f"the request is larger than {most:,} bytes")
    return bytes(body)


def name_of_commit(text: str) -> str:
    """A text that names a commit. Raises `RefusalError` for one that looks for it: by a pattern, git would
    take any time and all of the memory.
    """
    if text.strip().startswith(":") or "^{/" in text:
        raise RefusalError(422, "this looks for a commit, and names none", "give its id, a tag or a branch")
    return text


def limited(request: Request, key: str, rate: Rate) -> None:
    """Count it. Raises `RefusalError` with 429 where that is too often."""
    limits: Limits = request.app.state.limits
    if wait := limits.wait((key, rate), rate, monotonic()):
        seconds = f"{ceil(wait)}"
        raise RefusalError(429, "too many requests", f"again after {seconds} s", {"Retry-After": seconds})


def require(person: Person, scope: Scope, one: Target | None) -> None:
    """Raises `RefusalError` where they may not do that to this target; without one, to everything."""
    require_named(person, scope, *((one.service, one.owner) if one else ("", "")))


def require_named(person: Person, scope: Scope, service: str, owner: str) -> None:
    """The same for a service that may not be declared: nobody owns it then."""
    if not person.may(scope, service, owner):
        whose = service or "everything"
        raise RefusalError(
            403, f"{person.name} may not do this to {whose}", f"it needs the scope {scope.value}"
        )


def require_all(person: Person, scope: Scope, targets: Sequence[Target]) -> None:
    """They may do it to each of these; to what is nobody's yet only who may do it everywhere."""
    for one in targets:
        require(person, scope, one)
    if not targets:
        require(person, scope, None)


def target_of(request: Request, person: Person, service: str, environment: str, scope: Scope) -> Target:
    """The target that is declared under that name, if they may do that to it. Raises `RefusalError`."""
    for one in ground_of(request).config().targets:
        if (one.service, one.environment) == (service, environment):
            require(person, scope, one)
            return one
    raise RefusalError(404, f"no target {service}/{environment} is declared")


def known(request: Request) -> Person | None:
    """Whoever asks; None for a stranger."""
    return _who(ground_of(request), request.headers, address_of(request))


def address_of(request: Request) -> str:
    """From where somebody asks."""
    return request.client.host if request.client else ""


def allowed(scope: Scope) -> Callable[[Request], Awaitable[Person]]:
    """Whoever asks, if they may do that. Raises `RefusalError`: 401 for a stranger, 403 for others."""

    async def check(request: Request) -> Person:
        person = known(request)
        if person is None:
            limited(request, address_of(request), STRANGERS)
        person = refuse(person, scope)
        if request.method not in ("GET", "HEAD") and scope in WRITING:
            limited(request, person.name, WRITES)
        return person

    return check


def known_as(
    ground: Ground, headers: Mapping[str, str], client: tuple[str, int] | None, scope: Scope
) -> Person:
    """Whoever sends these headers from there, if they may do that. Raises `RefusalError`."""
    return refuse(_who(ground, headers, client[0] if client else ""), scope)


def _who(ground: Ground, headers: Mapping[str, str], address: str) -> Person | None:
    """Raises `RefusalError` where what says so became wrong: what is in it is no stranger's business."""
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        return ground.access.who(lower, address, ground.clock())
    except UsageError as error:
        log.warning("nobody is let in: %s", error.message)
        raise RefusalError(503, "who may ask what cannot be read", "see the log of the server") from None


def refuse(person: Person | None, scope: Scope) -> Person:
    """Whoever it is, if they may do that to anything. Raises `RefusalError`."""
    if person is None:
        raise RefusalError(401, "nobody knows who you are", _HINT, {"WWW-Authenticate": "Bearer"})
    if not person.scopes and not person.owned:
        raise RefusalError(403, f"{person.name} has no role here", "whoever runs this says who may do what")
    if not person.ever_may(scope):
        raise RefusalError(403, f"{person.name} may not do this", f"it needs the scope {scope.value}")
    return person


def name_of(person: Person) -> str:
    """Who that is; empty where it is only somebody on this machine, who says it themselves."""
    return "" if person is LOCAL else person.name
