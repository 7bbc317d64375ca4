"""A fleet whose services are asked over HTTP, each of which takes 100 ms to answer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.fleet import Fleet, fleet
from benchmarks.race import race
from benchmarks.rows import Goal, Row

AT_ONCE = 64
"""How many are asked at once: as many as the check asks."""
DEADLINE = 5
"""Seconds after which one that does not answer is given up: the default of the source."""


def rows(bench: Bench) -> Iterator[Row]:
    """The check against curl, which asks as many at once and judges nothing."""
    given, size = bench.given[0], bench.sizes[-1]
    made = fleet(given, size)
    with _answering() as address:
        for silent in (0, 3) if bench.runs > 1 else (0,):
            urls = [f"{address}/{one.deployed}" for one in made.services]
            urls[:silent] = [f"{address}/never-{at}" for at in range(silent)]
            config = _config(made, urls, bench.folder / f"asked-{silent}.yaml")
            check = bench.look(given.path, config, "--expected", made.tip)
            if not silent:
                bench.prove(check)
            asked = _curl(urls, bench.folder / "urls.txt")
            ours, theirs = race([bench.run(check), bench.run(asked)], bench.runs)
            what = f"{size:,} services at 100 ms" + (f", {silent} of them silent" if silent else "")
            yield Row(what, given.name, ours, f"curl, {AT_ONCE} at once", theirs, Goal(2))


@contextmanager
def _answering() -> Iterator[str]:
    program = [sys.executable, str(Path(__file__).with_name("answering.py"))]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"  # type: ignore[union-attr]
        finally:
            server.kill()


def _config(made: Fleet, urls: list[str], path: Path) -> Path:
    lines = ["services:"]
    for service, url in zip(made.services, urls, strict=True):
        paths = ", ".join(f'"{one}"' for one in service.paths)
        lines += [f"  {service.name}:", f"    paths: [{paths}]"]
        lines += [f"    deployed: {{source: http, url: {url}}}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _curl(urls: list[str], path: Path) -> tuple[str | Path, ...]:
    """As many processes as are to ask at once, each one address after the other. Leaves with 0 also where
    some did not answer. (`curl --parallel` waits on its own, and takes many times as long.).
    """
    path.write_text("\n".join(urls) + "\n", encoding="utf-8")
    each = -(-len(urls) // AT_ONCE)
    script = f'xargs -P {AT_ONCE} -n {each} curl -s --max-time {DEADLINE} <"$0" || true'
    return ("sh", "-c", script, path)
