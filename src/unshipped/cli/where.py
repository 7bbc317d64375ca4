"""`unshipped where`: whether a change is live."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from unshipped.app.where import find_change, where
from unshipped.cli.formats.json_ import stamp
from unshipped.cli.look import look
from unshipped.cli.options import check_options, colour_option, fleet_options
from unshipped.cli.output import emit
from unshipped.cli.terminal import Screen, safe
from unshipped.core import exits, words
from unshipped.core.standing import Place, Standing

_MARKS = {
    Place.LIVE: ("✓", "green"),
    Place.WAITING: ("▲", "yellow"),
    Place.CANCELLED: ("–", "grey"),
    Place.UNMERGED: ("○", "blue"),
    Place.NOT_APPLICABLE: (" ", "grey"),
    Place.UNKNOWN: ("?", "yellow"),
}


@click.command("where")
@click.argument("change", metavar="REV")
@fleet_options
@check_options
@colour_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to write it.",
)
@click.pass_context
def command(ctx: click.Context, /, change: str, colour: str, form: str, **options: Any) -> None:
    """Is this change live? REV is a commit, a tag, or a pull request number found in titles (#123).

    Exits with 0 where it is live in every service it touches, 1 where it waits or is not merged, 3 where
    that cannot be told for a service, 4 where it touches no service.
    """
    seen = look((), options)
    repository, commit = find_change(seen.report, seen.fleet.repository, change)
    standings = where(seen.report, seen.fleet.repository, repository, commit, seen.now)
    if form == "json":
        emit(_json(commit, standings))
    else:
        emit(_text(commit, standings, seen.now, Screen(colour=colour)))
    ctx.exit(_code(standings))


def _code(standings: Sequence[Standing]) -> int:
    places = {standing.place for standing in standings}
    if Place.UNKNOWN in places:
        return exits.UNKNOWN
    if places & {Place.WAITING, Place.UNMERGED}:
        return exits.DRIFT
    return exits.FINE if places & {Place.LIVE, Place.CANCELLED} else exits.NOTHING


def _text(commit: str, standings: Sequence[Standing], now: datetime, screen: Screen) -> str:
    shown = [s for s in standings if s.place is not Place.NOT_APPLICABLE]
    others = len(standings) - len(shown)
    widest = max((len(s.target.name) for s in shown), default=0)
    lines = [f"{commit[:12]} is", *(_line(s, widest, now, screen) for s in shown)]
    if others:
        lines.append(screen.paint(f"  {words.count(others, 'target')} not concerned", "grey"))
    return "\n".join(lines) + "\n"


def _line(standing: Standing, widest: int, now: datetime, screen: Screen) -> str:
    mark, colour = _MARKS[standing.place]
    place = standing.place.value.replace("_", " ")
    if standing.since:
        place += f" for {words.age((now - standing.since).total_seconds())}"
    name = standing.target.name.ljust(widest)
    return f"{screen.paint(mark, colour)} {name}  {place}: {safe(standing.reason)}"


def _json(commit: str, standings: Sequence[Standing]) -> str:
    targets = [
        {
            "service": s.target.service,
            "environment": s.target.environment,
            "place": s.place.value,
            "reason": s.reason,
            "deployed": s.deployed or None,
            "waiting_since": stamp(s.since) if s.since else None,
        }
        for s in standings
    ]
    return json.dumps({"schema_version": 1, "commit": commit, "targets": targets}, indent=2) + "\n"
