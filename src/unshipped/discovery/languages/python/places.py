"""Texts that Python code puts together: `Path(__file__).parent / "lib"`, `f"plugins.{name}"`.

A place is text: what begins with `@` is taken from the file itself, so that `@/..` is its directory;
anything else is as it was written. What is not known stands in it as `HOLE`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from posixpath import normpath

from unshipped.discovery.languages.python.names import Column

HOLE = "\0"
"""What is not known."""
PACKAGE = "\1"
"""The name of the package that the file lies in."""
_SAME = {"abspath", "realpath", "normpath", "resolve", "absolute", "fspath", "str", "Path", "PurePath",
         "PosixPath", "expanduser", "as_posix"}  # fmt: skip
_NAMES = {"pardir": "..", "curdir": ".", "sep": "/"}
_REPEATS = {"items", "values", "keys", "list", "tuple", "set", "sorted", "reversed", "enumerate"}
_KEEPS = {"list", "tuple", "set", "sorted", "reversed"}
_DEEPEST = 24
_SHALLOW = 8
_LONGEST = 1000
_MOST = 64


class Texts:
    """What expressions of one module may come to. `assigned` holds what each name is set to, anywhere in it;
    `name()` what a function gives back.
    """

    def __init__(self, assigned: Mapping[str, Sequence[ast.expr]]) -> None:
        self._assigned = assigned
        self._named: dict[str, list[str]] = {}
        self._known: dict[int, list[str]] = {}
        self._readers: Mapping[type[ast.expr], Callable[..., list[str]]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.BinOp: self._operation,
            ast.JoinedStr: self._formatted,
            ast.FormattedValue: lambda node, depth: self.of(node.value, depth),
            ast.IfExp: lambda node, depth: [*self.of(node.body, depth), *self.of(node.orelse, depth)],
            ast.BoolOp: lambda node, depth: [text for one in node.values for text in self.of(one, depth)],
            ast.NamedExpr: lambda node, depth: self.of(node.value, depth),
            ast.Call: self._called,
        }

    def of(self, node: ast.expr | None, depth: int = 0) -> list[str]:
        """The texts that an expression may stand for."""
        if id(node) not in self._known:
            found = self._read(node, depth)
            if depth > _SHALLOW:
                return found  # it may be cut short by the depth, and be known better from above
            self._known[id(node)] = found
        return self._known[id(node)]

    def _read(self, node: ast.expr | None, depth: int) -> list[str]:
        read = self._readers.get(type(node)) if node and depth <= _DEEPEST else None
        found = list(dict.fromkeys(read(node, depth + 1))) if read else []
        return found if 0 < len(found) <= _MOST and all(len(one) <= _LONGEST for one in found) else [HOLE]

    def listed(self, node: ast.expr, column: int | None = None, depth: int = 0) -> list[str]:
        """The texts in a list, a dictionary, or what is made of one; of lists in it, those of a column."""
        if depth > _DEEPEST:
            return [HOLE]
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return [text for one in node.elts for text in self._element(one, column, depth)]
        if isinstance(node, ast.Dict):
            given = [one for one in (*node.keys, *node.values) if one is not None]
            return [text for one in given for text in self._element(one, None, depth)]
        if isinstance(node, ast.BinOp):
            return [text for one in (node.left, node.right) for text in self.listed(one, column, depth + 1)]
        if isinstance(node, ast.Call):
            made = [node.func.value] if isinstance(node.func, ast.Attribute) else node.args[:1]
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            column = column if name in _KEEPS else None
            return self.listed(made[0], column, depth + 1) if made and name in _REPEATS else [HOLE]
        if isinstance(node, ast.Name) and len(values := self._assigned.get(node.id, ())) == 1:
            return self.listed(values[0], column, depth + 1)
        return [HOLE]

    def _element(self, node: ast.expr, column: int | None, depth: int) -> list[str]:
        """One of a list; what runs through a list is each of its elements."""
        if isinstance(node, ast.Starred):
            return self.listed(node.value, None, depth + 1)
        if isinstance(node, Column):
            return self.listed(node.value, node.number, depth + 1)
        if isinstance(node, ast.List | ast.Tuple) and column is not None and column < len(node.elts):
            return self.of(node.elts[column], depth + 1)
        nested = isinstance(node, ast.List | ast.Tuple | ast.Dict)
        return self.listed(node, None, depth + 1) if nested else self.of(node, depth + 1)

    def _constant(self, node: ast.Constant, _depth: int) -> list[str]:
        return [node.value] if isinstance(node.value, str) else [HOLE]

    def _name(self, node: ast.Name, depth: int) -> list[str]:
        if node.id == "__file__":
            return ["@"]
        return [PACKAGE] if node.id in ("__name__", "__package__") else self._value(node.id, depth)

    def _value(self, name: str, depth: int) -> list[str]:
        """What a name may stand for. One that hangs on itself is not known."""
        if name not in self._named:
            self._named[name] = [HOLE]
            values = self._assigned.get(name, ())
            texts = dict.fromkeys(text for value in values for text in self._element(value, None, depth))
            self._named[name] = [*texts][: _MOST + 1] or [HOLE]
        return self._named[name]

    def _attribute(self, node: ast.Attribute, depth: int) -> list[str]:
        if node.attr == "parent":
            return _up(self.of(node.value, depth), 1)
        return [_NAMES.get(node.attr, HOLE)]

    def _subscript(self, node: ast.Subscript, depth: int) -> list[str]:
        """`….parents[2]`, or an element of a list."""
        value, index = node.value, node.slice
        if isinstance(value, ast.Attribute) and value.attr == "parents":
            count = index.value if isinstance(index, ast.Constant) else None
            if isinstance(count, int) and 0 <= count < _DEEPEST:
                return _up(self.of(value.value, depth), count + 1)
            return [HOLE]
        return self.listed(value, None, depth)

    def _operation(self, node: ast.BinOp, depth: int) -> list[str]:
        left = self.of(node.left, depth)
        if isinstance(node.op, ast.Mod):
            return [text.partition("%")[0] + HOLE for text in left]
        if not isinstance(node.op, ast.Div | ast.Add):
            return [HOLE]
        put = _joined if isinstance(node.op, ast.Div) else str.__add__
        return [put(one, other) for one in left for other in self.of(node.right, depth)]

    def _formatted(self, node: ast.JoinedStr, depth: int) -> list[str]:
        found = [""]
        for value in node.values:
            found = [before + text for before in found for text in self.of(value, depth)][: _MOST + 1]
        return found

    def _called(self, node: ast.Call, depth: int) -> list[str]:
        function, arguments = node.func, node.args
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        receiver = function.value if isinstance(function, ast.Attribute) else None
        if name in ("getcwd", "cwd"):
            return ["."]
        if name == "dirname" and arguments:
            return _up(self.of(arguments[0], depth), 1)
        if name in ("getenv", "get") and len(arguments) == 2:
            return [HOLE, *self.of(arguments[1], depth)]
        if name == "format" and receiver is not None:
            return [text.partition("{")[0] + HOLE for text in self.of(receiver, depth)]
        if name == "with_name" and receiver is not None:
            return self._put([*_up(self.of(receiver, depth), 1)], arguments, depth)
        if name == "joinpath" and receiver is not None:
            return self._put(self.of(receiver, depth), arguments, depth)
        if name in _SAME or (name == "join" and not isinstance(receiver, ast.Constant)):
            if arguments:
                return self._put(self.of(arguments[0], depth), arguments[1:], depth)
            return self.of(receiver, depth)
        return self._value(f"{name}()", depth) if receiver is None else [HOLE]

    def _put(self, found: list[str], parts: Sequence[ast.expr], depth: int) -> list[str]:
        for part in parts:
            found = [_joined(one, text) for one in found for text in self.of(part, depth)][: _MOST + 1]
        return found


def _joined(directory: str, rest: str) -> str:
    return rest if rest.startswith(("/", "@")) else f"{directory}/{rest}"


def _up(found: Sequence[str], levels: int) -> list[str]:
    return [HOLE if HOLE in one else one + "/.." * levels for one in found]


def runtime(found: str, at: str, working: str) -> str:
    """A place as a run-time path, for the file at `at` of a program that is started in `working`."""
    if found == "@" or found.startswith("@/"):
        path = at + found[1:]
    elif found.startswith("/"):
        path = found
    else:
        path = f"{working}/{found}"
    return normpath("/" + path).strip("/")
