"""Whole programs, held against the interpreter: every file of theirs that it opens is in their closure."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.discovery.trees import Link, tree
from unshipped.core.closures.patterns import encode
from unshipped.core.model import IMPORTS, Build, Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.derive import derive
from unshipped.discovery.languages.table import LANGUAGES
from unshipped.discovery.reach import Analyses

UNUSED = {"unused/__init__.py": "", "unused/x.py": "", "unused/data.json": "{}"}
WATCH = """
import atexit, os, sys
seen = []
def watch(event, args):
    if event == "open" and isinstance(args[0], str) and not set(args[1] or "") & set("wa"):
        seen.append(os.path.abspath(args[0]) + "\\n")
def tell():
    with open(os.environ["SEEN"], "a") as file:
        file.write("".join(seen))
atexit.register(tell)
sys.addaudithook(watch)
"""


class Program(NamedTuple):
    """Files, and how they are started."""

    files: dict[str, str | Link]
    command: list[str]
    path: str
    is_wide: bool


def programs() -> dict[str, Program]:
    text = (Path(__file__).parent / "programs.txt").read_text(encoding="utf-8")
    found = {}
    for block in text.split("\n== ")[1:]:
        title, _, rest = block.partition("\n")
        head, *parts = re.split(r"^> ", rest, flags=re.MULTILINE)
        files: dict[str, str | Link] = {}
        for part in parts:
            name, _, source = part.partition("\n")
            path, _, target = name.partition(" -> ")
            files[path] = Link(target) if target else source
        command = re.search(r"(?m)^\$ (.*)", head)
        path = re.search(r"(?m)^PYTHONPATH=(.*)", head)
        words = command[1].split() if command else ["python", "main.py"]
        found[title] = Program(files, words, path[1] if path else "", title.endswith("(wide)"))
    return found


PROGRAMS = programs()


def opened(top: Path, program: Program) -> set[str]:
    """The files of a program that CPython opens."""
    watcher, seen = top.parent / "watcher", top.parent / "seen"
    watcher.mkdir()
    (watcher / "sitecustomize.py").write_text(WATCH)
    for path, content in program.files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            (top / path).symlink_to(content.text)
        else:
            (top / path).write_text(content, encoding="utf-8")
    search = os.pathsep.join([str(watcher), program.path.replace("/app", str(top))]).rstrip(os.pathsep)
    environment = {**os.environ, "SEEN": str(seen), "PYTHONPATH": search, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable if word == "python" else word for word in program.command]
    subprocess.run(command, cwd=top, env=environment, capture_output=True, check=True, timeout=60)
    files = {Path(line).resolve() for line in seen.read_text().splitlines()}
    return {str(file.relative_to(top)) for file in files if file.is_relative_to(top) and file.is_file()}


def held(program: Program) -> set[str]:
    """The files of its image that count by imports."""
    path = f"ENV PYTHONPATH={program.path}\n" if program.path else ""
    dockerfile = f"FROM python\nWORKDIR /app\nCOPY . .\n{path}CMD {json.dumps(program.command)}\n"
    snapshot = tree({**UNUSED, **program.files, "Dockerfile": dockerfile})
    closure = Closure((), build=Build("Dockerfile"), mode=IMPORTS)
    derived = derive(snapshot, closure, Analyses(LANGUAGES))
    assert derived
    paths = PathMap([derived.closure])
    return {path for path in snapshot.files() if paths.of(encode(path))}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_whatever_a_program_opens_counts(tmp_path: Path, program: Program) -> None:
    counts = held(program)
    assert opened(tmp_path.resolve() / "app", program) - counts == set()
    assert program.is_wide == (not counts.isdisjoint(UNUSED.keys() - program.files.keys()))
