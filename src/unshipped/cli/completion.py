"""`unshipped completion`: tab completion for a shell."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unshipped.cli.output import emit
from unshipped.cli.parser import COMMANDS, command

HELP = """Print the completion script for your shell.

For bash: unshipped completion bash > ~/.local/share/bash-completion/completions/unshipped
For zsh:  unshipped completion zsh > ~/.zfunc/_unshipped"""


def arguments(parser: ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("shell", choices=["bash", "zsh", "tcsh"], help="which shell")


def run(options: Namespace) -> int:
    """Print the script."""
    import shtab

    emit(str(shtab.complete(whole(), shell=options.shell)) + "\n")
    return 0


def whole() -> ArgumentParser:
    """The grammar of all commands in one, as completion and documentation want it."""
    parser = ArgumentParser("unshipped")
    parser.add_argument("-V", "--version", action="store_true", help="show the version")
    commands = parser.add_subparsers(dest="command", parser_class=ArgumentParser)
    for name, line in COMMANDS.items():
        module = command(name)
        module.arguments(commands.add_parser(name, help=line, description=module.HELP))
    return parser
