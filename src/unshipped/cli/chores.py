"""What `unshipped serve` does beside looking and telling: reports, and taking out what is old.

All of it may be done twice, and by several processes: a report is one notice, whoever writes it down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from unshipped.cli.moments import Current
from unshipped.config.values import Config
from unshipped.core.alerting import Notice
from unshipped.engine.clockwork import Every, Job, log
from unshipped.ports.rolling import Book
from unshipped.schedule import Schedule, jittered
from unshipped.wiring import Fleet
from unshipped.wiring.reporting import write_day, write_week

_PRUNE_EVERY, _SPREAD = 86400.0, 3600.0

Clock = Callable[[], datetime]
Write = Callable[[Fleet, Book, datetime], Sequence[Notice]]


def chores(anew: Callable[[], Fleet], store: Book, *, whose: str, clock: Clock) -> Iterator[Job]:
    """The jobs; each reads the configuration `anew` for what it does, and for when."""

    def writes(name: str, write: Write, moment: datetime) -> None:
        for one in write(anew(), store, moment):
            log.info("%s: written down for %s", name, one.receiver)

    yield Job("report", Current(anew, _weekly), partial(writes, "report", write_week))
    yield Job("digest", Current(anew, _daily), partial(writes, "digest", write_day))

    def prune(_: datetime) -> None:
        taken = store.prune(anew().config.store.retention, clock())
        if any(taken.values()):
            log.info(
                "taken out: %s", ", ".join(f"{count:,} of {name}" for name, count in taken.items() if count)
            )

    yield Job("prune", Every(_PRUNE_EVERY), prune, lambda moment: jittered(moment, _SPREAD, whose))


def _weekly(config: Config) -> Schedule:
    return Schedule(config.reports.week.at, config.watch.zone)


def _daily(config: Config) -> Schedule:
    return Schedule(config.reports.day.at, config.watch.zone)
