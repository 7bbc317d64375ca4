"""Texts that JavaScript makes by an expression: `path.join(__dirname, "../views")`, `"./pages/" + name`.

A text that begins with `HERE` is a path taken from the file itself, so that `HERE/..` is its directory;
one that begins with `WORKING` is taken from where the program is started; any other stands as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from posixpath import normpath
from typing import TYPE_CHECKING

from unshipped.core.value import Value

if TYPE_CHECKING:
    from tree_sitter import Node

HERE, WORKING = "<file>", "<cwd>"
_DEEPEST, _MOST, _SHORT = 24, 32, 400
_SAME = {
    *("fileURLToPath", "pathToFileURL", "normalize", "realpathSync", "String", "toString", "fileUrl", "trim"),
    *("toFileUrl", "fromFileUrl", "toNamespacedPath"),
}
_SAME_MEMBERS = {"href", "pathname"}
_WRAPPED = {
    *("parenthesized_expression", "await_expression", "as_expression", "satisfies_expression"),
    *("non_null_expression", "spread_element"),
}
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\r\n])")


class Text(Value):
    """What is known of a text: its beginning, and whether that is all of it."""

    known: str
    whole: bool = True

    @property
    def placed(self) -> bool:
        """Whether it is a path from a place that is known."""
        return self.known.startswith((HERE, WORKING))


_UNKNOWN = Text("", whole=False)


class Evaluation:
    """The texts of expressions in one file. `bound` has, for each name that is bound by declarations alone,
    what it may be bound to.
    """

    def __init__(self, bound: Mapping[str, Sequence[Node | None]]) -> None:
        self._bound = bound
        self._names: dict[str, list[Text]] = {}

    def texts(self, node: Node | None, depth: int = 0) -> list[Text]:
        """Everything that an expression may come to."""
        if node is None or depth > _DEEPEST:
            return [_UNKNOWN]
        depth += 1
        kind = node.type
        if kind == "string":
            return [string(node)]
        if kind == "template_string":
            return _concatenated([self._piece(child, depth) for child in node.named_children])
        if kind in ("identifier", "shorthand_property_identifier"):
            return self._name(text_of(node), depth)
        if kind == "member_expression":
            return self._member(node, depth)
        if kind in _WRAPPED:
            return self.texts(next(iter(node.named_children), None), depth)
        if kind == "binary_expression":
            return self._operated(node, depth)
        if kind == "ternary_expression":
            parts = [node.child_by_field_name("consequence"), node.child_by_field_name("alternative")]
            return _few(text for part in parts for text in self.texts(part, depth))
        if kind == "array":
            return _few(text for part in node.named_children for text in self.texts(part, depth))
        return self._called(node, depth) if kind in ("call_expression", "new_expression") else [_UNKNOWN]

    def _piece(self, node: Node, depth: int) -> list[Text]:
        if node.type == "template_substitution":
            return self.texts(next(iter(node.named_children), None), depth)
        return [_plain(text_of(node))]

    def _name(self, name: str, depth: int) -> list[Text]:
        if name not in self._bound:
            return [Text(_OWN[name])] if name in _OWN else [_UNKNOWN]
        if name not in self._names:
            self._names[name] = [_UNKNOWN]  # what a name that stands for itself comes to
            values = self._bound[name]
            self._names[name] = _few(text for value in values for text in self.texts(value, depth))
        return self._names[name]

    def _member(self, node: Node, depth: int) -> list[Text]:
        owner, name = node.child_by_field_name("object"), member(node)
        if owner is not None and owner.type == "meta_property":
            return [Text(_META[name])] if name in _META else [_UNKNOWN]
        return self.texts(owner, depth) if name in _SAME_MEMBERS else [_UNKNOWN]

    def _operated(self, node: Node, depth: int) -> list[Text]:
        sides = [self.texts(node.child_by_field_name(side), depth) for side in ("left", "right")]
        operator = node.child_by_field_name("operator")
        if operator is None or operator.type == "+":
            return _concatenated(sides)
        return _few([*sides[0], *sides[1]]) if operator.type in ("||", "??", "&&") else [_UNKNOWN]

    def _called(self, node: Node, depth: int) -> list[Text]:
        name, given = called(node), arguments(node)
        if name == "cwd" and not given:
            return [Text(WORKING)]
        if name == "resolve" and owner(node) in _RESOLVES_MODULES:
            return self.texts(given[0] if given else None, depth)
        if name in ("join", "resolve"):
            parts = [self.texts(part, depth) for part in given]
            return _few(_joined(one, absolute=name == "resolve") for one in _products(parts))
        if name == "dirname" and given:
            return [Text(f"{one.known}/..") if one.whole else _UNKNOWN for one in self.texts(given[0], depth)]
        if name == "URL" and len(given) > 1:
            pairs = _products([self.texts(part, depth) for part in given[:2]])
            return _few(_joined((Text(f"{base.known}/.."), to), absolute=False) for to, base in pairs)
        if name in _SAME:
            function = node.child_by_field_name("function")
            inner = given[0] if given else function and function.child_by_field_name("object")
            return self.texts(inner, depth)
        return [_UNKNOWN]


_RESOLVES_MODULES = {"require", "import.meta", "Promise"}
_OWN = {"__filename": HERE, "__dirname": f"{HERE}/.."}
_META = {"url": HERE, "filename": HERE, "dirname": f"{HERE}/.."}


def string(node: Node) -> Text:
    """A text as it stands between quotes."""
    return _plain(text_of(node)[1:-1])


def _plain(raw: str) -> Text:
    if "\\" not in raw:
        return Text(raw)
    bare = _ESCAPE.sub(r"\1", raw)
    return Text(bare) if "\\" not in bare else Text(bare.partition("\\")[0], whole=False)


def text_of(node: Node) -> str:
    """The source of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def called(node: Node) -> str:
    """The last name of what is called: `join` of `path.join(…)`."""
    function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
    if function is None:
        return ""
    if function.type == "member_expression":
        return member(function)
    return text_of(function) if function.type in ("identifier", "import") else ""


