"""Names of a JavaScript file that stand for one text or a few, and those that stand for `require`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from unshipped.discovery.languages.javascript.places import called, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

QUERY = """
(variable_declarator name: (identifier) value: (_)) @declared
(assignment_expression left: (identifier)) @assigned
(for_in_statement left: (identifier)) @loop
(augmented_assignment_expression left: (identifier) @other)
[(formal_parameters) (object_pattern) (array_pattern) (import_clause)] @other
(arrow_function parameter: (identifier) @other)
(catch_clause parameter: (identifier) @other)
"""
"""Whatever binds a name. What is `other` binds it to something that is not looked at."""
_WORD = re.compile(r"[A-Za-z_$][\w$]*")

Bound = Mapping[str, Sequence["Node | None"]]


def bound(captures: Mapping[str, Sequence[Node]]) -> Bound:
    """What each name may be bound to; None for what cannot be told."""
    found: dict[str, list[Node | None]] = {}
    for node in captures.get("declared", ()):
        _add(found, node.child_by_field_name("name"), [node.child_by_field_name("value")])
    for node in captures.get("assigned", ()):
        _add(found, node.child_by_field_name("left"), [node.child_by_field_name("right")])
    for node in captures.get("loop", ()):
        _add(found, node.child_by_field_name("left"), _elements(node))
    for word in words(captures.get("other", ())):
        if word in found:
            found[word] = [None]
    return found


def words(nodes: Iterable[Node]) -> set[str]:
    """Every word that stands in some nodes."""
    return {word for node in nodes for word in _WORD.findall(text_of(node))}


def _add(found: dict[str, list[Node | None]], name: Node | None, values: list[Node | None]) -> None:
    if name is not None:
        found.setdefault(text_of(name), []).extend(values)


def _elements(loop: Node) -> list[Node | None]:
    """What `for (const name of ["a", "b"])` runs through."""
    operator, right = loop.child_by_field_name("operator"), loop.child_by_field_name("right")
    if operator is None or operator.type != "of" or right is None or right.type != "array":
        return [None]
    return list(right.named_children)


def requires(names: Bound) -> frozenset[str]:
    """The names that `require` goes by: its own, and what `createRequire` made."""
    return frozenset({"require", *(name for name, values in names.items() if any(map(_is_require, values)))})


def _is_require(node: Node | None) -> bool:
    if node is None:
        return False
    if node.type == "call_expression":
        return called(node) == "createRequire"
    return node.type == "identifier" and text_of(node) == "require"
