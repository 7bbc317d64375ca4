"""What a command declares of its arguments, and what comes of them.

The words are those of `argparse`, which prints the help and reads whatever is not plain (`cli/parser.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from unshipped.core.value import Value

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any


class Options(SimpleNamespace):
    """What was given, or is so where nothing is given, by the name of each argument."""


class OptionError(Exception):
    """The text of an argument is none that it can have. The message says what it could be."""


class Argument(Value):
    """One argument of a command: an option where its names begin with a dash, a place otherwise."""

    names: tuple[str, ...]
    settings: Mapping[str, Any]
    group: Group

    @property
    def is_option(self) -> bool:
        return self.names[0].startswith("-")

    @property
    def dest(self) -> str:
        """What its value is called: as it says itself, or its first long name."""
        long = next((name for name in self.names if name.startswith("--")), self.names[0])
        dest: str = self.settings.get("dest") or long.lstrip("-").replace("-", "_")
        return dest


class Group:
    """Arguments under one title in the help."""

    def __init__(self, title: str, declared: list[Argument]) -> None:
        self.title = title
        self._declared = declared

    def add_argument(self, *names: str, **settings: Any) -> None:
        """As argparse has it: `action`, `choices`, `const`, `default`, `dest`, `help`, `metavar`, `nargs`,
        `required`, and `type`, which raises `OptionError`.
        """
        self._declared.append(Argument(names, settings, self))


class Grammar(Group):
    """The arguments of one command, in the order in which they are declared."""

    def __init__(self, command: str, about: str, epilog: str = "") -> None:
        self.arguments: list[Argument] = []
        super().__init__("", self.arguments)
        self.command = command
        self.about = about
        self.epilog = epilog

    def add_argument_group(self, title: str) -> Group:
        """More arguments, under a title of their own."""
        return Group(title, self.arguments)
