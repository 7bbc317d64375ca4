"""What the interface stands on, by a configuration; and the whole of it, to be mounted."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from fastapi import FastAPI

from unshipped import __version__
from unshipped.app.ask_gate import House, house
from unshipped.app.measuring import Tally
from unshipped.cache import Cache, default_directory
from unshipped.core.counting.metrics import families
from unshipped.ports.rolling import Book
from unshipped.telemetry.prometheus import text
from unshipped.web.access import LOOPBACK, Access, Anybody
from unshipped.web.app import application
from unshipped.web.ground import Ground
from unshipped.web.page import framing
from unshipped.wiring import Fleet, open_fleet
from unshipped.wiring.asking import Asking
from unshipped.wiring.deploying import crew
from unshipped.wiring.latest import Latest, lasting


def ground_on(fleet: Callable[[], Fleet], store: Book, clock: Callable[[], datetime]) -> Ground:
    """The ground of a `lasting` fleet, by its configuration as it is now; only this machine may ask."""
    latest, tally = Latest(fleet), Tally()

    def declared() -> House:
        config = latest()
        return house(((one.service, one.environment) for one in config.targets), config.guards)

    def metrics(accept: str) -> tuple[str, str]:
        return text(families(tally.kept(store, latest().targets, clock()), __version__), accept)

    return Ground(
        store,
        Anybody(),
        clock,
        routes=lambda: latest().routes,
        house=declared,
        config=latest,
        crew=lambda: crew(fleet(), store, clock),
        asking=Asking(fleet),
        metrics=metrics,
    )


def deployment_status(
    config: os.PathLike[str] | str | None = None,
    *,
    access: Access | None = None,
    page: bool = True,
    frames: Sequence[str] = (),
) -> FastAPI:
    """The page and the interface, to be mounted in an application of one's own.

    It reads the log of the nearest `unshipped.yaml`, or of the one that is named; a watch writes it. Without
    `access` only this machine may ask, by a name of its own. `Everybody` is for an application that lets
    people in by itself. `frames` are further origins whose pages may show the board in a frame.
    Raises `UsageError`.
    """

    def fleet() -> Fleet:
        return open_fleet(os.fspath(config) if config else None, None, Cache(default_directory()))

    store = fleet().open_store()
    made = ground_on(lasting(fleet), store, lambda: datetime.now(UTC))
    entered = made._replace(access=access) if access else made._replace(hosts=frozenset(LOOPBACK))
    return application(entered._replace(page=page, frames=tuple(map(framing, frames))))
