"""A fleet of thousands of repositories, watched by several workers that share one PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple

from benchmarks.bench import Bench
from benchmarks.fleet_kinds import KINDS
from benchmarks.fleet_made import FIRST_LOOK, Made
from benchmarks.install import ROOT
from benchmarks.rows import Note
from tests.support import postgres
from unshipped.stores.migrating import migrate
from unshipped.stores.opening import url_database

_EVERY = timedelta(minutes=10)


class Size(NamedTuple):
    services: int
    workers: int
    rounds: int


FULL, QUICK = Size(100_000, 4, 3), Size(20, 2, 2)


def rows(bench: Bench) -> Iterator[Note]:
    """The first look, rounds as the day goes on, and one in which nothing moved."""
    if postgres.binaries() is None:
        print("no PostgreSQL server here: Debian's package postgresql has one", file=sys.stderr)
        return
    size = FULL if bench.runs > 1 else QUICK
    made = Made(bench.folder / f"fleet-{size.services}", KINDS, size.services)
    shutil.rmtree(made.folder / "cache", ignore_errors=True)
    moments = [FIRST_LOOK + _EVERY * at for at in range(size.rounds)]
    with _server() as server, _workers(made, server, size) as fleet:
        for number, now in enumerate(moments):
            yield from _round(fleet, f"look {number + 1}", now)
        yield from _round(fleet, "nothing moved", moments[-1] + timedelta(seconds=1))


@contextmanager
def _workers(made: Made, server: postgres.Server, size: Size) -> Iterator[_Fleet]:
    database = server.create()
    url = server.url(database)
    _migrate(url)
    made.put(FIRST_LOOK)
    workers = [_Worker(made, url, size, f"{at + 1}/{size.workers}") for at in range(size.workers)]
    try:
        for worker in workers:
            worker.hear()
        yield _Fleet(made, workers, server, database)
    finally:
        for worker in workers:
            worker.end()


def _round(fleet: _Fleet, what: str, now: datetime) -> Iterator[Note]:
    """All workers look at once; then one of them tells."""
    moved = fleet.made.put(now)
    used, took, found = fleet.ask(fleet.workers, "look", now)
    summed = {name: sum(one[name] for one in found) for name in _SUMMED}
    if not summed["checked"] or any(one["error"] for one in found):
        raise SystemExit(f"the fleet could not be looked at: {found}")
    memory = max(one["memory"] for one in found)
    yield fleet.note(what, "repositories that moved", f"{moved:,}")
    yield fleet.note(what, "checks a second", f"{summed['checked'] / took:,.0f} ({took:,.1f} s)")
    cpu = f"{summed['cpu']:,.1f} s, {summed['git']:,.1f} s, {used['cpu']:,.1f} s"
    yield fleet.note(what, "processor of the workers, git, PostgreSQL", cpu)
    waited = f"{summed['turns']:,.1f} s, {max(one['turns'] for one in found):,.1f} s"
    yield fleet.note(what, "time for the log, its own turn and waiting: all, the longest", waited)
    load = f"{used['calls']:,.0f}, {used['written']:,.0f}, {used['wal'] / 1e6:,.1f} MB"
    yield fleet.note(what, "statements, rows written, WAL", load)
    yield fleet.note(what, "git processes, memory of a worker", f"{summed['spawned']:,}, {memory:,} MB")
    yield fleet.note(
        what, "unknown, troubled", f"{summed['checked'] - summed['conclusive']:,}, {summed['troubled']:,}"
    )
    yield fleet.note(what, "incidents changed, notices", f"{summed['incidents']:,}, {summed['notices']:,}")
    used, took, [said] = fleet.ask(fleet.workers[:1], "tell", now)
    yield fleet.note(what, "told", f"{said['told']:,} in {took:,.1f} s, {used['calls']:,.0f} statements")


_SUMMED = ("checked", "conclusive", "troubled", "notices", "incidents", "cpu", "git", "spawned", "turns")


class _Fleet(NamedTuple):
    """What is measured: the workers, and the server that they share."""

    made: Made
    workers: Sequence[_Worker]
    server: postgres.Server
    database: str

    def ask(
        self, workers: Sequence[_Worker], what: str, now: datetime
    ) -> tuple[dict[str, float], float, list[dict[str, Any]]]:
        """What the database did meanwhile, how long that took, and what each of them found."""
        before, began = _measured(self.server, self.database), monotonic()
        for worker in workers:
            worker.ask(what, now)
        found = [worker.hear() for worker in workers]
        took = monotonic() - began
        after = _measured(self.server, self.database)
        return {name: after[name] - before[name] for name in before}, took, found

    def note(self, what: str, measured: str, figure: str) -> Note:
        services = sum(len(one.services) for one in self.made.repositories)
        repositories = f"{services:,} services, {len(self.made.repositories):,} repositories"
        on = f"{repositories}, {len(self.workers)} workers"
        return Note(f"fleet, {what}: {measured}", on, figure)


class _Worker:
    """One process that watches a share."""

    def __init__(self, made: Made, url: str, size: Size, share: str) -> None:
        env = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, *sys.path)))}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.fleet_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=env,
        )
        self._tell(folder=str(made.folder), services=size.services, share=share, url=url)

    def ask(self, what: str, now: datetime) -> None:
        self._tell(what=what, now=now.isoformat())

    def hear(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "a worker ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        with self._process:  # whose pipes are closed, and which is waited for
            pass

    def _tell(self, **said: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()


@contextmanager
def _server() -> Iterator[postgres.Server]:
    server = postgres.server()
    try:
        server.start(fsync="on", shared_preload_libraries="pg_stat_statements")
        server.execute("CREATE EXTENSION pg_stat_statements", "template1")
        yield server
    finally:
        postgres.remove(server)


def _migrate(url: str) -> None:
    database = url_database(url)
    migrate(database)
    database.close()


_MEASURED = """
SELECT
  (SELECT sum(calls) FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())),
  (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables),
  pg_current_wal_lsn() - '0/0'
"""


def _measured(server: postgres.Server, database: str) -> dict[str, float]:
    """What the server has done so far."""
    server.execute("SELECT pg_stat_force_next_flush()", database)
    calls, written, wal = (float(one or 0) for one in server.execute(_MEASURED, database).strip().split("|"))
    return {"calls": calls, "written": written, "wal": wal, "cpu": server.processor()}
