"""`unshipped completion`: tab completion for a shell."""

from __future__ import annotations

from unshipped.cli.commands import COMMANDS, grammar_of
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.output import emit

TYPE_CHECKING = False

if TYPE_CHECKING:
    from argparse import ArgumentParser

HELP = """Print the completion script for your shell.

  unshipped completion bash > ~/.local/share/bash-completion/completions/unshipped
  unshipped completion zsh > ~/.zfunc/_unshipped"""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("shell", choices=["bash", "zsh", "tcsh"], help="which shell")


def run(options: Options) -> int:
    """Print the script."""
    import shtab

    emit(str(shtab.complete(whole(), shell=options.shell)) + "\n")
    return 0


def whole() -> ArgumentParser:
    """The grammar of all commands in one, as completion and documentation want it."""
    from argparse import ArgumentParser

    from unshipped.cli.parser import fill

    parser = ArgumentParser("unshipped")
    parser.add_argument("-V", "--version", action="store_true", help="show the version")
    commands = parser.add_subparsers(dest="command", parser_class=ArgumentParser)
    for name, line in COMMANDS.items():
        grammar = grammar_of(name)
        fill(commands.add_parser(name, help=line, description=grammar.about), grammar)
    return parser
