"""What a shell knows at one point of its text: one of the ways in which it may have come there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from unshipped.discovery.shell.words import START

if TYPE_CHECKING:
    from tree_sitter import Node

Array = tuple[tuple[str, str], ...]
"""The keys and values of an array."""
Value = str | Array


@dataclass(frozen=True)
class Function:
    """A function and where its text stands."""

    body: Node
    text: Text


@dataclass(frozen=True)
class Text:
    """One text that is read, and the line that it begins on."""

    source: bytes
    line: int = 1
    name: str = ""
    """What `$0` is when it is run by itself."""
    file: str = ""
    """Which file it is, where another text had it read."""


@dataclass
class World:
    """Variables, functions, arguments, directory; and what the last command said and printed."""

    variables: dict[str, Value] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()
    functions: dict[str, Function] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    """What is known of marks, because a branch is taken for this value only."""
    name: str = ""
    arguments: tuple[str, ...] = ()
    more: str = "arguments"
    """Names the arguments that follow and are not known; empty where there are none."""
    skipped: int = 0
    """How many of these were shifted away."""
    directory: str = START
    stack: tuple[str, ...] = ()
    local: dict[str, Value | None] = field(default_factory=dict)
    """What the variables were before a function made them its own."""
    in_function: bool = False
    output: str = ""
    truth: bool | None = True
    """Whether the last command succeeded; None where that is not known."""
    ended: str = ""
    """`break`, `continue`, `return` or `exit`: what follows is left out until the end of which this is."""

    def fork(self) -> World:
        """The same, to go another way from here."""
        return replace(
            self,
            variables=dict(self.variables),
            functions=dict(self.functions),
            facts=dict(self.facts),
            local=dict(self.local),
        )

    def key(self) -> tuple[object, ...]:
        """What two worlds have in common that are the same."""
        return (
            *(frozenset(one.items()) for one in (self.variables, self.facts, self.local)),
            frozenset((name, one.text.file, one.body.start_byte) for name, one in self.functions.items()),
            (self.exported, self.name, self.arguments, self.more, self.skipped, self.directory, self.stack),
            (self.in_function, self.output, self.truth, self.ended),
        )


def distinct(worlds: Sequence[World]) -> list[World]:
    """Without those that are the same."""
    return list({one.key(): one for one in worlds}.values())


def split(worlds: Sequence[World]) -> tuple[list[World], list[World]]:
    """Those in which the last command may have succeeded, and those in which it may have failed."""
    yes = [one if one.truth else one.fork() for one in worlds if one.truth is not False]
    no = [one for one in worlds if not one.truth]
    return yes, no
