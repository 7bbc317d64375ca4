"""A shop with its repository, its services and the real program: what the page is opened on in a browser.

with shop(tmp_path) as place:
    with place.served() as address:
        page.goto(address)
"""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.cli.program import world
from tests.support.forked import Forked
from tests.support.repo import BEN, Repo
from tests.support.run import run

SECONDS = 60.0
HOSTILE = "<img src=x onerror=alert(1)>\"'>&#x3c;script>alert(2)</script> {{7*7}} \u202egnp.exe"


@dataclass
class Shop:
    """Its services answer with the commits that `serving` names; a text that is none is answered as it is."""

    folder: Path
    repo: Repo
    serving: dict[str, str] = field(default_factory=dict)
    running: Forked | None = None

    def watch(self) -> None:
        """One round."""
        done = run(["watch", "--once", "--no-fetch", "--repo", str(self.repo.path)], self.folder)
        assert done.code in (0, 3), done.said()

    @contextmanager
    def served(self, *arguments: str) -> Iterator[str]:
        """The program serves the page: its address, for as long as the block lasts."""
        port = free_port()
        command = ["serve", "--listen", f"127.0.0.1:{port}", "--no-fetch", "--repo", str(self.repo.path)]
        program = Forked([*command, *arguments], self.folder, world(self.folder))
        address = f"http://127.0.0.1:{port}"
        self.running = program
        try:
            answers(f"{address}/healthz")
            yield address
        finally:
            program.terminate()
            program.wait(SECONDS)


@contextmanager
def shop(folder: Path, *, more: Mapping[str, Any] | None = None) -> Iterator[Shop]:
    """`worker` waits for long, `api` for a short time, `site` is in sync, `search` answers with no commit."""
    now = datetime.now(UTC)
    repo = Repo.init(folder / "shop")
    names = ("api", "worker", "site", "search")
    first = repo.commit(
        {f"{name}/main.py": "1" for name in names} | {"shared/money.py": "1"}, at=now - timedelta(days=2)
    )
    repo.commit(
        {"worker/main.py": "2"},
        message="Retry a receipt that bounced (#4)",
        author=BEN,
        at=now - timedelta(hours=20),
    )
    repo.commit(
        {"shared/money.py": "2"},
        message=f"{HOSTILE} (#9)",
        author=f"{HOSTILE[:28].replace('<', '').replace('>', '')} <b@example.org>",
        at=now - timedelta(hours=2),
    )
    repo.commit(
        {f"api/pages/{number}.py": "1" for number in range(10_000)},
        message="Ten thousand pages",
        at=now - timedelta(hours=1),
    )
    place = Shop(folder, repo, {"api": first, "worker": first, "site": first, "search": HOSTILE})
    with _answering(place.serving) as address:
        services = {
            name: {
                "paths": [name, *(["shared"] if name in ("api", "worker") else [])],
                "owner": "payments",
                "deployed": {"source": "http", "url": f"{address}/{name}"},
            }
            for name in names
        }
        config = {"version": 1, "services": services} | dict(more or {})
        (repo.path / "unshipped.yaml").write_text(json.dumps(config), encoding="utf-8")
        place.watch()
        yield place


@contextmanager
def _answering(serving: Mapping[str, str]) -> Iterator[str]:
    """Every service at a path of its own."""

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = serving.get(self.path.strip("/"), "")
            body = json.dumps({"commit": said}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def answers(address: str) -> None:
    """Wait until somebody does."""
    until = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            assert time.monotonic() < until, f"{address} does not answer"
            time.sleep(0.05)
