"""What a short command must not pay for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import AT, world

HEAVY = {"pydantic", "yaml", "httpx2", "rich", "dataclasses", "difflib", "typing", "unshipped.config.schema"}
BESIDE = {"argparse", "gettext", "locale"}
"""What is loaded to print help, or to say what is wrong with a command line."""
SCRIPT = """
import json, sys
from unshipped.cli.main import main
try:
    main(sys.argv[2:])
finally:
    with open(sys.argv[1], "w") as file:
        json.dump(sorted(sys.modules), file)
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    """The heavy modules that a command leaves in memory."""
    command = [sys.executable, "-c", SCRIPT, str(folder / "modules"), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=world(folder), capture_output=True, check=False, timeout=60
    )
    assert done.returncode in {0, 1} and done.stdout, done
    return (HEAVY | BESIDE) & set(json.loads((folder / "modules").read_text()))


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]], ids=" ".join)
def test_a_word_about_itself_imports_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    assert imported(tmp_path, *arguments) == set()


def test_the_help_of_a_command_imports_what_prints_it_and_nothing_heavy(tmp_path: Path) -> None:
    assert imported(tmp_path, "check", "--help") <= BESIDE


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_warm_check_imports_nothing_heavy(folder: Path, form: str) -> None:
    check = ["check", "--repo=repo", "--config=unshipped.yaml", AT, f"--format={form}"]
    assert "yaml" in imported(folder, *check)
    assert imported(folder, *check) == set()


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_is_affected_is_said_without_anything_heavy(folder: Path, form: str) -> None:
    affected = ["affected", "HEAD", "--repo=repo", "--config=unshipped.yaml", f"--format={form}"]
    assert "yaml" in imported(folder, *affected)
    assert imported(folder, *affected) == set()


def test_a_server_that_nobody_logs_in_to_does_not_pay_for_logins() -> None:
    script = "import sys, unshipped.web.serving; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert {"authlib", "joserfc"}.isdisjoint(done.stdout.split())
