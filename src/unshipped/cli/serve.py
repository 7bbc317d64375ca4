"""`unshipped serve`: the watch, kept going."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from datetime import datetime, timedelta
from time import monotonic

from unshipped.app.tell import tell
from unshipped.app.watch import check, shard
from unshipped.cli.options import clock, fleet_arguments, open_from
from unshipped.core import words
from unshipped.engine.clockwork import Every, Job, log
from unshipped.engine.clockwork import run as keep
from unshipped.ports.keeping import Store
from unshipped.schedule import Schedule, jittered
from unshipped.wiring import Fleet
from unshipped.wiring.watching import beat, speaker, watching

_TELL_EVERY = 5.0

HELP = """Keep the watch going in one process: look by the schedule, tell people, until it is stopped.
The configuration is read anew for each round."""


def arguments(parser: ArgumentParser) -> None:
    """The options of the command."""
    fleet_arguments(parser)
    add = parser.add_argument
    add("--shard", metavar="N/M", default="1/1", help="only this share of the fleet, such as 1/4 [all of it]")
    add("--no-fetch", action="store_true", help="do not fetch the repositories before looking")


def run(options: Namespace) -> int:
    """Keep the jobs until a signal says stop."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    fleet = _fleet(options)
    share, watch = shard(options.shard), fleet.config.watch
    with fleet.store() as store:
        schedule = Schedule(watch.schedule, watch.zone)

        def later(moment: datetime) -> datetime:
            return jittered(moment, watch.jitter, str(share))

        jobs = [
            Job("watch", schedule, lambda slot: _round(options, store, slot), later),
            Job("tell", Every(_TELL_EVERY), lambda _: _tell(options, store)),
        ]
        log.info(
            "watching %s by %s", words.count(len(fleet.config.targets), "target"), ", ".join(watch.schedule)
        )
        keep(jobs, stop, _now)
    log.info("stopped")
    return 0


def _round(options: Namespace, store: Store, slot: datetime) -> None:
    fleet, now = _fleet(options), _now()
    fetch = fleet.config.watch.fetch and not options.no_fetch
    share = shard(options.shard)
    checked = check(store, watching(fleet, now, fetch=fetch), share, slot, now=now, clock=monotonic)
    if checked.before:
        return
    log.info("%s", words.round_done(checked.round))
    since = now - timedelta(seconds=_TELL_EVERY)
    missed = [one for _, one in store.deliveries(since=since)]
    if silent := beat(fleet, checked.round, missed):
        log.warning("the heartbeat was not told: %s", silent)


def _tell(options: Namespace, store: Store) -> None:
    for one in tell(store, _fleet(options).notifier, by=speaker(), clock=_now):
        log.info("%s: %s%s", one.notice, one.outcome.value, f": {one.detail}" if one.detail else "")


def _fleet(options: Namespace) -> Fleet:
    return open_from(options.repo, options.config, no_cache=options.no_cache)


def _now() -> datetime:
    return clock(None)
