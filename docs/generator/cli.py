"""`docs/reference/cli.md`: every command and option, from click itself."""

from __future__ import annotations

import click

from unshipped.cli.formats import FORMATS
from unshipped.cli.main import COMMANDS, cli

HEAD = """\
# Command line

`unshipped COMMAND --help` (or `-h`) says the same as this page.
Every command reads; none writes to a repository, except that `--fetch` runs `git fetch`.
Data goes to standard output, everything else to standard error.
The [exit codes](exit-codes.md) are the same for every output format.

"""


def page() -> str:
    listed = "".join(f"| [`{name}`](#unshipped-{name}) | {cell(text)} |\n" for name, text in COMMANDS.items())
    own = "".join(_option(one) for one in _options(cli))
    commands = f"{HEAD}| command | what it answers |\n|---|---|\n{listed}"
    options = f"| option of `unshipped` itself | meaning |\n|---|---|\n{own}"
    return "\n".join([commands, options, *(_command(name) for name in COMMANDS), _formats()])


def _command(name: str) -> str:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    context = click.Context(command, info_name=f"unshipped {name}")
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"## unshipped {name}", "", f"```text\nunshipped {name} {usage}\n```", "", _help(command), ""]
    rows = "".join(_option(one) for one in _options(command))
    return "\n".join([*lines, "| option | meaning |", "|---|---|", rows])


def _help(command: click.Command) -> str:
    """The help, one sentence a line."""
    paragraphs = (" ".join(part.split()) for part in (command.help or "").split("\n\n"))
    return "\n\n".join(text.replace(". ", ".\n") for text in paragraphs)


def _options(command: click.Command) -> list[click.Option]:
    found = [one for one in command.get_params(click.Context(command)) if isinstance(one, click.Option)]
    return [one for one in found if not one.hidden and "--help" not in one.opts]


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    context = click.Context(click.Command("x"))
    value = "" if option.is_flag else f" `{option.make_metavar(context).replace('INTEGER RANGE', 'NUMBER')}`"
    text = (option.help or "").replace("  [default: ", " [default: ")
    if option.show_default and option.default is not None:
        text += f" [default: {option.default}]"
    more = " May be given several times." if option.multiple else ""
    return f"| {names}{cell(value)} | {cell(text)}{more} |\n"


def _formats() -> str:
    rows = "".join(f"| `{name}` | {cell(text)} |\n" for name, text in FORMATS.items())
    return f"## Formats of check\n\n| format | for |\n|---|---|\n{rows}\n`json` is a [contract](json.md).\n"


def cell(text: str) -> str:
    """A text that is safe inside a table."""
    return text.replace("|", "\\|").replace("\n", " ")
