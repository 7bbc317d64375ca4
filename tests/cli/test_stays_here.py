"""Nobody is asked and nobody is told whom the configuration does not name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repo import ENV, Repo
from tests.support.run import SOURCES

WATCHED = """
import sys

def look(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        sys.stderr.write(f"ASKED {arguments!r}\\n")

sys.addaudithook(look)
sys.argv[0] = "unshipped"
from unshipped.cli.main import program
sys.exit(program())
"""
"""The program, with every connection said on standard error: the interpreter itself tells of them."""

COMMANDS = [
    "check",
    "status",
    "explain api",
    "where HEAD",
    "affected HEAD~1",
    "doctor",
    "watch --once",
    "report",
]


NOBODY = '{source: http, url: "http://127.0.0.1:9/version"}'


def asked(command: str, folder: Path, deployed: str = "") -> tuple[int, str]:
    """The exit code and standard error of a command, over a service that is one change behind."""
    repo = Repo.init(folder / "shop")
    first = repo.commit({"api/a": "1"})
    text = f"services: {{api: {{paths: [api], deployed: {deployed or first}}}}}\n"
    repo.commit({"api/a": "2", "unshipped.yaml": text})
    repo.checkout()
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *command.split()],
        cwd=repo.path,
        env=ENV | {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES), "HOME": str(folder)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_asks_anybody_that_is_not_named(command: str, tmp_path: Path):
    code, said = asked(command, tmp_path)
    assert code in (0, 1), said
    assert "ASKED" not in said


def test_what_is_named_is_asked_and_seen_here(tmp_path: Path):
    code, said = asked("check", tmp_path, NOBODY)
    assert code == 3
    assert "ASKED" in said
