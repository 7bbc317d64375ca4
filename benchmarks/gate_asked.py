"""Run by `gate`: medians of questions to the library, and how many requests the gate's own part answers."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import dumps
from pathlib import Path
from statistics import median
from time import perf_counter

from unshipped.app.ask_gate import House
from unshipped.app.gate_api import Desk, gate_request
from unshipped.app.verdict_file import put, verdict_file
from unshipped.core.logged.observations import Observation, stands
from unshipped.core.model import Severity, State
from unshipped.core.watching import Entries
from unshipped.gate import Where, asking, check_deployment_drift
from unshipped.stores.memory import MemoryStore

NOW = datetime.now(UTC)
SEEN = stands(None, Observation("worker", "production", NOW, State.IN_SYNC, Severity.NONE, deployed="a" * 40))


def record() -> MemoryStore:
    store = MemoryStore()
    with store.turn() as turn:
        turn.write(Entries(standings=(SEEN,)))
    return store


DESK = Desk(House((("worker", "production"),)), record(), lambda: "id")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, document = gate_request("GET", self.path, b"", DESK, datetime.now(UTC))
        text = dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None: ...


def spent(work: Callable[[], object], times: int) -> float:
    found = []
    for _ in range(times):
        begun = perf_counter()
        work()
        found.append(perf_counter() - begun)
    return median(found)


def main(runs: int) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    there = Where(f"http://127.0.0.1:{server.server_address[1]}", deadline=5.0)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "verdicts.json"
        put(place, verdict_file([SEEN], now=NOW))
        beside = Where(file=str(place))
        file = spent(lambda: check_deployment_drift("worker", where=beside), runs * 200)
    check_deployment_drift("worker", where=there)
    kept = spent(lambda: check_deployment_drift("worker", where=there), runs * 200)
    asking.KEPT_FOR = 0.0
    asked = spent(lambda: check_deployment_drift("worker", where=there), runs * 20)
    one = spent(lambda: gate_request("GET", "/api/v1/gate/worker?max_behind=3", b"", DESK, NOW), runs * 100)
    print(kept * 1e6, file * 1e6, asked * 1e3, 1 / one)


if __name__ == "__main__":
    main(int(sys.argv[1]))
