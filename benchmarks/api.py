"""What pages ask of the interface: 1,000 targets, 100 clients, each with its event stream.

The server is `unshipped serve` as a process of its own, over a log in SQLite. wrk asks, on the same machine:
what it takes is not the server's, and slows it down.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Self

import httpx2

from benchmarks.bench import Bench
from benchmarks.rows import Note, Row
from unshipped.core.logged.journal import Action, Round
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.model import Change, Severity, State
from unshipped.core.watching import Entries
from unshipped.stores.opening import open_file

TARGETS, CLIENTS = 1000, 100
EVERY = 2000
_ALL = "/api/v1/targets?limit=10000"
_TOLD = """
function done(summary, latency, requests)
  print(string.format("asked %d p50 %.1f p95 %.1f", summary.requests, latency:percentile(50) / 1000,
    latency:percentile(95) / 1000))
end
"""
_PACED = f"function delay() return math.random(0, {2 * EVERY}) end"


class Asked(NamedTuple):
    """What many questions came to: in milliseconds, and of the server's processor for each."""

    times: int
    p50: float
    p95: float
    spent: float
    a_second: float

    def __str__(self) -> str:
        waited = f"p50 {self.p50:.0f} ms, p95 {self.p95:.0f} ms of {self.times:,}"
        return f"{waited}; {self.a_second:,.0f} a second, {self.spent:.2f} ms of processor time each"


def rows(bench: Bench) -> Iterator[Row | Note]:
    """The time of one answer, at the 95th percentile, as many clients wait for it."""
    if shutil.which("wrk") is None:
        yield Note("what pages ask", f"{TARGETS:,} targets", "wrk is not installed")
        return
    folder = bench.folder / "api"
    seconds = 1 if bench.runs == 1 else 10
    made(folder)
    with Server(folder) as server, _Streams(server.port) as streams:
        tag = httpx2.get(server.address + _ALL).headers["etag"]
        for what, header in (
            ("packed", "Accept-Encoding: gzip"),
            ("known by the tag", f"If-None-Match: {tag}"),
        ):
            for how, pace in (
                (f"each asks every {EVERY / 1000:g} s", _PACED),
                ("each asks again at once", ""),
            ):
                found = _asked(server, folder, header, pace, seconds)
                on = f"{TARGETS:,} targets, {CLIENTS} clients and streams, {how}"
                yield Note(f"all targets, {what}", on, str(found), "p95 < 50 ms", found.p95 < 50)
        late = streams.late(folder)
    heard = f"{len(late)} of {CLIENTS} after {max(late, default=0):.2f} s"
    yield Note(
        "news", "from the write to the last stream", heard, "< 2 s", len(late) == CLIENTS and max(late) < 2
    )


def _asked(server: Server, folder: Path, header: str, pace: str, seconds: int) -> Asked:
    script = folder / "asking.lua"
    script.write_text(_TOLD + pace)
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script)]
    before, began = server.worked(), time.monotonic()
    done = subprocess.run(
        [*command, "-H", header, server.address + _ALL], capture_output=True, text=True, check=True
    )
    lasted, spent = time.monotonic() - began, server.worked() - before
    told = re.search(r"asked (\d+) p50 ([\d.]+) p95 ([\d.]+)", done.stdout)
    if told is None or ("Non-2xx" in done.stdout and "304" not in header):
        raise LookupError(f"wrk is not understood: {done.stdout}")
    times = int(told[1])
    return Asked(times, float(told[2]), float(told[3]), 1000 * spent / max(1, times), times / lasted)


class _Streams:
    """Event streams that somebody listens to."""

    def __init__(self, port: int) -> None:
        self._open = ExitStack()
        self._heard: list[float] = []
        self._written = threading.Event()
        for _ in range(CLIENTS):
            line = self._open.enter_context(socket.create_connection(("127.0.0.1", port)))
            line.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            threading.Thread(target=self._listen, args=(line,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def _listen(self, line: socket.socket) -> None:
        try:
            while said := line.recv(65536):
                if self._written.is_set() and b"data:" in said:
                    self._heard.append(time.monotonic())
                    return
        except OSError:
            return  # it was closed: nobody listens any more

    def late(self, folder: Path) -> list[float]:
        """Something is written: after how many seconds each of them heard of it."""
        store = open_file(folder / ".unshipped" / "log.db")
        self._written.set()
        written = time.monotonic()
        store.acted(Action(datetime.now(UTC), "Ana", "hold", "s0000/production"))
        store.close()
        while len(self._heard) < CLIENTS and time.monotonic() < written + 5:
            time.sleep(0.02)
        return [when - written for when in self._heard]

    def __exit__(self, *_: object) -> None:
        self._open.close()


def made(folder: Path) -> None:
    """A configuration and a log in which a third waits for a deploy, each with five changes."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    lines = [f"  s{at:04}: {{paths: [s{at:04}], deployed: {'a' * 40}}}" for at in range(TARGETS)]
    (folder / "unshipped.yaml").write_text("services:\n" + "\n".join(lines) + "\n")
    log = folder / ".unshipped" / "log.db"
    for old in log.parent.glob("log.db*"):
        old.unlink()
    now = datetime.now(UTC)
    with_changes = tuple(
        Change(
            f"{at:040x}",
            now - timedelta(hours=at),
            f"Keep prices in cents (#{at})",
            "Ana",
            ("shared/money.py",),
        )
        for at in range(1, 6)
    )
    store = open_file(log)
    standings = []
    for at in range(TARGETS):
        late = at % 3 == 0
        seen = Observation(
            f"s{at:04}",
            "production",
            now,
            State.BEHIND if late else State.IN_SYNC,
            Severity.WARNING if late else Severity.NONE,
            quiet=not late,
            reasons=("5 changes behind (warning from 3)",) if late else ("same content as expected",),
            deployed="a" * 40,
            expected="b" * 40,
            changes=5 if late else 0,
            behind=5 if late else 0,
            ahead=0,
            cancelled=0,
            behind_since=now - timedelta(hours=5) if late else None,
            waiting=with_changes if late else (),
            owner="payments",
            source="http",
            web="https://github.com/acme/shop",
        )
        standings.append(Standing(seen, now, now, now))
    with store.turn() as turn:
        turn.situation([one.seen.target for one in standings], now)
        turn.write(Entries(standings=tuple(standings)))
        turn.finish(Round("1/1", now, now, 1.0, TARGETS, TARGETS, TARGETS))
    store.close()


class Server:
    """`unshipped serve --role web`."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "unshipped", "serve", "--role", "web", "--repo", str(folder)]
        self._process = subprocess.Popen(
            [*command, "--listen", f"127.0.0.1:{self.port}"], stderr=subprocess.DEVNULL, env=os.environ
        )

    def __enter__(self) -> Self:
        until = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > until:
                raise TimeoutError("the server does not answer")
            time.sleep(0.1)
        return self

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.address}/api/v1/targets", timeout=5).is_success
        except httpx2.HTTPError:
            return False

    def worked(self) -> float:
        """For how many seconds it had a processor."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(30)
