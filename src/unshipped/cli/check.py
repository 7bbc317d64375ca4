"""`unshipped check`: the verdict on every target."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from unshipped.app.observe import observe
from unshipped.cli.formats import FORMATS, Style, writer
from unshipped.cli.options import check_options, clock, fleet_options, open_from, rule_from, select
from unshipped.cli.output import emit
from unshipped.cli.progress import watched
from unshipped.cli.terminal import Screen
from unshipped.core.exits import exit_code
from unshipped.core.model import Severity

_SEVERITIES = [severity.word for severity in Severity if severity]


@click.command("check")
@click.argument("services", nargs=-1)
@fleet_options
@check_options
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="How to write it."
)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file in place of standard output.")
@click.option(
    "--fail-on",
    type=click.Choice(_SEVERITIES),
    default="warning",
    show_default=True,
    help="Exit with 1 from this severity on.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever was found; errors keep their codes.")
@click.option("--max-changes", type=click.IntRange(0), default=20, show_default=True, help="List at most so many.")
@click.option("--all", "everything", is_flag=True, help="Also list what is in sync (text, markdown).")
@click.option(
    "--color", "colour", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour on a terminal."
)
@click.pass_context
def command(
    ctx: click.Context,
    services: tuple[str, ...],
    repo: Path | None,
    config: Path | None,
    no_cache: bool,
    environments: tuple[str, ...],
    expected: str | None,
    now: datetime | None,
    deployed: str | None,
    paths: tuple[str, ...],
    fetch: bool,
    form: str,
    output: Path | None,
    fail_on: str,
    exit_zero: bool,
    max_changes: int,
    everything: bool,
    colour: str,
) -> None:
    """Prove for every service whether production runs what it should.

    Name SERVICES to look at only those. With --deployed no configuration is needed: the whole repository,
    or what --path names, is held against that commit.
    """
    fleet = open_from(repo, config, no_cache=no_cache, deployed=deployed, paths=paths)
    targets = select(fleet, services, environments)
    if fetch:
        fleet.fetch(targets)
    level = Severity[fail_on.upper()]
    with watched("reading") as progress:
        report = observe(
            targets,
            fleet.repository,
            fleet.source,
            now=clock(now),
            declared=len(fleet.config.targets),
            override=rule_from(expected),
            limit=0 if form == "text" else max_changes,
            commits=form != "text",
            progress=progress,
        )
    style = Style(Screen(colour=colour), level, str(fleet.path or ""), everything)
    emit(writer(form)(report, style), output)
    ctx.exit(0 if exit_zero else exit_code(report, level))
