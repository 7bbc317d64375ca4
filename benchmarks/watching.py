"""A fleet that is watched in one process: a first round, and rounds in which nothing moved."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.bench import Bench
from benchmarks.fleet import Fleet, fleet
from benchmarks.rows import Note
from tests.support import postgres

_ROUNDS = Path(__file__).with_name("watch_rounds.py")
_GOALS = {1_000: 1.0}
"""Seconds of a round in which nothing moved, by how many targets are watched."""


class _Round(NamedTuple):
    processor: float
    clock: float
    peak: float


def rows(bench: Bench) -> Iterator[Note]:
    """With the log in a file, and in a database where there is a server."""
    most = bench.sizes[-1]
    for services in (most, most * 10) if bench.runs > 1 else (most,):
        made = fleet(bench.given[0], services)
        for store, url in _stores():
            if url == "":
                folder = bench.folder / "watched"
                shutil.rmtree(folder, ignore_errors=True)
            yield from _noted(f"{services:,} targets, {store}", services, _rounds(bench, made, url))


def _stores() -> Iterator[tuple[str, str]]:
    yield "SQLite", ""
    if postgres.binaries():
        server = postgres.server()
        server.start()
        try:
            yield "PostgreSQL", server.url(server.create())
        finally:
            postgres.remove(server)


def _rounds(bench: Bench, made: Fleet, url: str) -> list[_Round]:
    folder = bench.folder / "watched"
    folder.mkdir(exist_ok=True)
    config = made.write(folder / "unshipped.yaml")
    store = f'store: {{url: "{url}"}}\n' if url else "store: {path: log.db}\n"
    config.write_text(store + config.read_text(encoding="utf-8"), encoding="utf-8")
    if url:
        migrate = [*bench.program, "db", "migrate", "--config", config]
        subprocess.run(migrate, env=bench.env, capture_output=True, check=True)
    command: list[str | Path] = [bench.python, _ROUNDS, made.given.path, config, str(bench.runs + 1)]
    done = subprocess.run(command, env=bench.env, capture_output=True, text=True, check=True)
    return [_Round(*map(float, line.split())) for line in done.stdout.splitlines()]


def _noted(where: str, services: int, rounds: list[_Round]) -> Iterator[Note]:
    first, *later = rounds
    yield Note("watched, the first round", where, _seconds(first.processor, first.clock))
    middle = median(one.processor for one in later), median(one.clock for one in later)
    goal = _GOALS.get(services)
    told = f"< {goal:g} s" if goal else ""
    yield Note("watched, nothing moved", where, _seconds(*middle), told, middle[0] < goal if goal else None)
    yield Note(
        "watched, memory", where, f"{first.peak:,.0f} MB, after {len(rounds)} rounds {later[-1].peak:,.0f} MB"
    )


def _seconds(processor: float, clock: float) -> str:
    return f"{processor:.2f} s of the processor, {clock:.2f} s"
