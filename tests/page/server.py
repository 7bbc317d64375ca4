"""A server of the page that the tests of trouble take away and bring back."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime

from tests.page.place import free_port
from tests.page.story import CONFIG, of_now
from unshipped.web.access import Anybody, Person
from unshipped.web.ground import Ground
from unshipped.web.serving import served


class Server:
    """A server that can go away, forget who asks, and lose a service."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.store = of_now()
        self.config = CONFIG
        self.knows = True
        self._up = ExitStack()

    def who(self, headers, address, now) -> Person | None:
        return Anybody().who(headers, address, now) if self.knows else None

    def start(self) -> None:
        ground = Ground(self.store, self, lambda: datetime.now(UTC), config=lambda: self.config, fresh=0.05)
        self._up.enter_context(served(ground, "127.0.0.1", self.port))

    def stop(self) -> None:
        self._up.close()