def owner(node: Node) -> str:
    """What stands before the dot of a call, where it is short: `require` of `require.resolve(…)`."""
    function = node.child_by_field_name("function")
    found = function.child_by_field_name("object") if function is not None else None
    if found is None:
        return ""
    return text_of(found) if found.end_byte - found.start_byte < _SHORT else "?"


def member(node: Node) -> str:
    """The name behind the dot."""
    name = node.child_by_field_name("property")
    return text_of(name) if name is not None else ""


def arguments(node: Node) -> list[Node]:
    """What a call is given."""
    given = node.child_by_field_name("arguments")
    if given is None or given.type != "arguments":
        return []
    return [one for one in given.named_children if one.type != "comment"]


def _concatenated(parts: Sequence[list[Text]]) -> list[Text]:
    return _few(_run_together(one) for one in _products(parts))


def _run_together(parts: Iterable[Text]) -> Text:
    known = ""
    for part in parts:
        known += part.known
        if not part.whole:
            return Text(known, whole=False)
    return Text(known)


def _joined(parts: Sequence[Text], *, absolute: bool) -> Text:
    """`path.join` and `path.resolve`."""
    path = ""
    for part in parts:
        if not path or part.placed or (absolute and part.known.startswith("/")):
            path = part.known
        else:
            path = f"{path}/{part.known.lstrip('/')}"
        if not part.whole:
            return Text(_from_working(path) if absolute and path else path, whole=False)
    return Text(_from_working(path) if absolute else path)


def _from_working(path: str) -> str:
    return path if path.startswith((HERE, WORKING, "/")) else f"{WORKING}/{path}"


def _products(parts: Sequence[list[Text]]) -> list[tuple[Text, ...]]:
    size = 1
    for part in parts:
        size *= len(part)
    return list(product(*parts)) if size <= _MOST else [(_UNKNOWN,) * max(len(parts), 1)]


def _few(texts: Iterable[Text]) -> list[Text]:
    found = list(dict.fromkeys(texts))
    return found if 0 < len(found) <= _MOST else [_UNKNOWN]


def runtime(found: str, at: str, working: str) -> str:
    """A place as a run-time path, for the file at `at` of a program that is started in `working`."""
    if found.startswith(HERE):
        path = at + found[len(HERE) :]
    elif found.startswith(WORKING):
        path = f"{working}/{found[len(WORKING) :]}"
    else:
        path = found
    return normpath(f"/{path}").strip("/")
