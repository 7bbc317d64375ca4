"""The benchmarks run, on a tiny repository. How long anything takes is not looked at."""

from __future__ import annotations

import shlex
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.fleet import Given, fleet
from benchmarks.fleet_kinds import KINDS
from benchmarks.fleet_made import FIRST_LOOK, Made
from benchmarks.git import git
from benchmarks.history import TINY, generate
from benchmarks.race import Times
from benchmarks.rows import Goal, Row
from tests.support import postgres

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
@pytest.mark.parametrize("group", ["asking", "naive", "warm", "partial", "graph", "watch", "replay"])
def test_further_rows_are_measured(group, program, tmp_path, capfd):
    if group == "asking" and shutil.which("curl") is None:
        pytest.skip("there is no curl here to compare with")
    measure(group, program, tmp_path, capfd)


@pytest.mark.slow
def test_a_fleet_is_watched_on_a_real_server(program, tmp_path, capfd):
    if postgres.binaries() is None:
        pytest.skip("there is no PostgreSQL server here: Debian's package postgresql has one")
    measure("fleet", program, tmp_path, capfd)


def test_a_made_fleet_is_the_same_every_time(tmp_path):
    made = [Made(tmp_path / name, KINDS[:2], 30).repositories for name in ("one", "two")]
    known = [[(one.name, one.services, one.history.landings) for one in each] for each in made]
    assert known[0] == known[1]
    assert sum(len(one.services) for one in made[0]) == 30


def test_a_made_repository_is_what_its_history_says_at_each_moment(tmp_path):
    made = Made(tmp_path, KINDS[:1], 12)
    [one] = made.repositories
    for hours in (0, 6, 23):
        now = FIRST_LOOK + timedelta(hours=hours)
        made.put(now)
        newest = git(
            tmp_path / "repositories" / one.name, "rev-list", "-1", f"--before={now.timestamp():.0f}", "main"
        ).strip()
        assert one.history.tip(now) == newest
        served = {one.history.serving(service, now) for service in one.services}
        assert served <= set(git(tmp_path / "repositories" / one.name, "rev-list", "main").split())


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
