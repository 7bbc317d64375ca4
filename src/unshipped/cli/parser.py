"""argparse, with what a command declares, and one shape of error.

It and not a framework: the start of a command that is not plain pays for it (`docs/decisions/0007`).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import wraps

from unshipped.cli.commands import meant
from unshipped.cli.grammar import Grammar, Group, OptionError, Options
from unshipped.errors import UsageError

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """One command's grammar. What is wrong is raised as `UsageError`, with what may have been meant."""

    def __init__(self, grammar: Grammar) -> None:
        super().__init__(
            prog=grammar.command,
            description=grammar.about,
            epilog=grammar.epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        fill(self, grammar)

    def print_help(self, file: object = None) -> None:
        """To standard output, in the one way that says so where it cannot be written."""
        from unshipped.cli.output import emit

        emit(self.format_help())

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"{self.prog} --help")

    def read(self, words: Sequence[str]) -> Options:
        """What the words say. Raises `UsageError`, and `SystemExit` where they asked for the help."""
        options, unknown = self.parse_known_intermixed_args(words, Options())
        if unknown and not unknown[0].startswith("-"):
            raise UsageError(f"{unknown[0]!r} is one argument too many", f"{self.prog} --help")
        if unknown:
            known = [name for action in self._actions for name in action.option_strings]
            raise UsageError(
                f"no option {unknown[0]!r}{meant(unknown[0].partition('=')[0], known)}", f"{self.prog} --help"
            )
        return options


def fill(parser: argparse.ArgumentParser, grammar: Grammar) -> None:
    """Declare to argparse what a command declares."""
    groups: dict[Group, argparse._ActionsContainer] = {grammar: parser}
    for one in grammar.arguments:
        if one.group not in groups:
            groups[one.group] = parser.add_argument_group(one.group.title)
        settings = dict(one.settings)
        if "type" in settings:
            settings["type"] = _told(settings["type"])
        groups[one.group].add_argument(*one.names, **settings)


def _told(understood: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same, with the error of which argparse prints the message."""

    @wraps(understood)
    def told(text: str) -> Any:
        try:
            return understood(text)
        except OptionError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return told
