"""A shop that is really deployed, behind the page: services that run, their team's script, the real program.

with deployed(folder) as town:
    town.shop.land("api")
    page.goto(f"{town.address}/#/t/api/production")
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.deploying.shop import Shop
from tests.page.place import SECONDS, answers, free_port
from unshipped.web.access import Scope
from unshipped.web.tokens import Token, digest_of, written

SERVICES = ("api", "worker", "mail")
MAY = {"ana": ["read", "hold", "deploy"], "ben": ["read", "deploy"], "eve": ["read"]}
MORE = """\
  engine: {kind: local}
watch: {schedule: '0 0 1 1 *', jitter: 0s}
"""


class Town:
    """The shop with the program that serves the page, watches, and deploys."""

    def __init__(self, folder: Path) -> None:
        self.shop = Shop(folder, SERVICES, MORE)
        self._tokens = folder / "tokens"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._program: subprocess.Popen[str] | None = None

    def knows(self, *names: str) -> None:
        """Those who are somebody from now on, each by a token that is their name."""
        until = datetime.now(UTC) + timedelta(hours=1)
        tokens = [Token(one, digest_of(one), frozenset(map(Scope, MAY[one])), until) for one in names]
        new = self._tokens.with_suffix(".new")
        new.write_text(written(tokens))
        new.replace(self._tokens)

    def start(self) -> None:
        """The program, until it answers."""
        self._program = self.shop.start(
            "serve",
            "--listen",
            f"127.0.0.1:{self.port}",
            "--no-fetch",
            f"--tokens={self._tokens}",
        )
        answers(f"{self.address}/healthz")

    def stop(self) -> None:
        """It dies: nobody told it before."""
        if self._program:
            self._program.kill()
            self._program.communicate(timeout=SECONDS)

    def look(self) -> None:
        """One round of the watch."""
        assert self.shop.run("watch", "--once", "--no-fetch").code in (0, 3)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """A deploy that waits goes on when the block is left."""
        go = self.shop.place / "go"
        go.unlink(missing_ok=True)
        try:
            yield
        finally:
            go.touch()

    def known(self, path: str) -> Any:
        """What the interface says."""
        asked = urllib.request.Request(
            f"{self.address}/api/v1{path}", headers={"Authorization": "Bearer eve"}
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)

    def brought(self, service: str) -> list[str]:
        """The commits that the script brought, in order."""
        return [row[2] for row in self.shop.journal() if row[1] == service and row[3] == "ends"]


@contextmanager
def deployed(folder: Path) -> Iterator[Town]:
    """Everything that the town started is ended with it."""
    town = Town(folder)
    try:
        for service in SERVICES:
            town.shop.deploy_by_hand(service, town.shop.first)
        (town.shop.place / "journal").unlink()
        town.knows(*MAY)
        town.start()
        yield town
    finally:
        town.stop()
        town.shop.close()
