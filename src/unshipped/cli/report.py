"""`unshipped report`: what a week was like."""

from __future__ import annotations

from datetime import datetime

from unshipped.app import report_documents
from unshipped.cli.grammar import Grammar, OptionError, Options
from unshipped.cli.options import clock, fleet_arguments, moment, open_from, report_arguments
from unshipped.cli.output import json_text
from unshipped.cli.summaries import hand_over, put
from unshipped.core.alerting import Topic
from unshipped.core.counting.figures import Span
from unshipped.core.report import dora_summary, last_week, summary, week_of
from unshipped.errors import UsageError
from unshipped.wiring.reporting import health

HELP = """What a week was like, from the log: incidents, how long changes waited to be live,
deploys by hand, whether messages were worth it, and what to change; against the week before.
Without a time it is about the last whole week, from Monday to Monday in UTC."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    fleet_arguments(grammar)
    add = grammar.add_argument_group("about which time").add_argument
    add("--week", metavar="WEEK", type=week, help="that week, such as 2026-W06 [default: the last whole one]")
    add("--since", metavar="TIME", type=moment, help="from then on, in place of a week")
    add("--until", metavar="TIME", type=moment, help="up to then [default with --since: now]")
    add("--dora", action="store_true", help="the four figures of DORA in place of the report")
    add("--now", metavar="TIME", type=moment, help="the time to judge by [default: the clock]")
    report_arguments(grammar)


def run(options: Options) -> int:
    """Count, and write or send it."""
    now = clock(options.now)
    span = _span(options, now)

    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    with fleet.store() as log:
        found = health(fleet.config, log, span, now)
        told = dora_summary(found) if options.dora else summary(found)
        if options.send:
            hand_over(fleet, log, options.send, told, Topic.REPORT, found.now.span, now)
    if not options.send:
        put(options, told, lambda: json_text(report_documents.health(found)))
    return 0


def week(text: str) -> Span:
    """A week of the ISO calendar, such as `2026-W06`."""
    if (found := week_of(text)) is None:
        raise OptionError(f"{text!r} is no week, such as 2026-W06")
    return found


def _span(options: Options, now: datetime) -> Span:
    if options.since is None:
        if options.until:
            raise UsageError("--until goes with --since", "name both, or a week with --week")
        return options.week or last_week(now)
    if options.week:
        raise UsageError("--week and --since exclude each other", "leave one of them out")
    span = Span(options.since, options.until or now)
    if span.seconds <= 0:
        raise UsageError(
            "--since lies after --until: there is no time between them", "unshipped report --help"
        )
    return span
