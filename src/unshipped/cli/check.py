"""`unshipped check`: the verdict on every target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from unshipped.cli.formats import FORMATS, Style, writer
from unshipped.cli.look import look
from unshipped.cli.options import check_options, fleet_options, judge_options
from unshipped.cli.output import emit
from unshipped.cli.terminal import Screen
from unshipped.core.exits import exit_code
from unshipped.core.model import Severity


@click.command("check")
@click.argument("services", nargs=-1)
@fleet_options
@check_options
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="How to write it.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), help="Write to this file in place of standard output."
)
@judge_options
@click.option(
    "--max-changes",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    help="List at most so many changes.",
)
@click.option("--all", "everything", is_flag=True, help="Also list what is in sync (text, markdown).")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    services: tuple[str, ...],
    form: str,
    output: Path | None,
    fail_on: str,
    exit_zero: bool,
    colour: str,
    max_changes: int,
    everything: bool,
    **options: Any,
) -> None:
    """Prove for every service whether production runs what it should.

    Name SERVICES to look at only those. With --deployed no configuration is needed: the whole repository,
    or what --path names, is held against that commit.
    """
    # Only JSON has the count of single commits; to know it is to walk the whole graph.
    limit = max_changes if form in ("json", "markdown") else 0
    seen = look(services, options, limit=limit, commits=form == "json")
    level = Severity[fail_on.upper()]
    style = Style(Screen(colour=colour), level, str(seen.fleet.path or ""), everything)
    emit(writer(form)(seen.report, style), output)
    if form == "github":
        from unshipped.cli.formats.github_ import append_summary

        append_summary(seen.report, style)
    ctx.exit(0 if exit_zero else exit_code(seen.report, level))
