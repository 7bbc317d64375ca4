"""What `[ … ]` and `[[ … ]]` say, and what is known where they are true."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from unshipped.discovery.shell.expand import Shell, fields, source, text
from unshipped.discovery.shell.words import START, TOP, is_known, is_mark
from unshipped.discovery.shell.world import World

if TYPE_CHECKING:
    from tree_sitter import Node

_EQUAL = {"=": True, "==": True, "!=": False}
_WILD = "*?[\\(|"


def tested(shell: Shell, node: Node, world: World) -> list[World]:
    """The ways on from a `test_command`."""
    inner = [child for child in node.children if child.is_named]
    # In single brackets an empty value without quotes is no word at all: what is said then is another thing.
    loose = node.children[0].type == "["
    if len(inner) != 1 or (loose and not _is_whole(shell, inner[0], world)):
        shell.apart(node, world)
        return said(world, None)
    return _tested(shell, inner[0], world)


def _is_whole(shell: Shell, node: Node, world: World) -> bool:
    """Whether each value of a test is one word."""
    named = [child for child in node.named_children if child.type != "test_operator"]
    if any(child.type.endswith("_expression") for child in named):
        return all(_is_whole(shell, child, world) for child in named)
    return all(len(fields(shell, [child], world)) == 1 for child in named)


def _tested(shell: Shell, node: Node, world: World) -> list[World]:
    operator = node.child_by_field_name("operator")
    sign = source(shell, operator).strip() if operator else ""
    named = [child for child in node.named_children if child.type != "test_operator"]
    if node.type == "binary_expression" and sign in _EQUAL and len(named) == 2:
        left, right = (text(shell, one, world) for one in named)
        wild = named[1].type not in ("string", "raw_string") and any(one in right for one in _WILD)
        return _reversed(compared(world, left, right, wild=wild), reverse=not _EQUAL[sign])
    if node.type == "unary_expression" and sign in ("-z", "-n", "!") and len(named) == 1:
        if sign == "!":
            return _reversed(_tested(shell, named[0], world), reverse=True)
        return words(world, [sign, text(shell, named[0], world)])
    shell.apart(node, world)
    return said(world, None)


def words(world: World, given: Sequence[str]) -> list[World]:
    """The ways on from `test WORDS`."""
    if len(given) == 3 and given[1] in _EQUAL:
        return _reversed(compared(world, given[0], given[2], wild=False), reverse=not _EQUAL[given[1]])
    if len(given) == 2 and given[0] in ("-z", "-n") and is_known(given[1]):
        return said(world, bool(given[1]) == (given[0] == "-n"))
    return said(world, None)


def compared(world: World, left: str, right: str, *, wild: bool) -> list[World]:
    """The ways on from a comparison; where a value is not known, it is the other one if they are equal."""
    if is_known(left) and is_known(right):
        if wild and not any(one in right for one in "\\(|"):
            return said(world, fnmatchcase(left, right))
        return said(world, None if wild else left == right)
    if is_mark(left) and is_known(right) and not wild and left not in (TOP, START):
        equal = world.fork()
        equal.facts[left] = right
        return [*said(equal, True), *said(world, False)]
    return said(world, None)


def said(world: World, truth: bool | None) -> list[World]:
    """The world, in which a command has just said this."""
    world.truth = truth
    return [world]


def _reversed(worlds: list[World], *, reverse: bool) -> list[World]:
    if reverse:
        for world in worlds:
            world.truth = None if world.truth is None else not world.truth
    return worlds
