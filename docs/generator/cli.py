"""`docs/reference/cli.md`: every command and option, from the parsers themselves."""

from __future__ import annotations

from argparse import Action, ArgumentParser

from unshipped.cli.commands import COMMANDS, GROUPS, grammar_of
from unshipped.cli.formats import FORMATS
from unshipped.cli.parser import Parser

HEAD = """\
# Command line

`unshipped COMMAND --help` (or `-h`) says the same as this page.
What a command asks of others and where it writes is told in [what it touches](../guides/what-it-touches.md).
Data goes to standard output, everything else to standard error.
The [exit codes](exit-codes.md) are the same for every output format.

"""


def page() -> str:
    listed = "".join(
        f"| {title if not at else ''} | [`{name}`](#unshipped-{name}) | {cell(text)} |\n"
        for title, group in GROUPS.items()
        for at, (name, text) in enumerate(group.items())
    )
    commands = f"{HEAD}| to | command | what it answers |\n|---|---|---|\n{listed}"
    own = "| option of `unshipped` itself | meaning |\n|---|---|\n| `-V`, `--version` | show the version |\n"
    return "\n".join([commands, own, *(_command(name) for name in COMMANDS), _formats()])


def _command(name: str) -> str:
    parser = Parser(grammar_of(name))
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    lines = [f"## unshipped {name}", "", f"```text\n{usage}\n```", "", _help(parser), ""]
    rows = "".join(map(_row, parser._actions[1:]))  # the first is --help
    return "\n".join([*lines, "| argument | meaning |", "|---|---|", rows])


def _help(parser: ArgumentParser) -> str:
    """The help, one sentence a line. A part that is laid out as a list or as commands stays so."""
    return "\n\n".join(map(_part, (parser.description or "").split("\n\n")))


def _part(text: str) -> str:
    if text.startswith("  ") or "\n  " in text:
        return f"```text\n{text}\n```"
    return " ".join(text.split()).replace(". ", ".\n")


def _row(action: Action) -> str:
    names = ", ".join(f"`{name}`" for name in action.option_strings) or f"`{action.metavar or action.dest}`"
    value = ""
    if action.option_strings and action.nargs != 0:
        choices = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""
        value = f" `{action.metavar or choices or action.dest.upper()}`"
    return f"| {names}{cell(value)} | {cell(action.help or '')} |\n"


def _formats() -> str:
    rows = "".join(f"| `{name}` | {cell(text)} |\n" for name, text in FORMATS.items())
    return f"## Formats of check\n\n| format | for |\n|---|---|\n{rows}\n`json` is a [contract](json.md).\n"


def cell(text: str) -> str:
    """A text that is safe inside a table."""
    return text.replace("|", "\\|").replace("\n", " ")
