"""Directories and files that Python code names by an expression: `Path(__file__).parent.parent / "lib"`.

A place is text: what begins with `@` is taken from the file itself, so that `@/..` is its directory;
anything else is a path as it was written.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from posixpath import normpath

_SAME = {"abspath", "realpath", "normpath", "resolve", "absolute", "fspath", "str", "Path", "PurePath",
         "expanduser", "as_posix"}  # fmt: skip
_DEEPEST = 24


def place(node: ast.expr, assigned: Mapping[str, ast.expr], depth: int = 0) -> str | None:
    """The place that an expression stands for, or None. `assigned` are the module's simple assignments."""
    if depth > _DEEPEST:
        return None
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        if node.id == "__file__":
            return "@"
        value = assigned.get(node.id)
        return place(value, assigned, depth + 1) if value is not None else None
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return _up(place(node.value, assigned, depth + 1), 1)
    if isinstance(node, ast.Subscript):
        return _parents(node, assigned, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Add):
        return _joined([node.left, node.right], assigned, depth)
    return _called(node, assigned, depth) if isinstance(node, ast.Call) else None


def _parents(node: ast.Subscript, assigned: Mapping[str, ast.expr], depth: int) -> str | None:
    """`….parents[2]`."""
    value = node.value
    count = node.slice.value if isinstance(node.slice, ast.Constant) else None
    if isinstance(value, ast.Attribute) and value.attr == "parents" and isinstance(count, int):
        return _up(place(value.value, assigned, depth + 1), min(count, 64) + 1)
    return None


def _called(node: ast.Call, assigned: Mapping[str, ast.expr], depth: int) -> str | None:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name == "dirname" and node.args:
        return _up(place(node.args[0], assigned, depth + 1), 1)
    if name in ("join", "joinpath") and isinstance(function, ast.Attribute):
        before = [function.value] if name == "joinpath" else []
        return _joined([*before, *node.args], assigned, depth)
    if name in _SAME:
        if node.args:
            return _joined(list(node.args), assigned, depth)
        if isinstance(function, ast.Attribute):
            return place(function.value, assigned, depth + 1)
    return None


def _joined(parts: list[ast.expr], assigned: Mapping[str, ast.expr], depth: int) -> str | None:
    texts = [place(part, assigned, depth + 1) for part in parts]
    if not texts or any(text is None for text in texts):
        return None
    first, *rest = (text for text in texts if text is not None)
    return "/".join([first, *(text.strip("/") for text in rest)]) if rest else first


def _up(found: str | None, levels: int) -> str | None:
    return None if found is None else found + "/.." * levels


def runtime(found: str, at: str, working: str) -> str:
    """A place as a run-time path, for the file at `at` of a program that is started in `working`."""
    if found == "@" or found.startswith("@/"):
        path = at + found[1:]
    elif found.startswith("/"):
        path = found
    else:
        path = f"{working}/{found}"
    return normpath("/" + path).strip("/")
