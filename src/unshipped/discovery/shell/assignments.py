"""`X=…`, `X+=…`, `X[k]=…`, `X=(…)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unshipped.discovery.shell.builtins import assign
from unshipped.discovery.shell.expand import fields, source, text
from unshipped.discovery.shell.notes import array
from unshipped.discovery.shell.words import is_known, unknown
from unshipped.discovery.shell.world import Value, World

if TYPE_CHECKING:
    from tree_sitter import Node

    from unshipped.discovery.shell.reader import Reader


def assigned(reader: Reader, node: Node, world: World, *, own: bool = False) -> None:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None:
        return
    adds = any(child.type == "+=" for child in node.children)
    if name.type == "subscript":
        _element(reader, name, text(reader, value, world) if value else "", world)
        return
    called = source(reader, name)
    if value is not None and value.type == "array":
        made: Value = _array(reader, value, world)
    else:
        made = text(reader, value, world) if value else ""
    held = world.variables.get(called)
    if adds and isinstance(made, tuple):
        if isinstance(held, tuple):
            made = (*held, *((str(len(held) + at), one) for at, (_key, one) in enumerate(made)))
        elif held is not None:
            mark = reader.notes.fresh(f"${called}")
            reader.notes.members[mark] = (*(reader.notes.elements(held) or (held,)), *(v for _k, v in made))
            made = mark
    elif adds and isinstance(made, str):
        made = (held if isinstance(held, str) else unknown(f"${called}", "environment")) + made
    assign(world, called, made, own=own)


def _element(reader: Reader, name: Node, value: str, world: World) -> None:
    called, index = name.child_by_field_name("name"), name.child_by_field_name("index")
    variable = source(reader, called) if called else ""
    key = text(reader, index, world) if index else ""
    held = world.variables.get(variable, ())
    if isinstance(held, tuple) and is_known(key):
        assign(world, variable, tuple({**dict(held), key: value}.items()))
    else:
        assign(world, variable, reader.notes.fresh(f"${variable}"))


def _array(reader: Reader, node: Node, world: World) -> Value:
    elements = [child for child in node.children if child.is_named and child.type != "comment"]
    if any(source(reader, one).startswith("[") for one in elements):
        pairs = []
        for one in elements:
            key, given, value = text(reader, one, world).partition("]=")
            if not given or not key.startswith("["):
                return reader.notes.fresh(source(reader, node))
            pairs.append((key[1:], value))
        return tuple(dict(pairs).items())
    return array(fields(reader, elements, world, reader.listed))
