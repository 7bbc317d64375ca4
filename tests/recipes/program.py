"""The program that the recipes start: a stand-in that takes down how it was called, and the real one.

program = StandIn(tmp_path, code=3)
subprocess.run(script, env=program.environment)
[call] = program.calls()
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.support.run import SOURCES

RECIPES = ROOT / "examples/watch"
CODES = (0, 2, 3, 4)
"""How `unshipped watch --once` ends where it is not asked to fail on drift."""
ANSWER = {"schema_version": 1}

_MAIN = """\
import json, os, sys
with open({record!r}, "a", encoding="utf-8") as record:
    record.write(json.dumps({{"words": sys.argv[1:], "environment": dict(os.environ)}}) + "\\n")
if "--metrics" in sys.argv:
    open(sys.argv[sys.argv.index("--metrics") + 1], "w").close()
sys.stdout.write({said!r})
sys.exit({code})
"""


@dataclass(frozen=True)
class Call:
    words: tuple[str, ...]
    environment: dict[str, str]

    def option(self, name: str) -> str:
        return self.words[self.words.index(name) + 1]


class StandIn:
    """Found before the real program, by its name and as `python -m unshipped`."""

    def __init__(self, folder: Path, code: int = 0, said: str = json.dumps(ANSWER)) -> None:
        self._record = folder / "calls.jsonl"
        package = folder / "unshipped/__main__.py"
        package.parent.mkdir(parents=True)
        package.with_name("__init__.py").touch()
        package.write_text(_MAIN.format(record=str(self._record), said=said, code=code), encoding="utf-8")
        script(folder / "bin/unshipped", f'exec {sys.executable} "{package}" "$@"')
        self.environment = {"PATH": f"{folder}/bin:{os.environ['PATH']}", "PYTHONPATH": str(folder)}

    def calls(self) -> list[Call]:
        lines = self._record.read_text(encoding="utf-8").splitlines() if self._record.exists() else []
        return [Call(tuple(one["words"]), one["environment"]) for one in map(json.loads, lines)]


def script(path: Path, text: str) -> Path:
    """A program of a few lines of shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@cache
def watches() -> bool:
    """Whether the real program knows the command by now."""
    command = [sys.executable, "-m", "unshipped", "watch", "--help"]
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def known_to_gcloud(commands: list[str], folder: Path) -> dict[str, str]:
    """What gcloud's own linter has against commands, by command. It asks nobody."""
    listed = folder / "commands.json"
    listed.write_text(json.dumps([{"command_string": one} for one in commands]), encoding="utf-8")
    done = subprocess.run(
        ["gcloud", "meta", "lint-gcloud-commands", f"--commands-file={listed}"],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "CLOUDSDK_CORE_DISABLE_PROMPTS": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert len(found) == len(commands), done.stderr
    return {one["command_string"]: one["error_message"] for one in found if not one["success"]}


needs_the_real_one = pytest.mark.skipif(not watches(), reason="`unshipped watch` does not exist here")
