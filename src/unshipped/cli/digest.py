"""`unshipped digest`: what is open now, and what happened since yesterday."""

from __future__ import annotations

from unshipped.app import report_documents
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, moment, open_from, report_arguments
from unshipped.cli.output import json_text
from unshipped.cli.summaries import hand_over, put
from unshipped.core.alerting import Topic
from unshipped.core.counting.digest import DAY, summary
from unshipped.core.counting.figures import Span
from unshipped.wiring.reporting import today

HELP = """What is open now, the worst first, and what happened in the last 24 hours, from the
log: for the morning."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    fleet_arguments(grammar)
    grammar.add_argument(
        "--now", metavar="TIME", type=moment, help="the time to judge by [default: the clock]"
    )
    report_arguments(grammar)


def run(options: Options) -> int:
    """Read, and write or send it."""
    now = clock(options.now)
    span = Span(now - DAY, now)
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    with fleet.store() as log:
        found = today(fleet, log, now)
        if options.send:
            hand_over(fleet, log, options.send, summary(found), Topic.DIGEST, span, now)
    if not options.send:
        put(options, summary(found), lambda: json_text(report_documents.digest(found)))
    return 0
