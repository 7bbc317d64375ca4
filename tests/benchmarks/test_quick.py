"""The benchmarks run, on a tiny repository. How long anything takes is not looked at."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.fleet import Given, fleet
from benchmarks.git import git
from benchmarks.history import TINY, generate
from benchmarks.race import Times
from benchmarks.rows import Goal, Row

SOURCES = Path(__file__).parents[2] / "src"


@pytest.fixture
def program(tmp_path):
    """The command, from the sources: to install the wheel takes longer than a test may."""
    script = tmp_path / "program.py"
    lines = [
        "import sys",
        f"sys.path.insert(0, {str(SOURCES)!r})",
        "from unshipped.cli.main import main",
        "main()",
    ]
    script.write_text("\n".join(lines), encoding="utf-8")
    return shlex.join([sys.executable, str(script)])


def measure(group, program, folder, capfd):
    main(["--quick", "--only", group, "--folder", str(folder), "--program", program])
    table = [line for line in capfd.readouterr().out.splitlines() if line.startswith("| ")]
    assert len(table) > 2
    assert {line.count("|") for line in table} == {10}


@pytest.mark.parametrize("group", ["cold", "startup", "gate"])
def test_rows_are_measured(group, program, tmp_path, capfd):
    measure(group, program, tmp_path, capfd)


@pytest.mark.slow
@pytest.mark.parametrize("group", ["asking", "naive", "warm", "partial", "graph"])
def test_further_rows_are_measured(group, program, tmp_path, capfd):
    if group == "asking" and shutil.which("curl") is None:
        pytest.skip("there is no curl here to compare with")
    measure(group, program, tmp_path, capfd)


def test_a_generated_repository_is_the_same_every_time(tmp_path):
    tips = {git(generate(TINY, tmp_path / name), "rev-parse", "main") for name in ("one", "two")}
    assert len(tips) == 1


def test_services_run_landings_and_have_paths_that_exist(tmp_path):
    given = Given("tiny", generate(TINY, tmp_path))
    made = fleet(given, 20)
    assert len({service.name for service in made.services}) == 20
    assert {service.deployed for service in made.services} <= set(given.chain)
    paths = {path for service in made.services for path in service.paths}
    assert [
        path for path in paths if not any(f"{file}/".startswith(f"{path}/") for file in given.files)
    ] == []


@pytest.mark.parametrize(
    ("goal", "ratio", "met"),
    [
        (Goal(2.5), "2.00x", "yes"),
        (Goal(1.5), "2.00x", "**no**"),
        (Goal(0.5, at_least=True), "0.50x", "yes"),
        (Goal(1, at_least=True), "0.50x", "**no**"),
        (None, "2.00x", ""),
    ],
)
def test_a_row_says_whether_its_goal_is_met(goal, ratio, met):
    ours, theirs = Times([0.1, 0.2, 0.4], [0.3, 0.2, 0.3]), Times([0.1, 0.1], [0.1, 0.2])
    row = Row("a check", "a repository", ours, "git", theirs, goal)
    cells = [cell.strip() for cell in str(row).split("|")[1:-1]]
    assert (cells[5], cells[6], cells[8]) == (ratio, ratio, met)
    assert cells[2] == "200 (100)"
