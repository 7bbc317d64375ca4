"""Tab completion knows every command and every option."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from shutil import which

import pytest

from tests.support.run import run

needs_bash = pytest.mark.skipif(not which("bash"), reason="there is no bash here")


def words(text: str) -> list[str]:
    return re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text)


def commands(folder: Path) -> list[str]:
    return re.findall(r"^  ([a-z]+)  ", run(["--help"], folder).stdout.partition("options:")[0], re.MULTILINE)


@needs_bash
def test_the_bash_script_is_valid(tmp_path: Path) -> None:
    script = run(["completion", "bash"], tmp_path).stdout
    done = subprocess.run(["bash", "-n"], input=script.encode(), capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_script_names_every_command_and_every_option(tmp_path: Path, shell: str) -> None:
    script = run(["completion", shell], tmp_path).stdout
    assert len(commands(tmp_path)) >= 8
    for command in commands(tmp_path):
        assert re.search(rf"\b{command}\b", script)
        text = run([command, "--help"], tmp_path).stdout
        options = set(re.findall(r"^  (?:-\w(?: [A-Z]+)?, )?(--[a-z-]+)", text, re.MULTILINE))
        assert options - {"--help"} or command == "completion"
        assert options <= set(words(script)), command


@needs_bash
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("che", "check"),
        ("check --form", "--format"),
        ("check --format ma", "markdown"),
        ("where --co", "--config"),
    ],
)
def test_bash_completes_what_is_typed(tmp_path: Path, typed: str, offered: str) -> None:
    (tmp_path / "script").write_text(run(["completion", "bash"], tmp_path).stdout)
    ask = (
        "source ./script; COMP_WORDS=(unshipped $1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
        "$(complete -p unshipped | sed 's/.*-F \\([^ ]*\\).*/\\1/') 2>/dev/null;"
        "printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(
        ["bash", "-c", ask, "bash", typed],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert offered in done.stdout.split()
