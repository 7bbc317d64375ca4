"""What a Python file asks for, read from its syntax tree."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence

from unshipped.discovery.languages.asks import Ask, Asks
from unshipped.discovery.languages.python.calls import Calls
from unshipped.discovery.languages.python.kinds import APP, DATA, TEXT
from unshipped.discovery.languages.python.names import assigned
from unshipped.discovery.languages.python.places import HOLE, Texts

_DATA = re.compile(r"^(?!\w+:)[\w@.~+ -]*(?:/[\w@.+ *?\[\]{}%-]*)+$|^[\w@. -]+\.[A-Za-z][A-Za-z0-9]{0,9}$")
_DOTTED = re.compile(r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?::[A-Za-z_][\w.]*)?$|^[A-Za-z_]\w*:[A-Za-z_]\w*$")
_PYTHON = re.compile(r"\bpython[0-9.]*\s")
_OPEN = re.compile(r"[\0*?\[{%]")
"""Where a text begins to stand for many: a wildcard, or something that is put in later."""
_NO_CHILDREN = {"ctx", "op", "ops", "name", "id", "attr", "arg", "kind", "type_comment"}
_LONGEST = 200
_DEEPEST = 3


def asks(source: bytes | str, depth: int = 0) -> Asks:
    """What a file asks for. Never raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = ast.parse(source)
    except SyntaxError as error:
        return Asks((), ((error.lineno or 0, f"it does not parse as Python: {error.msg}"),))
    except (ValueError, RecursionError, MemoryError) as error:
        return Asks((), ((0, f"it does not parse as Python: {str(error) or type(error).__name__}"),))
    return _Reader(parsed, depth).asks()


class _Reader:
    def __init__(self, parsed: ast.Module, depth: int) -> None:
        self._nodes = list(_running(parsed))
        self._asked: dict[Ask, None] = {}
        self._unknown: dict[tuple[int, str], None] = {}
        self._texts = Texts(assigned(self._nodes))
        self._calls = Calls(self._texts)
        self._read: set[int] = set()
        """What is a part of an expression that was read."""
        self._depth = depth

    def asks(self) -> Asks:
        """All of it, in the order of the text."""
        readers: Mapping[type[ast.AST], Callable[..., None]] = {
            ast.Import: self._import,
            ast.ImportFrom: self._from,
            ast.Constant: self._constant,
            ast.Call: self._call,
            ast.Assign: self._assignment,
            ast.AugAssign: self._assignment,
            ast.AnnAssign: self._assignment,
            ast.List: self._list,
            ast.Tuple: self._list,
            ast.JoinedStr: self._place,
            ast.BinOp: self._operation,
            ast.Attribute: self._name,
            ast.Name: self._name,
        }
        for node in self._nodes:
            if read := readers.get(node.__class__):
                read(node)
        return Asks(tuple(self._asked), tuple(self._unknown))

    def _ask(self, ask: Ask) -> None:
        self._asked[ask] = None

    def _take(self, found: Iterator[Ask | tuple[int, str]]) -> None:
        for one in found:
            if isinstance(one, Ask):
                self._ask(one)
            else:
                self._unknown[one] = None

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._ask(Ask(alias.name, node.lineno))
            self._calls.imported(alias.name, alias.asname)

    def _from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        self._ask(Ask(module, node.lineno, tuple(alias.name for alias in node.names)))
        for alias in node.names:
            self._calls.imported(f"{module}.{alias.name}", alias.asname or alias.name)

    def _call(self, node: ast.Call) -> None:
        self._take(self._calls.read(node))
        for text in self._calls.run_as_code(node):
            if self._depth < _DEEPEST:
                inner = asks(text, self._depth + 1)
                self._take(ask._replace(line=node.lineno) for ask in inner.asked)
                self._take((node.lineno, why) for _, why in inner.unknown)
        for place, listed in self._calls.places(node):
            self._place(place, listed=listed)

    def _assignment(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if self._calls.is_search_path(target) and node.value:
            self._take(self._calls.searched(node.value, node.lineno))
        elif isinstance(target, ast.Name) and target.id == "INSTALLED_APPS" and node.value:
            for text in self._texts.listed(node.value):
                self._app(text, node.lineno)
        elif isinstance(target, ast.Name) and target.id == "__path__":
            self._unknown[node.lineno, "a package changes where its modules are looked for"] = None

    def _list(self, node: ast.List | ast.Tuple) -> None:
        self._take(self._calls.command(node))

    def _name(self, node: ast.Attribute | ast.Name) -> None:
        self._take(self._calls.handed_on(node))

    def _operation(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Div | ast.Add):
            self._place(node)

    def _app(self, text: str, line: int) -> None:
        """An application of Django: which modules of it are loaded, its name does not say."""
        if HOLE in text:
            self._unknown[line, "INSTALLED_APPS is computed"] = None
        else:
            self._ask(Ask(text.partition(".apps.")[0], line, (), APP))

    def _place(self, node: ast.expr, *, listed: bool = False) -> None:
        """An expression that may name a file or a directory. Its parts by themselves are no matter."""
        if id(node) in self._read:
            return
        texts = self._texts.of(node)
        for text in texts:
            self._named(text, node.lineno, listed=listed)
        if any(text[:1] != HOLE for text in texts):
            self._is_read(node)

    def _is_read(self, node: ast.expr) -> None:
        waiting: list[ast.AST] = [node]
        while waiting:
            for part in ast.iter_child_nodes(waiting.pop()):
                if isinstance(part, ast.expr) and self._texts.of(part) != [HOLE]:
                    self._read.add(id(part))
                    waiting.append(part)

    def _constant(self, node: ast.Constant) -> None:
        text = node.value
        if not isinstance(text, str) or len(text) > _LONGEST or id(node) in self._read:
            return
        if _DATA.match(text):
            self._named(text, node.lineno)
        if _DOTTED.match(text):
            self._ask(Ask(text, node.lineno, (), TEXT))
        if _PYTHON.search(text):
            self._take(self._calls.words(text, node.lineno))

    def _named(self, text: str, line: int, *, listed: bool = False) -> None:
        """A place that a text names. One that is known in part stands for all that may begin so."""
        known = _OPEN.split(text, maxsplit=1)[0]
        if "://" in text or "\n" in text or len(text) > _LONGEST:
            return
        if known != text or listed:
            directory = known if known == text else known.rpartition("/")[0]
            if directory.strip("./"):
                self._ask(Ask(directory + "/", line, (), DATA))
        elif text not in ("", "@"):
            self._ask(Ask(text, line, (), DATA))


def _running(parsed: ast.Module) -> Iterator[ast.AST]:
    """Every node that can run: not what stands under `if TYPE_CHECKING:`, nor what only describes."""
    checks = "TYPE_CHECKING" if not _sets(parsed.body, "TYPE_CHECKING") else ""
    waiting: list[ast.AST] = [parsed]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and checks and _name(node.test) == checks:
            waiting.extend(reversed(node.orelse))
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            waiting.extend(reversed(_children(node)))


def _sets(body: Sequence[ast.stmt], name: str) -> bool:
    """Whether a module itself says what a name is."""
    return any(
        isinstance(node, ast.Assign) and any(_name(target) == name for target in node.targets)
        for node in body
    )


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
