"""What the analysers of all languages answer with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from unshipped.core.value import Value
from unshipped.discovery.layout import Layout, Located


class Ask(Value):
    """One thing that a source file asks for, as it stands there: a module, a package, a file."""

    what: str
    line: int
    names: tuple[str, ...] = ()
    """What is taken from it by name: each may be a module of its own."""
    kind: str = ""
    """What the language needs to tell one way of asking from another."""


class Asks(Value):
    """All that a source file asks for. Hangs on the bytes of the file alone, so it is kept by blob id."""

    asked: tuple[Ask, ...] = ()
    unknown: tuple[tuple[int, str], ...] = ()
    """Where the text does not tell what is asked for: line, and why. It may be anything."""


class Lead(Value):
    """One file that another one brings along."""

    at: str
    """Its run-time path."""
    found: Located
    line: int
    how: str
    """`import shared.clock`."""


class Lost(Value):
    """Something asked for that cannot be followed: what counts instead is every file below `below`."""

    line: int
    why: str
    below: str
    """A run-time directory."""


class Data(Value):
    """A directory whose files may be read: all of them that are no source count."""

    directory: str
    """A run-time directory."""
    line: int
    how: str


class Root(Value):
    """A further directory in which the whole program looks for modules."""

    directory: str


class Nowhere(Value):
    """Something asked for that is not among the files: a library, until a file of that name comes."""

    name: str


class Watch(Value):
    """A directory in which a file that comes or goes may change the answer, though not all of them count."""

    directory: str
    """A run-time directory: it, and what lies below it."""


class Setting(Value):
    """A file that says where names lead: whatever changes in it may change the answer."""

    at: str
    found: Located
    how: str


Step = Lead | Lost | Data | Root | Nowhere | Watch | Setting


class Language(Protocol):
    """Reads one language."""

    suffixes: tuple[str, ...]

    def is_setting(self, name: str) -> bool:
        """Whether a file of that name says where names lead: any that changes may change the answer."""

    def asks(self, path: str, source: bytes) -> Asks:
        """What a file asks for. Never raises: what does not parse is `unknown`."""
        ...

    def leads(self, at: str, asks: Asks, layout: Layout, roots: Sequence[str]) -> Iterator[Step]:
        """Where the file at a run-time path leads. `roots` are the directories in which the program looks
        for modules.
        """
        ...
