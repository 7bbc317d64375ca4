"""The `unshipped` command: its sub-commands, loaded when they are called, and what an error looks like."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from unshipped import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "check": "Prove for every service whether production runs what it should.",
    "status": "The same in one line for each service that needs attention.",
    "explain": "Why one service is in its state, change by change.",
    "affected": "Services whose code differs between two commits.",
    "where": "Is this change live? By commit, tag or pull request number.",
    "validate": "Check unshipped.yaml and name every problem at once.",
    "schema": "Print the JSON Schema of unshipped.yaml.",
    "completion": "Print the completion script for your shell.",
}
"""Every command with its line of help. The command `NAME` is `unshipped.cli.NAME:command`."""

_EPILOG = (
    "Exit codes: 0 all proven in sync, held, in grace or below --fail-on; 1 drift at or above --fail-on; "
    "2 wrong usage or configuration; 3 something could not be determined; 4 nothing was checked."
)


class _Commands(click.Group):
    """A group that imports a command only when it is called, so that `--help` and `--version` are instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"unshipped.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"no command {args[0]!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="unshipped %(version)s")
def cli() -> None:
    """What is merged and not live."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    from unshipped.errors import UnshippedError

    code = 0
    try:
        code = cli.main(args=arguments, prog_name="unshipped", standalone_mode=False) or 0
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.Abort:
        code = _say("interrupted", "", 130)
    except KeyboardInterrupt:
        code = _say("interrupted", "", 130)
    except click.ClickException as error:
        error.show()
        code = 2
    except UnshippedError as error:
        code = _say(error.message, error.hint, 2)
    except BrokenPipeError:
        code = _pipe_closed()
    except (
        Exception
    ) as error:  # the last line of defence: a bug of ours must not look like the user's mistake
        code = _bug(error)
    _leave(code)


def _say(message: str, hint: str, code: int) -> int:
    from unshipped.cli.terminal import safe

    lines = "\n".join(safe(line) for line in message.splitlines())
    print(f"error: {lines}" if code != 130 else lines, file=sys.stderr)
    if hint:
        print(f"hint: {safe(hint)}", file=sys.stderr)
    return code


def _pipe_closed() -> int:
    # The reader (`head`) has what it wanted; the interpreter must not complain when it flushes.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141


def _bug(error: Exception) -> int:
    from unshipped.cli.bug import report

    return _say(
        f"this is a bug in unshipped: {type(error).__name__}: {error}",
        f"please report it with the file {report(error)}",
        70,
    )


def _leave(code: int) -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _pipe_closed()
    except OSError as error:
        code = _say(f"standard output cannot be written: {error.strerror}", "", 2)
        os._exit(code)
    sys.exit(code)
