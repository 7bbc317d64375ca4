"""`python -m benchmarks`: measure, and print a table in Markdown. See README.md beside this file."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import (
    api,
    asking,
    clones,
    closures,
    cold,
    gate,
    large,
    log,
    naive,
    page,
    peers,
    replays,
    rollouts,
    startup,
    thousands,
    warm,
    watching,
)
from benchmarks.bench import Bench
from benchmarks.fleet import Given
from benchmarks.history import LINEAR, MERGES, TINY, generate
from benchmarks.install import ROOT, install
from benchmarks.rows import HEAD, Note, Row

Rows = Callable[[Bench], Iterator[Row] | Iterator[Row | Note]]
GROUPS: dict[str, Rows] = {
    "cold": cold.rows,
    "naive": naive.rows,
    "warm": warm.rows,
    "startup": startup.rows,
    "gate": gate.rows,
    "log": log.rows,
    "watch": watching.rows,
    "affected": peers.rows,
    "partial": clones.partial,
    "graph": clones.graph,
    "asking": asking.rows,
    "api": api.rows,
    "page": page.rows,
    "closures": closures.rows,
    "replay": replays.rows,
    "rollouts": rollouts.rows,
    "fleet": thousands.rows,
    "large": large.rows,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for, row by row."""
    asked = _parser().parse_args(arguments)
    bench = _bench(asked)
    print(_load("before"), HEAD, sep="\n\n", flush=True)
    for name in asked.only or [name for name in GROUPS if name != "large" or asked.large]:
        for row in GROUPS[name](bench):
            print(row, flush=True)
    print("\n" + _load("after"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    repo = "a repository to read, in place of the generated ones"
    parser.add_argument("--repo", action="append", type=_given, default=[], metavar="[NAME=]PATH", help=repo)
    parser.add_argument("--only", action="append", choices=list(GROUPS), help="only these rows")
    parser.add_argument("--runs", type=int, default=9, help="rounds of each comparison (default: 9)")
    parser.add_argument("--large", action="store_true", help="also a million commits: minutes to make, once")
    parser.add_argument("--quick", action="store_true", help="a tiny repository and one round: does it work?")
    parser.add_argument("--folder", type=Path, default=ROOT / ".bench", help="where all of it is made")
    parser.add_argument("--program", help="measure this command in place of the wheel of this repository")
    return parser


def _given(text: str) -> Given:
    name, _, path = text.rpartition("=")
    return Given(name or Path(path).resolve().name, Path(path).resolve())


def _bench(asked: argparse.Namespace) -> Bench:
    folder: Path = asked.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    program, python = _program(asked.program, folder)
    if asked.quick:
        given = (Given(TINY.name, generate(TINY, folder)),)
        return Bench(folder, program, python, given, runs=1, sizes=(3, 8), packages=20)
    given = tuple(asked.repo) or tuple(Given(one.name, generate(one, folder)) for one in (LINEAR, MERGES))
    return Bench(folder, program, python, given, asked.runs)


def _program(named: str | None, folder: Path) -> tuple[tuple[str, ...], Path]:
    if named:
        return tuple(shlex.split(named)), Path(sys.executable)
    place = install(folder)
    return (str(place / "bin" / "unshipped"),), place / "bin" / "python"


def _load(when: str) -> str:
    return (
        f"Load average {when}: {' '.join(f'{one:.1f}' for one in os.getloadavg())} on {os.cpu_count()} cores."
    )


if __name__ == "__main__":
    main()
