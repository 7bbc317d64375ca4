"""What the analysers of all languages answer with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from unshipped.discovery.layout import Layout, Located


class Ask(NamedTuple):
    """One thing that a source file asks for, as it stands there: a module, a package, a file."""

    what: str
    line: int
    names: tuple[str, ...] = ()
    """What is taken from it by name: each may be a module of its own."""
    kind: str = ""
    """What the language needs to tell one way of asking from another."""


class Asks(NamedTuple):
    """All that a source file asks for. Hangs on the bytes of the file alone, so it is kept by blob id."""

    asked: tuple[Ask, ...] = ()
    unknown: tuple[tuple[int, str], ...] = ()
    """What asks for something that cannot be known from the text: line, and what it is."""


class Lead(NamedTuple):
    """One file that another one brings along."""

    at: str
    """Its run-time path."""
    found: Located
    line: int
    how: str
    """`import shared.clock`."""


class Lost(NamedTuple):
    """Something asked for that cannot be followed: what counts instead is every file below `below`."""

    line: int
    why: str
    below: str
    """A run-time directory."""


class Language(Protocol):
    """Reads one language."""

    suffixes: tuple[str, ...]

    def asks(self, path: str, source: bytes) -> Asks:
        """What a file asks for. Never raises: what does not parse is `unknown`."""
        ...

    def leads(self, at: str, asks: Asks, layout: Layout) -> Iterator[Lead | Lost]:
        """Where the file at a run-time path leads. What is no file of the layout (the standard library,
        an installed package) leads nowhere.
        """
        ...
