"""core decides and never looks: what it may import, and what it may not call."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "src" / "unshipped" / "core"
BELOW = sorted((CORE.parent / "carried").glob("*.py"))
"""What core shares with programs outside: as pure as core itself."""
MODULES = [*sorted(CORE.rglob("*.py")), *BELOW]

MAY_IMPORT = {
    "__future__",
    "bisect",
    "collections",
    "collections.abc",
    "dataclasses",
    "datetime",
    "enum",
    "fnmatch",
    "functools",
    "heapq",
    "itertools",
    "operator",
    "re",
    "types",
    "typing",
    "unshipped.core",
    "unshipped.carried.rule",
    "unshipped.carried.lengths",
    "zoneinfo",
    "shlex",
}
MAY_NOT_CALL = {"now", "utcnow", "today", "time", "uuid4", "random", "open"}
MAY_NOT_CALL |= {"print", "input", "eval", "exec", "__import__"}


def impurities(source: str) -> list[str]:
    """What in this text of a module asks the world, as `line: what to do instead`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                imported = [alias.name for alias in names]
            case ast.ImportFrom(module=module, level=level):
                imported = ["." * level + (module or "")]
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in MAY_NOT_CALL:
                found.append(f"{node.lineno}: {name}(): take its result as an argument")
                continue
            case _:
                continue
        found += [
            f"{node.lineno}: import {name}: core has no use for it; move what needs it into an adapter"
            for name in imported
            if name not in MAY_IMPORT and not name.startswith("unshipped.core.")
        ]
    return found


def test_core_has_modules():
    assert MODULES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CORE.parent)))
def test_a_module_of_core_asks_nothing_of_the_world(path):
    assert impurities(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "import time",
        "import datetime, random",
        "import unshipped.git",
        "import unshipped.core_helpers",
        "from pathlib import Path",
        "from unshipped import errors",
        "from unshipped.ports import Source",
        "from . import model",
        "from datetime import datetime\ndef age(then): return datetime.now() - then",
        "def read(path): return open(path).read()",
        "def read(path): return path.open().read()",
        "def load(name): return __import__(name)",
    ],
)
def test_a_look_at_the_world_is_found(source):
    assert impurities(source)


@pytest.mark.parametrize(
    "source",
    [
        "import re",
        "from collections.abc import Iterable",
        "from datetime import UTC, datetime",
        "from unshipped.core.model import Target",
        "def age(then, now): return now - then",
        "def since(moment): return moment.timestamp()",
    ],
)
def test_a_pure_line_is_let_through(source):
    assert impurities(source) == []
