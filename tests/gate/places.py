"""Servers to ask: one that answers from a record as the real one does, and those that never do so well."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, cast

from tests.support.record import FakeRecord
from unshipped.app.ask_gate import House
from unshipped.app.gate_api import Desk, Record, gate_request
from unshipped.core.gating import Answer, Gate, Guard, Mode
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.model import Severity, State

TOKEN = "s3cret-token"
HOUSE = House(
    (("worker", "production"), ("api", "production"), ("api", "staging")),
    (Guard(Gate("batches", Mode.ENFORCE, max_behind=3, on_unknown=Answer.BLOCK), ("worker",), "production"),),
)


def now() -> datetime:
    return datetime.now(UTC)


def standing(service: str = "worker", behind: int = 4, *, looked: float = 60, **seen: Any) -> Standing:
    """A service in production that is so many commits behind, as of so many seconds ago."""
    at = now() - timedelta(seconds=looked)
    state = State.BEHIND if behind else State.IN_SYNC
    given: dict[str, Any] = {"severity": Severity.WARNING if behind else Severity.NONE, "deployed": "a" * 40}
    given |= {
        "changes": behind,
        "behind": behind,
        "behind_since": at - timedelta(hours=7) if behind else None,
    }
    one = Observation(service, "production", at, **{"state": state, **given, **seen})
    return Standing(one, at, at, at)


def record(*standings: Standing) -> FakeRecord:
    return FakeRecord({one.seen.target: one for one in standings})


def desk(record: FakeRecord) -> Desk:
    numbers = count(1)
    return Desk(HOUSE, cast("Record", record), lambda: f"b{next(numbers)}", ("chat",))


@contextlib.contextmanager
def serving(record: FakeRecord, *, before: Callable[[], None] = lambda: None) -> Iterator[str]:
    """A server that answers from that record, to whoever has the token."""
    there = desk(record)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            before()
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, document = 401, {"error": {"code": "token", "message": "who are you?"}}
            else:
                status, document = gate_request(self.command, self.path, body, there, now())
            text = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def answering(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does with each connection what it is told to."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

    def handle(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            behave(connection)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
