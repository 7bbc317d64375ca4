"""What the library costs: little to import, nothing to install, and next to nothing to ask again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.gate.places import HOUSE, now, standing
from unshipped.app.verdict_file import put, verdict_file
from unshipped.gate import Where, check_deployment_drift

SOURCES = Path(__file__).parents[2] / "src"
HEAVY = {
    "asyncio",
    "http.client",
    "inspect",
    "logging",
    "pathlib",
    "ssl",
    "subprocess",
    "threading",
    "typing_extensions",
}


def python(program: str) -> str:
    command = [
        sys.executable,
        "-S",
        "-E",
        "-c",
        f"import sys; sys.path.insert(0, {str(SOURCES)!r}); {program}",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_importing_it_loads_the_standard_library_and_little_of_that():
    loaded = set(python("import unshipped.gate; print(*sys.modules)").split())
    assert loaded & HEAVY == set()
    ours = {name for name in loaded if name.startswith("unshipped")}
    assert {name.split(".")[1] for name in ours if "." in name} == {"gate", "gatekeeping", "lengths"}
    foreign = (
        {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names - {"unshipped", "__main__"}
    )
    assert foreign == set()


def test_importing_it_takes_less_than_fifteen_milliseconds():
    """The least of several: what the machine does beside it is not the library's."""
    spent = "import time; t = time.process_time(); import unshipped.gate; print(time.process_time() - t)"
    assert min(float(python(spent)) for _ in range(9)) < 0.015


def test_a_question_that_was_answered_costs_less_than_fifty_microseconds(tmp_path):
    place = tmp_path / "verdicts.json"
    put(place, verdict_file([standing(behind=2)], now=now(), guards=HOUSE.guards))
    there = Where(file=str(place))
    assert check_deployment_drift("worker", max_behind=3, where=there).answer == "allow"
    rounds = []
    for _ in range(20):
        begun = perf_counter()
        for _ in range(200):
            check_deployment_drift("worker", max_behind=3, where=there)
        rounds.append((perf_counter() - begun) / 200)
    assert min(rounds) < 50e-6, median(rounds)
