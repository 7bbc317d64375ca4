"""`unshipped status`: one line for each target that needs attention."""

from __future__ import annotations

from typing import Any

import click

from unshipped.cli.look import look
from unshipped.cli.options import check_options, fleet_options, judge_options
from unshipped.cli.output import emit
from unshipped.cli.terminal import Screen, safe
from unshipped.core import words
from unshipped.core.exits import exit_code
from unshipped.core.model import Severity, State, Verdict

_COLOURS = {
    Severity.CRITICAL: "red",
    Severity.WARNING: "yellow",
    Severity.INFO: "blue",
    Severity.NONE: "green",
}


@click.command("status")
@click.argument("services", nargs=-1)
@fleet_options
@check_options
@judge_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    services: tuple[str, ...],
    fail_on: str,
    exit_zero: bool,
    colour: str,
    **options: Any,
) -> None:
    """The same as `check`, in one line for each service that needs attention."""
    report = look(services, options).report
    screen = Screen(colour=colour)
    lines = [_line(v, screen) for v in report.verdicts if v.drift.state is not State.IN_SYNC or v.severity]
    emit("\n".join([*lines, words.summary(report)]) + "\n")
    ctx.exit(0 if exit_zero else exit_code(report, Severity[fail_on.upper()]))


def _line(verdict: Verdict, screen: Screen) -> str:
    target = verdict.drift.target
    flags = "".join(f" ({flag.value.replace('_', ' ')})" for flag in verdict.flags)
    headline = screen.paint(safe(words.headline(verdict)), _COLOURS[verdict.severity])
    return f"{target.service} in {target.environment}: {headline}{flags}"
