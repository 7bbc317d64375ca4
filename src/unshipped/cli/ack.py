"""`unshipped ack`: say that somebody knows."""

from __future__ import annotations

from unshipped.app.decide import take_note
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, open_from, select
from unshipped.cli.output import emit
from unshipped.cli.person import mention_no_watch, person, person_arguments
from unshipped.cli.terminal import safe
from unshipped.core import words

HELP = """Say that somebody knows of the open incidents of these services. Nobody new is told of them
until they become worse."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("services", nargs="+", metavar="SERVICE", help="whose incidents")
    person_arguments(grammar)
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Write it down."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    names = [target.name for target in select(fleet, options.services, options.environments)]
    now = clock(options.now)
    with fleet.store() as store:
        known = take_note(store, names, fleet.config.routes, person(options.by), now, reason=options.reason)
        mention_no_watch(fleet, store, now)
    lines = [f"{safe(one.target)}: {one.kind.value} since {words.moment(one.opened_at)}" for one in known]
    emit("\n".join(lines or ["Nothing is open that nobody knew of."]) + "\n")
    return 0
