"""What the library costs: little to import, nothing to install, and next to nothing to ask again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

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
    assert {name.split(".")[1] for name in ours if "." in name} == {"gate"}
    foreign = (
        {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names - {"unshipped", "__main__"}
    )
    assert foreign == set()


def test_importing_it_takes_little_more_than_what_it_is_made_of():
    """In proportion, since the machine is not the library's; `benchmarks` has the milliseconds."""

    def spent(what: str) -> float:
        return float(
            python(f"import time; t = time.process_time(); import {what}; print(time.process_time() - t)")
        )

    pairs = [(spent("unshipped.gate"), spent("typing, enum, datetime, contextlib")) for _ in range(9)]
    assert min(ours for ours, _ in pairs) < 3 * min(theirs for _, theirs in pairs)


def test_a_question_that_was_answered_costs_as_much_as_a_few_looks_at_a_file(tmp_path):
    """Twenty-five of them are 50 microseconds where one takes two."""
    place = tmp_path / "verdicts.json"
    put(place, verdict_file([standing(behind=2)], now=now(), guards=HOUSE.guards))
    there = Where(file=str(place))
    assert check_deployment_drift("worker", max_behind=3, where=there).answer == "allow"

    def spent(work: Callable[[], object]) -> float:
        begun = process_time()
        for _ in range(200):
            work()
        return process_time() - begun

    pairs = [
        (
            spent(lambda: check_deployment_drift("worker", max_behind=3, where=there)),
            spent(place.stat),
        )
        for _ in range(15)
    ]
    assert min(ours for ours, _ in pairs) < 25 * min(theirs for _, theirs in pairs)
