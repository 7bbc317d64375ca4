"""Deploys: how long a plan of many services takes, and what a rollout costs beside its deploy command."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.bench import Bench
from benchmarks.git import git
from benchmarks.rows import Note

_AFFECTED = 5
"""Every so many-th service is touched by the second commit."""
_WIDTH, _SECONDS = 8, 20
_ROLLOUTS = int(os.environ.get("UNSHIPPED_ROLLOUTS", "16"))
"""How many are carried out; all that are affected are 200, in nine minutes for each engine."""
_SCRIPT = """
date +"begins %s.%N" >> journal
sleep {seconds}
printf %s "$UNSHIPPED_COMMIT" > serves/$UNSHIPPED_SERVICE
date +"ends %s.%N" >> journal
"""


def rows(bench: Bench) -> Iterator[Note]:
    """A plan, and rollouts side by side."""
    many, seconds = bench.sizes[-1], _SECONDS if bench.runs > 1 else 1
    place = _made(bench, many, seconds)
    times = []
    for _ in range(bench.runs):
        took, found = _timed(bench, place, "deploy", "--affected", "--plan", "--format", "json")
        times.append(took)
        assert len(json.loads(found)["plans"]) == -(-many // _AFFECTED), found[:500]
    best = min(times)
    planned = f"{sorted(times)[len(times) // 2] * 1000:,.0f} ms ({best * 1000:,.0f})"
    on = f"{many:,} services, {-(-many // _AFFECTED)} affected"
    yield Note("`deploy --affected --plan`, whole program", on, planned, "< 1 s", best < 1)
    names = [f"s{number}" for number in range(0, many, _AFFECTED)][:_ROLLOUTS]
    for engine in ("local", "dbos"):
        shutil.rmtree(place / ".unshipped", ignore_errors=True)
        _reset(place, many)
        _configure(place, many, seconds, engine)
        _timed(
            bench, place, "deploy", names[0], "--plan"
        )  # a file that nobody has read yet is not what is measured
        (place / "journal").write_text("")
        used = _processor()
        took, _ = _timed(bench, place, "deploy", *names)
        used = (_processor() - used) / len(names)
        own = -(-len(names) // _WIDTH) * seconds
        over = took / own - 1
        on = f"{len(names)} rollouts of {seconds} s, {_WIDTH} at once, {engine}"
        yield Note("time beside the deploy commands' own", on, f"{over:.1%}", "< 5 %", over < 0.05)
        idle = _idle((place / "journal").read_text())
        yield Note(
            "from the end of a command to the next in its place", on, f"{idle * 1000:,.0f} ms", "", None
        )
        yield Note(
            "processor for each, the start of the program with it", on, f"{used * 1000:,.0f} ms", "", None
        )


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _idle(journal: str) -> float:
    """How long a place of the width is empty between two commands, in the median."""
    rows = [line.split() for line in journal.splitlines()]
    begins, ends = (sorted(float(at) for what, at in rows if what == one) for one in ("begins", "ends"))
    return median(begin - end for begin, end in zip(begins[_WIDTH:], ends, strict=False))


def _made(bench: Bench, many: int, seconds: int) -> Path:
    """A repository with two commits: the second one touches every fifth service, the first one serves."""
    place = bench.folder / f"rollouts-{many}"
    shutil.rmtree(place, ignore_errors=True)
    (place / "repo").mkdir(parents=True)
    git(place / "repo", "init", "-q", "-b", "main")
    for which in range(2):
        for number in range(0, many, _AFFECTED if which else 1):
            path = place / "repo" / f"s{number}" / "main.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(str(which))
        git(place / "repo", "add", ".")
        git(
            place / "repo",
            "-c",
            "user.name=Ana",
            "-c",
            "user.email=ana@example.org",
            "commit",
            "-qm",
            f"{which}",
        )
    _reset(place, many)
    _configure(place, many, seconds, "local")
    return place


def _reset(place: Path, many: int) -> None:
    first = git(place / "repo", "rev-parse", "main~1").strip()
    (place / "serves").mkdir(exist_ok=True)
    for number in range(many):
        (place / "serves" / f"s{number}").write_text(first)


def _configure(place: Path, many: int, seconds: int, engine: str) -> None:
    services = "\n".join(
        f'  s{number}: {{paths: [s{number}], deployed: {{source: file, path: "serves/{{service}}"}}}}'
        for number in range(many)
    )
    (place / "unshipped.yaml").write_text(f"""\
repositories: {{main: {{path: repo}}}}
environments: {{production: {{expected: {{branch: main}}}}}}
deploy:
  by: {{deployer: command, shell: {json.dumps(_SCRIPT.format(seconds=seconds))}, state: {place}/state}}
  identity: {{within: 10s, every: 1s, times: 1}}
  width: {_WIDTH}
  engine: {{kind: {engine}}}
services:
{services}
""")


def _timed(bench: Bench, place: Path, *words: str) -> tuple[float, str]:
    began = perf_counter()
    done = subprocess.run(
        [*map(str, bench.program), *words, "--config", str(place / "unshipped.yaml")],
        env=os.environ | bench.env | {"UNSHIPPED_USER": "ana"},
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
    return perf_counter() - began, done.stdout
