"""`unshipped incidents`: what is open, and what was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from unshipped.app.opened import opened, still_open
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, colour_argument, fleet_arguments, known, length, moment, open_from
from unshipped.cli.output import emit, inert, json_text
from unshipped.cli.terminal import Screen, safe
from unshipped.core import words
from unshipped.core.alerting import Silence
from unshipped.core.counting.digest import doubts
from unshipped.core.incidents import Incident
from unshipped.core.logged import documents
from unshipped.core.logged.observations import Standing
from unshipped.core.messages import headline
from unshipped.core.model import Severity

_COLOURS = {Severity.CRITICAL: "red", Severity.WARNING: "yellow", Severity.INFO: "blue", Severity.NONE: ""}

HELP = "The incidents that are open, the worst first; with --since also those that were."


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("services", nargs="*", metavar="SERVICE", help="only these [default: all]")
    add("--since", type=length, metavar="TIME", help="also those that were open in that time, such as 7d")
    add("--format", choices=("text", "json"), default="text", help="how to write them [text]")
    add("--now", metavar="TIME", type=moment, help="the time to judge by [default: the clock]")
    fleet_arguments(grammar)
    colour_argument(add)


def run(options: Options) -> int:
    """Read the log and write."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    now = clock(options.now)
    with fleet.store() as store:
        found = still_open(store) if options.since is None else opened(store, since=now - options.since)
        found = [one for one in found if not options.services or one.service in options.services]
        services = {one.service for one in fleet.config.targets} | {one.service for one in found}
        known(options.services, services, "service")
        declared = [
            target.name
            for target in fleet.config.targets
            if not target.retired and (not options.services or target.service in options.services)
        ]
        standings = store.standings({one.target for one in found} | set(declared))
        silences = store.silences(now)
    found.sort(key=lambda one: (not one.open, -one.severity if one.open else 0))
    quiet = {
        one.id: max((by for by in silences if by.holds(one, now)), key=lambda by: by.until, default=None)
        for one in found
        if one.open
    }
    if options.format == "json":
        emit(_as_json([_document(one, standings, quiet.get(one.id), now) for one in found]))
    else:
        screen = Screen(colour=options.colour)
        none = "There was no incident." if options.since is not None else "Nothing is open."
        lacking = doubts({name: standings[name] for name in declared if name in standings}, declared, now)
        told = _told(found, standings, quiet, screen, now) if found else "\n".join((none, *lacking)) + "\n"
        emit(inert(told))
    return 0


def _told(
    found: list[Incident],
    standings: dict[str, Standing],
    quiet: Mapping[str, Silence | None],
    screen: Screen,
    now: datetime,
) -> str:
    lines = []
    for one in found:
        standing = standings.get(one.target)
        grade = one.severity.word if one.open else "over"
        colour = _COLOURS[one.severity] if one.open else "grey"
        head = f"{screen.paint(f'{grade:<8}', colour)}  {safe(one.target)}"
        lines.append(f"{head}: {safe(headline(one, standing.seen if standing else None, now))}")
        lines.append(f"          opened {words.moment(one.opened_at)}{safe(_noted(one, quiet.get(one.id)))}")
    return "\n".join(lines) + "\n"


def _noted(one: Incident, silence: Silence | None) -> str:
    parts = [f"{one.acknowledged_by} knows of it"] * bool(one.acknowledged_by)
    parts += [f"silenced by {silence.by} until {words.moment(silence.until)}"] if silence else []
    parts += [f"came back {words.count(one.returns, 'time')}"] * bool(one.returns)
    parts += [f"owner {one.owner}"] * bool(one.owner)
    return "".join(f", {part}" for part in parts)


def _document(
    one: Incident, standings: Mapping[str, Standing], silence: Silence | None, now: datetime
) -> dict[str, Any]:
    document = documents.incident(one, standings.get(one.target), now)
    return document | {"silence": documents.silence(silence) if silence else None}


def _as_json(rows: list[dict[str, Any]]) -> str:
    document = {"schema_version": 1, "incidents": rows}
    return json_text(document)
