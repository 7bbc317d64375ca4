"""What a page asks of the interface: 1,000 targets, 100 clients, each with its event stream.

The server is `unshipped serve` as a process of its own, over a log in SQLite; the clients are threads of this
one, on the same machine: what they take is not the server's, and slows it down.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import httpx2

from benchmarks.bench import Bench
from benchmarks.rows import Note, Row
from unshipped.core.journal import Action, Round
from unshipped.core.model import Change, Severity, State
from unshipped.core.observations import Observation, Standing
from unshipped.core.watching import Entries
from unshipped.stores.opening import open_file

TARGETS, CLIENTS = 1000, 100
EVERY, LASTING = 2.0, 12.0


def rows(bench: Bench) -> Iterator[Row | Note]:
    """The time of one answer, at the 95th percentile, as many clients wait for it."""
    folder = bench.folder / "api"
    clients, lasting = (10, 4.0) if bench.runs == 1 else (CLIENTS, LASTING)
    _made(folder)
    with _Server(folder) as server:
        whole, known, news = _measured(server.address, clients, lasting, folder)
        alone = [_worked(server, 200 // (1 + 9 * (bench.runs == 1)), known=one) for one in (False, True)]
    on = f"{TARGETS:,} targets, {clients} clients and their streams, each asks every {EVERY:g} s"
    yield _note("all targets, packed", on, whole)
    yield _note("all targets, known by their tag", on, known)
    for what, spent in zip(("all targets, packed", "known by their tag"), alone, strict=True):
        yield Note(f"one answer, {what}", f"{TARGETS:,} targets", f"{1000 * spent:.1f} ms of processor time")
    late = f"p50 {_ms(news, 50)}, last {_ms(news, 100)}"
    yield Note(f"news, to {len(news)} of {clients} streams", on, late, "< 2 s", max(news, default=9.0) < 2)


def _note(measured: str, on: str, seconds: list[float]) -> Note:
    figure = f"p50 {_ms(seconds, 50)}, p95 {_ms(seconds, 95)} of {len(seconds)}"
    return Note(measured, on, figure, "p95 < 50 ms", _at(seconds, 95) < 0.05)


def _at(seconds: list[float], percent: int) -> float:
    ordered = sorted(seconds) or [float("inf")]
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _ms(seconds: list[float], percent: int) -> str:
    return f"{1000 * _at(seconds, percent):.0f} ms"


def _made(folder: Path) -> None:
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


class _Server:
    """`unshipped serve --role web`."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "unshipped", "serve", "--role", "web", "--repo", str(folder)]
        self._process = subprocess.Popen(
            [*command, "--listen", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL, env=os.environ
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


def _worked(server: _Server, times: int, *, known: bool) -> float:
    """How long the server had a processor for one answer: that does not hang on who else has one."""
    with httpx2.Client(timeout=30) as client:
        address = f"{server.address}/api/v1/targets?limit=10000"
        tag = client.get(address).headers["etag"]
        before = server.worked()
        for _ in range(times):
            client.get(address, headers={"If-None-Match": tag} if known else {})
        return (server.worked() - before) / times


def _measured(
    address: str, clients: int, lasting: float, folder: Path
) -> tuple[list[float], list[float], list[float]]:
    whole: list[float] = []
    known: list[float] = []
    heard: list[float] = []
    end = time.monotonic() + lasting
    threads = [
        threading.Thread(target=_client, args=(address, at / clients, end, whole, known))
        for at in range(clients)
    ]
    threads += [threading.Thread(target=_listen, args=(address, heard), daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(lasting / 2)
    store = open_file(folder / ".unshipped" / "log.db")
    written = time.monotonic()
    store.acted(Action(datetime.now(UTC), "Ana", "hold", "s0000/production"))
    store.close()
    for thread in threads[:clients]:
        thread.join()
    time.sleep(1)
    return whole, known, [when - written for when in heard]


def _client(address: str, later: float, end: float, whole: list[float], known: list[float]) -> None:
    """Asks for all of it, then for what it knows already, in turns."""
    with httpx2.Client(timeout=30) as client:
        time.sleep(later * EVERY)
        while time.monotonic() < end:
            began = time.monotonic()
            answer = client.get(f"{address}/api/v1/targets?limit=10000")
            whole.append(time.monotonic() - began)
            time.sleep(EVERY)
            began = time.monotonic()
            client.get(
                f"{address}/api/v1/targets?limit=10000", headers={"If-None-Match": answer.headers["etag"]}
            )
            known.append(time.monotonic() - began)
            time.sleep(EVERY)


def _listen(address: str, heard: list[float]) -> None:
    try:
        with httpx2.stream("GET", f"{address}/api/v1/stream", timeout=60) as answer:
            heard.extend(time.monotonic() for line in answer.iter_lines() if line.startswith("data:"))
    except httpx2.HTTPError:
        return  # the server was stopped
