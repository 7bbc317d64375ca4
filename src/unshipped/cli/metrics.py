"""`unshipped metrics`: what the log knows, for Prometheus and OpenTelemetry."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from unshipped import __version__
from unshipped.app.measuring import Tally
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, open_from
from unshipped.cli.output import emit
from unshipped.config.values import Config
from unshipped.core import words
from unshipped.core.counting.metrics import families
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.vouched import vouched
from unshipped.errors import UsageError
from unshipped.ports.keeping import Store
from unshipped.telemetry.prometheus import PLAIN, text
from unshipped.wiring import Fleet
from unshipped.wiring.watching import due

HELP = """Metrics of the log: in the text format of Prometheus on standard output or in a file for
the node exporter, or how far each target is behind to a collector of OpenTelemetry."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    fleet_arguments(grammar)
    add = grammar.add_argument_group("what to write").add_argument
    add("-o", "--output", metavar="FILE", type=Path, help="write the file, whole or not at all")
    add("--otlp", metavar="URL", help="send vcs.ref.revisions_delta there, over HTTP, and print no metrics")


def run(options: Options) -> int:
    """Count, and write or send it."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    with fleet.store() as log:
        if options.otlp:
            emit(f"{words.count(_send(fleet, log, options.otlp), 'number')} sent\n")
        else:
            emit(exposed(fleet, log)[0], options.output)
    return 0


def exposed(fleet: Fleet, log: Store, accept: str = PLAIN, tally: Tally | None = None) -> tuple[str, str]:
    """The metrics as a scrape wants them, and the type of their text. Who asks again and again brings the
    same `tally` each time.
    """
    found = (tally or Tally()).kept(log, fleet.config.targets, clock(None))
    return text(families(found, __version__), accept)


def leave(fleet: Fleet, log: Store, file: Path | str | None, tally: Tally | None = None) -> str:
    """Write them after a round, where a file is named for that. Answers why that could not be done: the round
    was one all the same, and whoever waits for it has to hear of it.
    """
    try:
        if file:
            emit(exposed(fleet, log, tally=tally)[0], file)
    except UsageError as error:
        return error.in_one_line
    return ""


def _send(fleet: Fleet, log: Store, address: str) -> int:
    from unshipped.telemetry.otlp import send

    return send(standings(fleet.config, log, clock(None)), address, __version__)


def standings(config: Config, log: Store, now: datetime) -> dict[str, Standing]:
    """How the targets stand as far as that is known now: what is sent says not when it was seen."""
    targets = {one.name: one for one in config.targets}
    since = due(config, now)
    return {name: vouched(one, targets[name], since, now) for name, one in log.standings(targets).items()}
