"""Bash itself, asked what a script runs, and how that is held against what was read."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from unshipped.discovery.shell import Command

PROGRAMS = {"deploy": 0, "build": 0, "check": 1}
"""The programs that scripts may run, and with which code they end."""
_MARK = re.compile("\0[^\0]*\0")


class Ran(NamedTuple):
    """A command that was really run: where, and its words."""

    directory: str
    words: tuple[str, ...]


def stubs(directory: Path) -> Path:
    """A directory of programs that write down how they were called."""
    directory.mkdir()
    for name, code in PROGRAMS.items():
        stub = directory / name
        stub.write_text(f'#!/bin/sh\nprintf "%s\\0" "$PWD" {name} "$@" end >>"$LOG"\nexit {code}\n')
        stub.chmod(0o755)
    return directory


def ran(script: str, top: Path, programs: Path) -> list[Ran]:
    """What bash runs of the programs, in a directory."""
    log = programs.parent / "log"
    log.write_bytes(b"")
    environment = {"PATH": f"{programs}:/usr/bin:/bin", "LOG": str(log), "FUNCNEST": "10"}
    command = ["bash", "--norc", "-c", f"ulimit -t 1\n{script}", "script.sh"]
    bash = subprocess.Popen(
        command, cwd=top, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        bash.wait(timeout=2)
    except subprocess.TimeoutExpired:  # a loop without end: what it ran until then counts
        pass
    finally:
        with suppress(ProcessLookupError):
            os.killpg(bash.pid, signal.SIGKILL)
        bash.wait()
    found, words = [], list[str]()
    for word in log.read_text().split("\0")[:-1]:
        if word == "end":
            found.append(Ran(words[0], tuple(words[1:])))
            words = []
        else:
            words.append(word)
    return found


def is_among(real: Ran, read: Sequence[Command]) -> bool:
    """Whether a command that was run is one of those that were read; what was not known may be anything."""
    line = "\n".join((real.directory, *real.words)) + "\n"
    return any(re.fullmatch(_pattern([_place(one), *one.words]), line, re.DOTALL) for one in read)


def _place(command: Command) -> str:
    """Where it runs: what lies above a directory that is not known is not known either."""
    return re.sub(rf"({_MARK.pattern})(?:/\.\.)+", r"\1", command.directory)


def _pattern(words: Sequence[str]) -> str:
    """A word of which nothing is known may be any number of words, or none."""
    made = ""
    for at, word in enumerate(words):
        if at and word and not _MARK.sub("", word):
            made += "(?:[^\n]*\n)*"
            continue
        pieces = _MARK.split(word)
        made += ".*".join(map(re.escape, pieces)) + "\n"
    return made
