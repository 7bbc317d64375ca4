"""Read a shell text: which commands it runs, where, and what is known of their words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from unshipped.core.value import Value
from unshipped.discovery.shell import wrappers
from unshipped.discovery.shell.builtins import computed, tells
from unshipped.discovery.shell.expand import source
from unshipped.discovery.shell.fields import List
from unshipped.discovery.shell.grammar import tree
from unshipped.discovery.shell.notes import Notes
from unshipped.discovery.shell.statements import STATEMENTS
from unshipped.discovery.shell.words import START, TOP, is_known, shown, unknown
from unshipped.discovery.shell.world import Function, Text, World, distinct

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST = 60
_MOST_STEPS = 30_000
_PROGRAMS = ("/bin/", "/usr/bin/", "/usr/local/bin/")
_LISTS = (("ls",), ("ls", "-1"))
_SIGNS = frozenset("*?[{")
_GLUED = re.compile(rb"(?<=[\w/.:,%@+~}-])\$([A-Za-z_]\w*|[0-9])")
"""A variable behind something else: `$A/$B/c` is two words to the grammar, unless it has braces."""
_CONTROL = bytes(range(9))


class Command(Value):
    """One command as it may be run. What is not known of it stands in its words as a mark."""

    words: tuple[str, ...]
    line: int
    directory: str
    environment: Mapping[str, str]
    """The variables that the text has set by then."""
    file: str = ""
    """The file that it stands in, where the text had another one read."""

    def values(self, *names: str) -> list[str]:
        """The values of an option, in either way of writing it."""
        found: list[str] = []
        for at, word in enumerate(self.words):
            name, given, value = word.partition("=")
            if name in names:
                found += [value] if given else self.words[at + 1 : at + 2]
        return found

    def value(self, *names: str) -> str:
        """The first of them, or nothing."""
        return next(iter(self.values(*names)), "")


class SpentError(Exception):
    """A text has more ways than one can go."""


class Reader:
    """One reading, from the first line to the last."""

    def __init__(self, files: wrappers.Files, scripts: wrappers.Files, listed: List | None, top: str) -> None:
        self.files, self.scripts, self.listed, self.top = files, scripts, listed, top
        self.text = Text(b"")
        self.may_differ = False
        """Whether it matters with which variables a command runs."""
        self.notes = Notes()
        self.found: dict[tuple[object, ...], Command] = {}
        self._called: set[str] = set()
        self._depth, self._steps = 0, _MOST_STEPS
        self.listens = 0
        """How many substitutions want to know what is printed."""

    def deeper(self) -> bool:
        """Whether one may go a level deeper."""
        self._steps -= 1
        if self._steps < 0:
            raise SpentError
        self._depth += 1
        if self._depth <= _DEEPEST:
            return True
        self._depth -= 1
        return False

    def left(self) -> None:
        """One level is left."""
        self._depth -= 1

    def read(self, given: Text, worlds: list[World]) -> list[World]:
        """Run a whole text; its functions are run once more if nothing in it calls them."""
        before, clean = self.text, _GLUED.sub(rb"${\1}", given.source.translate(None, _CONTROL))
        self.text = Text(clean, given.line, given.name, given.file)
        root = tree(clean)
        if root is None:
            self.say("a text that cannot be parsed", given.line)
        else:
            if root.has_error:
                self.say("a text that does not parse", self.text.line + _error(root))
            worlds = self.block(root.children, worlds)
        self.text = before
        return worlds

    def uncalled(self, worlds: Sequence[World]) -> None:
        """Run the functions that nothing called, with arguments that are not known."""
        waiting = {name: one for world in worlds for name, one in world.functions.items()}
        for name, function in waiting.items():
            if name not in self._called and worlds:
                world = worlds[0].fork()
                world.arguments, world.more, world.ended = (), self.notes.fresh("$@"), ""
                self.call(name, function, world, None)

    def block(self, nodes: Sequence[Node], worlds: list[World]) -> list[World]:
        """Run statements one after the other."""
        for at, node in enumerate(nodes):
            if not node.is_named or node.type == "comment":
                continue
            ended = [one for one in worlds if one.ended]
            live = [one for one in worlds if not one.ended]
            if not live:
                break
            if at + 1 < len(nodes) and nodes[at + 1].type == "&":
                self.statement(node, [one.fork() for one in live])
                continue
            worlds = [*ended, *self.statement(node, live)]
        return worlds

    def statement(self, node: Node, worlds: list[World]) -> list[World]:
        """Run one statement in each world."""
        if not self.deeper():
            self.unread(node, "too deep to be followed")
            return worlds
        known = STATEMENTS.get(node.type)
        if known is None:
            self.unread(node, node.type)
            worlds = self.block(node.named_children, worlds) if node.type == "ERROR" else worlds
        else:
            worlds = known(self, node, worlds)
        self.left()
        return worlds

    def unread(self, node: Node, why: str) -> None:
        """Say that something was not understood: a command of which nothing is known."""
        self.say(f"{why}: {source(self, node)}", self.text.line + node.start_point.row)

    def say(self, why: str, line: int) -> None:
        """The same, of a line."""
        words = (unknown(why, "unread"),)
        self.found.setdefault((words, line), Command(words, line, "", {}, self.text.file))

    def captured(self, node: Node, world: World) -> str:
        """What the commands in a substitution print."""
        inner = world.fork()
        inner.output = ""
        body = [child for child in node.children if child.is_named]
        self.listens += 1
        outs = self.block(body, [inner])
        self.listens -= 1
        printed = [one.output.rstrip("\n") for one in outs]
        if any(child.type == "file_redirect" for child in body):
            printed = [self.notes.fresh(source(self, node))]
        told = printed and all(is_known(_placed(one)) for one in printed)
        world.truth = None
        if len(set(printed)) > 1 and not told:
            return self.notes.fresh(source(self, node))
        return self.notes.one_of(source(self, node), printed or [""])

    def apart(self, node: Node, world: World) -> None:
        """Run the substitutions in a node, and take in what its arithmetic changes."""
        computed(self.notes, world, source(self, node) if "((" in node.type or _is_math(node) else "")
        waiting = list(node.children)
        while waiting:
            one = waiting.pop()
            if one.type in ("command_substitution", "process_substitution"):
                self.captured(one, world)
            else:
                waiting += one.children

    def run(self, words: Sequence[str], world: World, node: Node | None) -> list[World]:
        """Run one command: a function, a builtin, what another program is told to run, or a program."""
        if not words:
            return [world]
        if not self.deeper():
            self.say(f"too deep to be followed: {words[0]}", self.line(node))
            return [world]
        name = words[0]
        for directory in _PROGRAMS if wrappers.is_wrapper(name) else ():
            name = name.removeprefix(directory)
        function, builtin, wrapper = (
            world.functions.get(name),
            tells(list(words)),
            wrappers.WRAPPERS.get(name),
        )
        if function and is_known(name):
            worlds = self.call(name, function, world, words[1:])
        elif builtin:
            worlds = builtin(self, world, words[1:])
        elif wrapper and (wrapped := wrapper(self, words, world, node)) is not None:
            worlds = wrapped
        else:
            worlds = self.program(words, world, node)
        self.left()
        return worlds

    def program(self, words: Sequence[str], world: World, node: Node | None) -> list[World]:
        """Run a program, and what it runs where it is a script that can be read."""
        self.tell(words, world, node)
        world.truth = None
        if self.listens:
            world.output += self._names(words) or self.notes.fresh(f"$({shown(' '.join(words))})")
        wrappers.follow(self, words, world)
        return [world]

    def _names(self, words: Sequence[str]) -> str:
        """What `ls DIRECTORY` prints, where that is known; empty where it is not."""
        place = words[-1].rstrip("/")
        is_plain = is_known(place) and not place.startswith("-") and not _SIGNS & {*place}
        if self.listed is None or tuple(words[:-1]) not in _LISTS or not is_plain:
            return ""
        names = (path.rpartition("/")[2] for path in self.listed(f"{place}/*") or ())
        return "\n".join(name for name in names if not name.startswith("."))

    def tell(self, words: Sequence[str], world: World, node: Node | None) -> None:
        """Tell whoever reads the text of a command, in each of the ways that it may be run."""
        line = self.line(node)
        for way in self.notes.ways([world.directory, *words], world):
            environment = self._environment(world)
            known = frozenset(environment.items()) if self.may_differ else ()
            key = (way, line, self.text.file, known)
            if key not in self.found:
                self._steps -= 5
                self.found[key] = Command(way[1:], line, way[0], environment, self.text.file)

    def body(self, function: Function) -> str:
        """The text of a function."""
        whole, node = function.text.source, function.body
        return whole[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _environment(self, world: World) -> dict[str, str]:
        told = self.notes.defaults
        return {name: told.get(one, one) for name, one in world.variables.items() if isinstance(one, str)}

    def call(self, name: str, function: Function, world: World, words: Sequence[str] | None) -> list[World]:
        """Run a function. Without words, its arguments are not known."""
        self._called.add(name)
        text_before, self.text = self.text, function.text
        kept = (world.arguments, world.more, world.skipped, world.local, world.in_function)
        world.local, world.in_function = {}, True
        if words is not None:
            world.arguments, world.more, world.skipped = tuple(words), "", 0
        worlds = self.statement(function.body, [world])
        self.text = text_before
        for one in worlds:
            for variable, value in one.local.items():
                if value is None:
                    one.variables.pop(variable, None)
                else:
                    one.variables[variable] = value
            one.arguments, one.more, one.skipped, one.local, one.in_function = kept
            one.local = dict(one.local)
            one.ended = "" if one.ended == "return" else one.ended
        return distinct(worlds)

    def line(self, node: Node | None) -> int:
        """The line that a node begins on."""
        return self.text.line + (node.start_point.row if node else 0)


def _error(root: Node) -> int:
    """How far below the first line something does not parse."""
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if one.is_error or one.is_missing:
            return int(one.start_point.row)
        waiting += [child for child in reversed(one.children) if child.has_error]
    return 0


def _is_math(node: Node) -> bool:
    return node.type.startswith(("arithmetic", "postfix", "unary", "binary", "variable_assignment"))


def _placed(value: str) -> str:
    return value.replace(TOP, "").replace(START, "")
