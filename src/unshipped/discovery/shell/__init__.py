"""Shell text, read without being run: the commands that it may run, and what is known of their words.

Every way through a text is gone, as far as there are not too many of them. What cannot be known stands in the
words as a mark; what is not understood is a command of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unshipped.core.value import Value
from unshipped.discovery.shell.fields import List
from unshipped.discovery.shell.reader import Command, Reader, SpentError
from unshipped.discovery.shell.words import START, TOP, is_known, place, shown, unknown
from unshipped.discovery.shell.world import Text, World
from unshipped.discovery.shell.wrappers import SHELLS, Files

__all__ = [
    "SHELLS",
    "START",
    "TOP",
    "Command",
    "Setting",
    "commands",
    "is_known",
    "place",
    "run",
    "shown",
    "unknown",
]


def _nothing(_path: str) -> None:
    return None


class Setting(Value):
    """Where a text is run, and what it is given."""

    line: int = 1
    """The line that it begins on."""
    name: str = ""
    """What `$0` is."""
    directory: str = START
    arguments: tuple[str, ...] | None = None
    """None where they are not known."""
    variables: Mapping[str, str] = {}
    may_differ: bool = False
    """Whether arguments and variables are only what holds where nobody says otherwise: then every way that
    they may lead is gone.
    """
    top: str = ""
    """What `git rev-parse --show-toplevel` says, where that is known."""
    sourced: Files = _nothing
    """The text of a file that is read with `.`, by its place."""
    scripts: Files = _nothing
    """The text of a script that is to be read as well where it is started."""
    listed: List | None = None
    """The paths that match a pattern, where these are known."""


def commands(text: str, setting: Setting) -> list[Command]:
    """The commands that a text may run, in the order in which they are met. Never raises."""
    reader, world = _begun(setting)
    given = Text(text.encode("utf-8", "replace"), setting.line, setting.name)
    try:
        reader.uncalled(reader.read(given, [world]))
    except SpentError:
        reader.say("more ways than can be followed", setting.line)
    return list(reader.found.values())


def run(words: Sequence[str], setting: Setting) -> list[Command]:
    """The same for the words of one command."""
    reader, world = _begun(setting)
    try:
        reader.run(words, world, None)
    except SpentError:
        reader.say("more ways than can be followed", setting.line)
    return list(reader.found.values())


def _begun(setting: Setting) -> tuple[Reader, World]:
    reader = Reader(setting.sourced, setting.scripts, setting.listed, setting.top)
    reader.text = Text(b"", setting.line, setting.name)
    reader.may_differ = setting.may_differ

    def given(name: str, value: str) -> str:
        mark = unknown(f"${name}", "environment")
        return reader.notes.default(mark, f"${name}", value) if setting.may_differ else value

    world = World(
        variables={name: given(name, value) for name, value in setting.variables.items()},
        exported=frozenset(setting.variables),
        name=setting.name,
        directory=setting.directory,
    )
    if setting.arguments is not None:
        world.arguments = tuple(given(str(at), one) for at, one in enumerate(setting.arguments, start=1))
        world.more = ""
    return reader, world
