"""An error of the program itself says so, and leaves a file to attach."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import world
from tests.support.run import CompletedRun, run

SCRIPT = """
import sys
import unshipped.cli.check as room
def broken(*_, **__):
    raise RuntimeError({text!r})
room.look = broken
from unshipped.cli.main import main
main(sys.argv[1:])
"""


def broken(folder: Path, text: str = "the rule is broken", **env: str) -> CompletedRun:
    command = [sys.executable, "-c", SCRIPT.format(text=text), "check", "--repo=a-place-of-mine"]
    done = subprocess.run(
        command, cwd=folder, env=world(folder, **env), capture_output=True, check=False, timeout=60
    )
    return CompletedRun(done.returncode, {}, done.stdout.decode(), done.stderr.decode())


def test_an_internal_error_is_told_as_a_bug_with_a_file_to_attach(tmp_path: Path) -> None:
    answer = broken(tmp_path, TMPDIR=str(tmp_path), DEPLOY_TOKEN="hunter2-hunter2")
    assert (answer.code, answer.stdout) == (70, "")
    error, hint = answer.stderr.splitlines()
    assert error == "error: this is a bug in unshipped: RuntimeError: the rule is broken"
    [log] = tmp_path.glob("unshipped-bug-*.log")
    assert hint == f"hint: please report it with the file {log}"
    assert log.stat().st_mode & 0o077 == 0
    text = log.read_text(encoding="utf-8")
    assert "Traceback (most recent call last)" in text and "RuntimeError: the rule is broken" in text
    assert run(["--version"], tmp_path).stdout.strip() in text
    assert platform.python_version() in text and platform.system() in text
    assert "hunter2" not in text + answer.stderr and "DEPLOY_TOKEN" not in text
    assert "a-place-of-mine" not in text, "what was typed is nobody's business"


def test_a_hostile_message_is_shown_harmless(tmp_path: Path) -> None:
    answer = broken(tmp_path, "\x1b[31mred\u202e\nnext", TMPDIR=str(tmp_path))
    assert answer.code == 70 and "\x1b" not in answer.stderr and "\u202e" not in answer.stderr
    assert "Traceback" not in answer.stderr


def test_each_bug_gets_a_file_of_its_own(tmp_path: Path) -> None:
    for _ in range(2):
        broken(tmp_path, TMPDIR=str(tmp_path))
    assert len(list(tmp_path.glob("unshipped-bug-*.log"))) == 2


SURROGATE = "\udcff"


@pytest.mark.parametrize("text", ["caf\u00e9", SURROGATE], ids=ascii)
def test_a_message_that_is_no_plain_text_is_reported_too(tmp_path: Path, text: str) -> None:
    answer = broken(tmp_path, text, TMPDIR=str(tmp_path))
    assert answer.code == 70 and re.search("this is a bug in unshipped: RuntimeError", answer.stderr)
