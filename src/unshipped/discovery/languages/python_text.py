"""What a Python file asks for, read from its syntax tree."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from itertools import pairwise

from unshipped.discovery.languages.asks import Ask, Asks
from unshipped.discovery.languages.python_places import place

_DATA = re.compile(r"^(?!https?:)[\w@./ -]{1,200}\.[A-Za-z][A-Za-z0-9]{0,9}$")
_LOADERS = {"import_module", "__import__", "run_module", "run_path", "spec_from_file_location"}
_NO_CHILDREN = {"ctx", "op", "ops", "name", "id", "attr", "arg", "kind", "type_comment"}
_WALKERS = {"walk_packages", "iter_modules"}
PATH, DATA, RUN, BELOW, SCRIPT = "path", "data", "run", "below", "script"
"""Kinds of asking beside a plain import: a search directory, a file, a module by name, all below a package,
and a program that is started."""


def asks(source: bytes) -> Asks:
    """What a file asks for. Never raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = ast.parse(source)
    except SyntaxError as error:
        return Asks((), ((error.lineno or 0, f"it does not parse as Python: {error.msg}"),))
    except (ValueError, RecursionError, MemoryError) as error:
        return Asks((), ((0, f"it does not parse as Python: {str(error) or type(error).__name__}"),))
    return _Reader(parsed).asks()


class _Reader:
    def __init__(self, parsed: ast.Module) -> None:
        self._parsed = parsed
        self._asked: dict[Ask, None] = {}
        self._unknown: dict[tuple[int, str], None] = {}
        self._aliases: dict[str, str] = {name: name for name in (*_LOADERS, *_WALKERS)}
        self._assigned: dict[str, ast.expr] = {}

    def asks(self) -> Asks:
        for node in _running(self._parsed):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._ask(Ask(alias.name, node.lineno))
            elif isinstance(node, ast.ImportFrom):
                self._from(node)
            elif isinstance(node, ast.Call):
                self._call(node)
            elif isinstance(node, ast.Constant):
                self._constant(node)
            elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
                self._assigned.setdefault(node.target.id, node.iter)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self._assigned.setdefault(node.targets[0].id, node.value)
        return Asks(tuple(self._asked), tuple(self._unknown))

    def _ask(self, ask: Ask) -> None:
        self._asked[ask] = None

    def _from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        self._ask(Ask(module, node.lineno, tuple(alias.name for alias in node.names)))
        for alias in node.names:
            if alias.name in self._aliases and alias.asname:
                self._aliases[alias.asname] = alias.name

    def _call(self, node: ast.Call) -> None:
        name = _name(node.func)
        called = self._aliases.get(name, "")
        if called in ("import_module", "__import__", "run_module"):
            self._loaded(node, called)
        elif called in ("run_path", "spec_from_file_location"):
            self._file(node, called)
        elif called in _WALKERS:
            self._ask(Ask(".", node.lineno, (), BELOW))
        elif name in ("insert", "append", "extend") and _dotted(node.func).startswith("sys.path."):
            self._search(node)
        elif name in ("run", "Popen", "call", "check_call", "check_output"):
            self._started(node)

    def _loaded(self, node: ast.Call, called: str) -> None:
        """`import_module(NAME, package)`: NAME may be known in part."""
        given = [*node.args, *(k.value for k in node.keywords if k.arg in ("name", "mod_name"))][:1]
        text, whole = _text(given[0]) if given else ("", False)
        if whole:
            package, known = _text(node.args[1]) if len(node.args) > 1 else ("", False)
            what = package + text if text.startswith(".") and known else text
            self._ask(Ask(what, node.lineno, (), RUN if called == "run_module" else ""))
        elif given and (listed := self._listed(given[0])):
            for name in listed:
                self._ask(Ask(name, node.lineno, (), RUN if called == "run_module" else ""))
        elif "." in text.lstrip("."):
            self._ask(Ask(text.rpartition(".")[0], node.lineno, (), BELOW))
        else:
            self._unknown[node.lineno, f"{called}() of a name that is computed"] = None

    def _listed(self, node: ast.expr) -> list[str]:
        """The texts that a name runs through: `for name in ["a", "b"]`, or a list that was assigned."""
        for _hop in range(2):
            node = self._assigned.get(node.id, node) if isinstance(node, ast.Name) else node
        if not isinstance(node, ast.List | ast.Tuple | ast.Set):
            return []
        texts = [e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        return texts if len(texts) == len(node.elts) else []

    def _file(self, node: ast.Call, called: str) -> None:
        """`run_path(FILE)`, `spec_from_file_location(name, FILE)`."""
        at = 1 if called == "spec_from_file_location" else 0
        given = [*node.args[at:], *(k.value for k in node.keywords if k.arg in ("path_name", "location"))]
        found = place(given[0], self._assigned) if given else None
        if found is None:
            self._unknown[node.lineno, f"{called}() of a file that is computed"] = None
        else:
            self._ask(Ask(found, node.lineno, (), SCRIPT))

    def _search(self, node: ast.Call) -> None:
        given = node.args[-1] if node.args else None
        entries = given.elts if isinstance(given, ast.List | ast.Tuple) else [given] if given else []
        for entry in entries:
            found = place(entry, self._assigned)
            self._ask(Ask(found or "?", node.lineno, (), PATH))

    def _started(self, node: ast.Call) -> None:
        """`subprocess.run([sys.executable, "script.py"])`, `["python", "-m", "module"]`."""
        words = node.args[0].elts if node.args and isinstance(node.args[0], ast.List) else []
        texts = [_text(word)[0] for word in words]
        for before, text in pairwise(texts):
            if before == "-m" and re.fullmatch(r"[A-Za-z_][\w.]*", text):
                self._ask(Ask(text, node.lineno, (), RUN))

    def _constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and _DATA.match(node.value):
            self._ask(Ask(node.value, node.lineno, (), DATA))


def _running(parsed: ast.Module) -> Iterator[ast.AST]:
    """Every node that can run: not what stands under `if TYPE_CHECKING:`."""
    waiting: list[ast.AST] = [parsed]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
            waiting.extend(reversed(node.orelse))
        else:
            waiting.extend(reversed(_children(node)))


def _children(node: ast.AST) -> list[ast.AST]:
    """The nodes straight below one, less operators and contexts: `ast.iter_child_nodes`, in half the time."""
    found: list[ast.AST] = []
    for name in node._fields:
        if name in _NO_CHILDREN:
            continue
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += [one for one in value if isinstance(one, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id if isinstance(node, ast.Name) else "", *reversed(parts)])


def _text(node: ast.expr) -> tuple[str, bool]:
    """The beginning of a text that is known, and whether that is all of it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value, True
    if isinstance(node, ast.JoinedStr) and node.values:
        return _text(node.values[0])[0], False
    first = node
    while isinstance(first, ast.BinOp):
        first = first.left
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value, False
    return "", False
