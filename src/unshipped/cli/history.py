"""`unshipped history`: what happened to one service."""

from __future__ import annotations

from datetime import timedelta

from unshipped.app.recall import Event, recall
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import (
    clock,
    environments_argument,
    fleet_arguments,
    length,
    moment,
    open_from,
    select,
)
from unshipped.cli.output import emit, inert, json_text
from unshipped.cli.terminal import safe
from unshipped.core import words

HELP = """What happened to a service, the newest first: how it stood, its incidents, who was told, what was
deployed."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("service", metavar="SERVICE", help="whose history")
    environments_argument(add)
    add("--since", type=length, default=timedelta(days=7), metavar="TIME", help="how far back [7d]")
    add("--format", choices=("text", "json"), default="text", help="how to write it [text]")
    add("--now", metavar="TIME", type=moment, help="the time to judge by [default: the clock]")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Read the log and write."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    now = clock(options.now)
    targets = [target.name for target in select(fleet, [options.service], options.environments)]
    with fleet.store() as store:
        events = recall(store, targets, now - options.since, now)
    emit(_as_json(events) if options.format == "json" else inert(_told(events, several=len(targets) > 1)))
    return 0


def _told(events: list[Event], *, several: bool) -> str:
    lines = [
        f"{words.moment(one.at)}  {one.what:<12}  {safe(f'{one.target}: ' * several + one.text)}"
        for one in events
    ]
    return "\n".join(lines or ["Nothing was written down in that time."]) + "\n"


def _as_json(events: list[Event]) -> str:
    rows = [
        {"at": words.stamp(one.at), "target": one.target, "what": one.what, "text": one.text}
        for one in events
    ]
    document = {"schema_version": 1, "events": rows}
    return json_text(document)
