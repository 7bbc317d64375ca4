"""What each kind of statement does to the worlds that it is run in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from unshipped.discovery.shell import conditions, flow
from unshipped.discovery.shell.assignments import assigned
from unshipped.discovery.shell.builtins import assign, computed
from unshipped.discovery.shell.expand import fields, source
from unshipped.discovery.shell.world import Function, World, distinct, split

if TYPE_CHECKING:
    from tree_sitter import Node

    from unshipped.discovery.shell.reader import Reader

_RUNS = re.compile(r"\$\(|`|[<>]\(|:?=[^=]*\}")
_PRINTS = re.compile(r"\{\s*(?:(?:echo|printf(?! -v)) [^\n;|&`(=]*(?:>&2)?[ \t]*[;\n]\s*)+\}")
Statement = Callable[["Reader", "Node", list[World]], list[World]]


def _command(reader: Reader, node: Node, worlds: list[World]) -> list[World]:
    if not reader.listens and _only_prints(reader, node, worlds):
        for world in worlds:
            world.truth = True
        return worlds
    return flow.few(reader, [_simple(reader, node, world) for world in worlds], flow.MOST_CASES)


def _only_prints(reader: Reader, node: Node, worlds: Sequence[World]) -> bool:
    """Whether a command prints, and runs nothing else to know what; so does a function that only prints."""
    name = node.child_by_field_name("name")
    if name is None or _RUNS.search(source(reader, node)):
        return False
    called = source(reader, name)
    return called == "echo" or all(
        called in world.functions and _PRINTS.fullmatch(reader.body(world.functions[called]))
        for world in worlds
    )


def _simple(reader: Reader, node: Node, world: World) -> list[World]:
    given = [child for child in node.children if child.type == "variable_assignment"]
    name = node.child_by_field_name("name")
    begin = name.start_byte if name else node.end_byte
    prefix = [one for one in given if one.start_byte < begin]
    before = {source(reader, n): None for one in prefix if (n := one.child_by_field_name("name"))}
    kept = {key: world.variables.get(key) for key in before}
    parts = list(name.children) if name else []
    parts += [one for one in node.children_by_field_name("argument") if one.is_named]
    words = fields(reader, parts, world)
    for one in node.children:
        if one.type.endswith("_redirect"):
            reader.apart(one, world)
    for one in prefix:
        assigned(reader, one, world)
    worlds = reader.run(words, world, node) if words else [world]
    for one_world in worlds if words else ():
        for key, value in kept.items():
            if value is None:
                one_world.variables.pop(key, None)
            else:
                one_world.variables[key] = value
    return worlds


def _assignment(reader: Reader, node: Node, worlds: list[World]) -> list[World]:
    for world in worlds:
        world.truth = True
        for one in [node] if node.type == "variable_assignment" else node.named_children:
            assigned(reader, one, world)
    return worlds


def _declaration(reader: Reader, node: Node, worlds: list[World]) -> list[World]:
    kind = node.children[0].type
    for world in worlds:
        flags = [source(reader, one) for one in node.children[1:] if one.type == "word"]
        own = kind in ("local", "declare", "typeset") and "-g" not in flags
        for one in node.named_children:
            name = one.child_by_field_name("name") if one.type == "variable_assignment" else one
            called = source(reader, name) if name else ""
            if one.type == "variable_assignment":
                assigned(reader, one, world, own=own)
            elif one.type == "variable_name":
                if own and called not in world.local:
                    assign(world, called, () if {"-a", "-A"} & set(flags) else "", own=own)
            elif one.type != "word":
                reader.unread(node, "a declaration")
            if kind == "export" or any("x" in flag for flag in flags):
                world.exported |= {called}
        if any("n" in flag for flag in flags):
            reader.unread(node, "a declaration")
        world.truth = True
    return worlds


def _unset(reader: Reader, node: Node, worlds: list[World]) -> list[World]:
    return [
        w for one in worlds for w in reader.run(["unset", *fields(reader, node.children[1:], one)], one, node)
    ]


def _list(reader: Reader, node: Node, worlds: list[World]) -> list[World]:
    """`a && b || c`: these nest to the left, however many there are."""
    parts: list[Node] = []
    signs: list[str] = []
    while node.type == "list" and len(node.children) == 3:
        left, sign, right = node.children
        parts.append(right)
        signs.append(sign.type)
        node = left
    first = [node] if node.type != "list" else node.children
    rest = list(zip(reversed(signs), reversed(parts), strict=True))
    return flow.few(reader, [_chain(reader, first, rest, world) for world in worlds])


def _chain(
    reader: Reader, first: Sequence[Node], rest: Sequence[tuple[str, Node]], world: World
) -> list[World]:
    printed = world.output
    found = reader.block(first, [world])
    for sign, part in rest:
        ended = [one for one in found if one.ended]
        yes, no = split([one for one in found if not one.ended])
        for one in no if sign == "||" else ():
            one.output = printed  # what failed has printed nothing
        taken, skipped = (yes, no) if sign == "&&" else (no, yes)
        found = flow.few(reader, [[*ended, *skipped, *reader.block([part], taken)]])
    return found


def _apart(reader: Reader, node: Node, worlds: list[World]) -> list[World]:
    """A subshell, and each part of a pipeline: what it changes is gone when it ends."""
    for world in worlds:
        inner = world.fork()
        inner.output = ""
        ended = inner
        for part in (
            [[child] for child in node.named_children] if node.type == "pipeline" else [node.children]
        ):
            ended = inner.fork()
            outs = reader.block(part, [ended])
            world.truth = outs[0].truth if len({one.truth for one in outs}) == 1 else None
        if node.type == "subshell":
            world.output += (
                outs[0].output if len({one.output for one in outs}) == 1 else reader.notes.fresh("$(…)")
            )
        else:
            world.output += reader.notes.fresh(source(reader, node))
    return worlds


def _compound(reader: Reader, node: Node, worlds: list[World]) -> list[World]:
    if node.children and node.children[0].type == "((":
        for world in worlds:
            computed(reader.notes, world, source(reader, node))
            reader.apart(node, world)
            world.truth = None
        return worlds
    return reader.block(node.children, worlds)


def _function(reader: Reader, node: Node, worlds: list[World]) -> list[World]:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    for world in worlds:
        if name and body:
            world.functions[source(reader, name)] = Function(body, reader.text)
        world.truth = True
    return worlds


def _redirected(reader: Reader, node: Node, worlds: list[World]) -> list[World]:
    body = node.child_by_field_name("body")
    redirects = node.children_by_field_name("redirect")
    outputs = [world.output for world in worlds]
    same = worlds
    worlds = reader.statement(body, worlds) if body else worlds
    written = [source(reader, one).lstrip() for one in redirects]
    if any(one.startswith((">", "1>", "&>")) for one in written):
        for world in worlds:
            world.output = outputs[0] if len(set(outputs)) == 1 else reader.notes.fresh("$(…)")
    for redirect in redirects:
        for world in worlds[:1]:
            reader.apart(redirect, world)
        if redirect.type == "heredoc_redirect":
            rest = [one for one in redirect.named_children if not one.type.startswith(("heredoc", "file"))]
            worlds = _after_heredoc(reader, rest, worlds)
    return worlds or same


def _after_heredoc(reader: Reader, rest: Sequence[Node], worlds: list[World]) -> list[World]:
    """What stands on the line that a here-document begins on."""
    for node in rest:
        skipped = [one.fork() for one in worlds]
        worlds = distinct([*skipped, *reader.block([node], worlds)])
    return worlds


def _negated(reader: Reader, node: Node, worlds: list[World]) -> list[World]:
    worlds = reader.block(node.children, worlds)
    for world in worlds:
        world.truth = None if world.truth is None else not world.truth
    return worlds


def _test(reader: Reader, node: Node, worlds: list[World]) -> list[World]:
    return [way for world in worlds for way in conditions.tested(reader, node, world)]


STATEMENTS: Mapping[str, Statement] = {
    **flow.STATEMENTS,
    "command": _command,
    "variable_assignment": _assignment,
    "variable_assignments": _assignment,
    "declaration_command": _declaration,
    "unset_command": _unset,
    "list": _list,
    "pipeline": _apart,
    "subshell": _apart,
    "compound_statement": _compound,
    "do_group": _compound,
    "function_definition": _function,
    "redirected_statement": _redirected,
    "negated_command": _negated,
    "test_command": _test,
}
