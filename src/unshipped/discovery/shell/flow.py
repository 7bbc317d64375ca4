"""Branches and loops: every way that a text may go, as far as there are not too many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Protocol

from unshipped.discovery.shell.builtins import assign
from unshipped.discovery.shell.expand import Shell, fields, source, text
from unshipped.discovery.shell.fields import List
from unshipped.discovery.shell.words import is_fresh, is_known, is_mark, unknown
from unshipped.discovery.shell.world import World, distinct, split

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_BRANCHES = 4
"""How many ways are told apart behind an `if`; a `case` may make more of them, for it names what it means."""
MOST_CASES = 64
_MOST_ELEMENTS = 200
_ROUNDS = 4


class Runner(Shell, Protocol):
    """What statements need of the shell that they are read in."""

    listed: List | None

    def block(self, nodes: Sequence[Node], worlds: list[World]) -> list[World]:
        """Run statements one after the other."""

    def unread(self, node: Node, why: str) -> None:
        """Say that something was not understood."""


Statement = Callable[[Runner, "Node", list[World]], list[World]]


def few(shell: Shell, ways: Sequence[list[World]], most: int = _MOST_BRANCHES) -> list[World]:
    """The ways on, where these are not too many; else one for each way that led here."""
    worlds = [world for one in ways for world in one]
    if len(worlds) <= len(ways):
        return worlds
    worlds = distinct(worlds)
    gone = [world for world in worlds if world.ended == "exit"]
    left = [world for world in worlds if world.ended != "exit"]
    if len(left) > max(most, len(ways)):
        left = [merged for one in ways for merged in _by_end(shell, one) if merged.ended != "exit"]
    if len(left) > MOST_CASES:
        left = _by_end(shell, left)
    return [*_by_end(shell, gone), *left]


def _by_end(shell: Shell, worlds: Sequence[World]) -> list[World]:
    """One world in place of several that ended in the same way."""
    ends = dict.fromkeys(world.ended for world in worlds)
    return [shell.notes.merged([world for world in worlds if world.ended == end]) for end in ends]


def branch(shell: Runner, node: Node, worlds: list[World]) -> list[World]:
    """`if`, with every `elif` and `else`."""
    conditions, bodies = _arms(node)
    ways: list[list[World]] = []
    for world in worlds:
        told = shell.block(conditions[0], [world])
        # A function that is asked may itself have found one way for each service.
        ways += [[one] for one in told] if len(told) > 2 else [told]
    return few(shell, [_branch(shell, conditions, bodies, told) for told in ways])


def _branch(
    shell: Runner, conditions: Sequence[list[Node]], bodies: Sequence[list[Node]], told: list[World]
) -> list[World]:
    """The ways on from the worlds in which the first condition was looked at."""
    found: list[World] = []
    for at, body in enumerate(bodies):
        if at and conditions[at]:
            told = shell.block(conditions[at], told)
        found += [one for one in told if one.ended]
        left = [one for one in told if not one.ended]
        yes, told = split(left) if conditions[at] else (left, [])
        found += shell.block(body, yes)
    for one in told:
        one.truth = True
    return found + told


def _arms(node: Node) -> tuple[list[list[Node]], list[list[Node]]]:
    """The conditions and bodies; that of `else` has no condition."""
    conditions: list[list[Node]] = [[]]
    bodies: list[list[Node]] = [[]]
    filled = conditions
    for child in node.children:
        if child.type == "elif_clause":
            more = _arms(child)
            conditions += more[0]
            bodies += more[1]
        elif child.type == "else_clause":
            conditions.append([])
            bodies.append(child.children[1:])
        elif child.type == "then":
            filled = bodies
        elif child.type not in ("if", "elif", "fi"):
            filled[0].append(child)
    return conditions, bodies


def case(shell: Runner, node: Node, worlds: list[World]) -> list[World]:
    """`case`: the arm of a known value; where it is not known, each arm for the values that it names."""
    items = [child for child in node.named_children if child.type == "case_item"]
    if len(worlds) * len(items) > MOST_CASES:
        worlds = [shell.notes.merged(worlds)]
    value = node.child_by_field_name("value")
    if value is None:
        return worlds
    return few(shell, [_case(shell, items, text(shell, value, one), one) for one in worlds], MOST_CASES)


def _case(shell: Runner, items: Sequence[Node], subject: str, world: World) -> list[World]:
    found: list[World] = []
    for item in items:
        patterns = [(one, text(shell, one, world)) for one in item.children_by_field_name("value")]
        body = _body_of(item)
        if item.child_by_field_name("fallthrough"):
            shell.unread(item, "an arm of case that falls through")
        sure, ways = _met(subject, patterns, world)
        found += shell.block(body, ways)
        if sure:
            return found
    world.truth = True
    return [*found, world]


def _body_of(item: Node) -> list[Node]:
    at = next((at for at, child in enumerate(item.children) if child.type == ")"), len(item.children))
    return item.children[at + 1 :]


def _met(subject: str, patterns: Sequence[tuple[Node, str]], world: World) -> tuple[bool, list[World]]:
    """Whether an arm is taken for sure, and the worlds in which it is."""
    ways: list[World] = []
    for node, pattern in patterns:
        quoted = node.type in ("string", "raw_string")
        wild = not quoted and any(one in pattern for one in "*?[\\(")
        if pattern == "*" and not quoted:
            return True, [world]
        if is_known(subject) and is_known(pattern):
            if subject == pattern or (wild and ("(" in pattern or fnmatchcase(subject, pattern))):
                return "(" not in pattern, [world if "(" not in pattern else world.fork()]
        else:
            way = world.fork()
            if is_mark(subject) and is_known(pattern) and not wild:
                way.facts[subject] = pattern
            ways.append(way)
    return False, ways


def each(shell: Runner, node: Node, worlds: list[World]) -> list[World]:
    """`for NAME in WORDS`, and `select`."""
    name, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
    if name is None or body is None:
        shell.unread(node, "a loop")
        return worlds
    variable, values = source(shell, name), node.children_by_field_name("value")
    told = any(child.type == "in" for child in node.children)
    ways: list[list[World]] = []
    for world in worlds:
        words = fields(shell, values, world, shell.listed or _unlisted) if told else _arguments(world)
        ways.append(_loop(shell, variable, words, body, world))
    return few(shell, ways)


def _unlisted(_pattern: str) -> None:
    return None


def _arguments(world: World) -> list[str]:
    return [*world.arguments, *([unknown("$@", world.more)] if world.more else [])]


def _loop(shell: Runner, variable: str, words: Sequence[str], body: Node, world: World) -> list[World]:
    world.truth = True
    worlds, done = [world], list[World]()
    for at, word in enumerate(words):
        members = shell.notes.members.get(word)
        if at >= _MOST_ELEMENTS or (members is None and is_mark(word)):
            worlds = _again(shell, body.children, worlds, variable)
            continue
        for element in members or (word,):
            missed = [one.fork() for one in worlds] if members else []
            for one in worlds:
                assign(one, variable, element)
            done, worlds = _left(done, shell.block(body.children, worlds))
            worlds = few(shell, [[*missed, *worlds]])
    return [*done, *worlds]


def _left(done: list[World], worlds: Sequence[World]) -> tuple[list[World], list[World]]:
    """Those that have left a loop, beside those that had, and those that go on in it."""
    on: list[World] = []
    for world in worlds:
        if world.ended in ("", "continue"):
            world.ended = ""
            on.append(world)
        else:
            world.ended = "" if world.ended == "break" else world.ended
            done.append(world)
    return done, on


def _again(shell: Runner, body: Sequence[Node], worlds: list[World], variable: str = "") -> list[World]:
    """Statements that are run any number of times: what they change is not known from the second time on."""
    never, out = [one.fork() for one in worlds], list[World]()
    for one in never:
        one.truth = True
    for world in worlds:
        begin = world.fork()
        for _round in range(_ROUNDS):
            now = begin.fork()
            if variable:
                assign(now, variable, shell.notes.fresh(f"${variable}"))
            done, on = _left([], shell.block(body, [now]))
            out += done
            if not on:
                break
            widened = _widened(shell, begin, [begin, *on])
            out.append(shell.notes.merged(on))
            if widened is None:
                break
            begin = widened
        else:
            shell.unread(body[0], "a loop that changes more each time")
    return few(shell, [distinct([*never, *_by_end(shell, out)])])


def _widened(shell: Runner, begin: World, worlds: Sequence[World]) -> World | None:
    """What a loop begins its next round with; None where that is as before."""
    merged = shell.notes.merged(worlds)
    merged.truth, merged.output = begin.truth, begin.output
    for name, before in begin.variables.items():
        if isinstance(before, str) and is_fresh(before):
            # It was not known, and it is not.
            shell.notes.joined(before, merged.variables[name])
            merged.variables[name] = before
    if is_fresh(begin.directory):
        merged.directory = begin.directory
    if is_fresh(begin.more):
        merged.arguments, merged.more, merged.skipped = (), begin.more, begin.skipped
    return None if merged.key() == begin.key() else merged


def repeat(shell: Runner, node: Node, worlds: list[World]) -> list[World]:
    """`while`, `until` and `for ((…))`."""
    body = node.child_by_field_name("body")
    if body is None:
        shell.unread(node, "a loop")
        return worlds
    conditions = [child for child in node.children_by_field_name("condition") if child.is_named]
    if node.type == "c_style_for_statement":
        for child in node.named_children:
            for world in worlds if child.id != body.id else ():
                shell.apart(child, world)
        conditions = []
    worlds = shell.block(conditions, worlds)
    return few(shell, [_again(shell, [*body.children, *conditions], [one]) for one in worlds])


STATEMENTS: Mapping[str, Statement] = {
    "if_statement": branch,
    "case_statement": case,
    "for_statement": each,
    "while_statement": repeat,
    "c_style_for_statement": repeat,
}
