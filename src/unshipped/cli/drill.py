"""`unshipped drill`: whether an alarm reaches anybody."""

from __future__ import annotations

from unshipped.app.drill import Drilled, drill
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, open_from
from unshipped.cli.output import emit
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.exits import FINE, UNKNOWN
from unshipped.core.model import Severity
from unshipped.wiring.watching import speaker

HELP = """Let a service that does not exist fall behind and recover, the whole way from an observation to
every receiver on its routes, and name those that no route leads it to. No real incident is touched. Exits
with 3 where somebody was not reached, or nobody had to be."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grades = [severity.word for severity in Severity if severity]
    grammar.add_argument(
        "--severity", choices=grades, default="critical", help="how bad it is said to be [critical]"
    )
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Drill, and say who was reached."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    severity = Severity[options.severity.upper()]
    with fleet.store() as store:
        found = drill(
            store,
            fleet.notifier,
            fleet.config.routes,
            severity,
            by=speaker(),
            clock=lambda: clock(None),
        )
    emit(_told(found))
    return FINE if found.heard else UNKNOWN


def _told(found: Drilled) -> str:
    lines = [
        ": ".join(filter(None, (one.notice.partition("/")[0], one.outcome.value, safe(one.detail))))
        for one in found.attempts
    ]
    if not found.notices:
        lines.append("Nobody is told of such a drift: no route leads to a receiver.")
    elif found.heard:
        lines.append(f"The drill was heard: {words.count(found.notices, 'message')}.")
    else:
        lines.append("The drill was not heard by everybody.")
    if found.spared:
        lines.append(f"Not told, as no route leads such a drift there: {', '.join(found.spared)}.")
        lines.append(f"Next: unshipped notify test {' '.join(found.spared)}")
    return "\n".join(lines) + "\n"
