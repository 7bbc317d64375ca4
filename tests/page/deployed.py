"""A shop that is really deployed, behind the page: services that run, their team's script, the real program.

with deployed(folder) as town:
    town.shop.land("api")
    page.goto(f"{town.address}/#/t/api/production")
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.deploying.shop import Shop
from tests.page.place import SECONDS, answers, free_port
from tests.support.forked import Forked
from unshipped.web.access import Scope
from unshipped.web.tokens import Token, digest_of, written

SERVICES = ("api", "worker", "mail", "pay")
MAY = {"ana": ["read", "hold", "deploy"], "ben": ["read", "deploy"], "eve": ["read"]}
MORE = """\
  engine: {kind: local}
watch: {schedule: '0 0 1 1 *', jitter: 0s}
"""


TRAFFIC = """\
import json, pathlib, sys

service, commit, share = sys.argv[1:]
file = pathlib.Path(__file__).with_name(f"{service}.shares")
others = [one for one in json.loads(file.read_text()) if one != commit] if file.exists() else []
shares = {commit: float(share), **{one: 1 - float(share) for one in others}}
file.write_text(json.dumps({one: share for one, share in shares.items() if share}))
"""
SHARES = """\
import json
from dataclasses import dataclass
from pathlib import Path

from unshipped.sources.kit import Reading, revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    file: str

    def read(self, target, look):
        found = json.loads(Path(self.file).read_text()).items()
        return Reading(tuple(revision(one, "it")._replace(share=share, part=one) for one, share in found))
"""
SHARED = """\
  pay:
    paths: [pay]
    deployed: {{source: shares, file: "{place}/pay.shares"}}
    deploy:
      by: {{deployer: command, command: [../bin/deploy-service.sh, "{{service}}"], cwd: repo, timeout: 20,
           state: "{state}",
           share: ["{python}", "{place}/traffic.py", "{{service}}", "{{commit}}", "{{share}}"]}}
"""


def give_shares(shop: Shop) -> None:
    """The traffic of `pay` is given share by share, and a source of the team's own tells who has which."""
    (shop.place / "traffic.py").write_text(TRAFFIC)
    installed = shop.kinds / "shares-1.dist-info"
    installed.mkdir(parents=True)
    (shop.kinds / "shares.py").write_text(SHARES)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: shares\nVersion: 1\n")
    (installed / "entry_points.txt").write_text("[unshipped.sources]\nshares = shares:Shares\n")
    kept = [line for line in shop.config.read_text().splitlines() if not line.startswith("  pay:")]
    shared = SHARED.format(place=shop.place, state=shop.folder / "state", python=sys.executable)
    shop.config.write_text("\n".join([*kept, shared]))
    subprocess.run([sys.executable, shop.place / "traffic.py", "pay", shop.first, "1"], check=True)


class Town:
    """The shop with the program that serves the page, watches, and deploys."""

    def __init__(self, folder: Path) -> None:
        self.shop = Shop(folder, SERVICES, MORE)
        give_shares(self.shop)
        self._tokens = folder / "tokens"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._program: Forked | None = None

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

    @contextmanager
    def saying(self, service: str, setting: str) -> Iterator[None]:
        """How that service is deployed has this setting too, until the block is left."""
        text = self.shop.config.read_text()
        before, name, own = text.partition(f"  {service}:\n")
        self.shop.config.write_text(
            before + name + own.replace("deploy:\n", f"deploy:\n      {setting}\n", 1)
        )
        try:
            yield
        finally:
            self.shop.config.write_text(text)

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
