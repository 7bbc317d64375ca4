"""`unshipped serve`: the watch, kept going, and the interface beside it."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from unshipped.app.measuring import Tally
from unshipped.app.tell import tell
from unshipped.app.watch import check, shard
from unshipped.cli.chores import chores
from unshipped.cli.metrics import exposed
from unshipped.cli.options import clock, fleet_arguments, open_from
from unshipped.cli.output import emit
from unshipped.cli.serve_rollouts import rollouts
from unshipped.core import words
from unshipped.engine.clockwork import Every, Job, log
from unshipped.engine.clockwork import run as keep
from unshipped.errors import UsageError
from unshipped.ports.keeping import Store
from unshipped.schedule import Schedule, jittered
from unshipped.wiring import Fleet
from unshipped.wiring.spooled import take_spooled
from unshipped.wiring.verdicts import leave_verdicts
from unshipped.wiring.watching import beat, speaker, watching

if TYPE_CHECKING:
    from unshipped.web.ground import Ground

_TELL_EVERY = 5.0
_TALLY = Tally()

HELP = """Keep the watch going in one process: look by the schedule, tell people, deploy what is deployed from
here, until it is stopped.
With --listen the interface is served beside it. The configuration is read anew for each round."""


def arguments(parser: ArgumentParser) -> None:
    """The options of the command."""
    fleet_arguments(parser)
    add = parser.add_argument
    add("--shard", metavar="N/M", default="1/1", help="only this share of the fleet, such as 1/4 [all of it]")
    add("--no-fetch", action="store_true", help="do not fetch the repositories before looking")
    add = parser.add_argument_group("the interface").add_argument
    add("--listen", metavar="HOST:PORT", help="serve the interface there, such as 127.0.0.1:8080")
    add("--tokens", metavar="FILE", type=Path, help="who may ask what; needed off this machine")
    add("--github", metavar="GATE", help="this gate answers GitHub's deployment protection rules")
    add("--gitlab", metavar="GATE", help="this gate answers GitLab's external status checks")
    add("--slack", action="store_true", help="take the buttons that people press in Slack")


def run(options: Namespace) -> int:
    """Keep the jobs until a signal says stop."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    fleet = _fleet(options)
    share, watch = shard(getattr(options, "shard", "1/1")), fleet.config.watch
    with (
        fleet.store() as store,
        rollouts(lambda: _fleet(options), store, _now) as deploying,
        _interface(options, store),
    ):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())

        def later(moment: datetime) -> datetime:
            return jittered(moment, watch.jitter, str(share))

        jobs = [
            Job("watch", _schedule(fleet), lambda slot: _round(options, store, slot), later),
            Job("tell", Every(_TELL_EVERY), lambda _: _tell(options, store)),
            *chores(fleet, lambda: _fleet(options), store, whose=str(share), clock=_now),
            *deploying,
        ]
        many = words.count(len(fleet.config.targets), "target")
        log.info("watching %s by %s", many, ", ".join(watch.schedule))
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
    if file := fleet.metrics_file():
        emit(exposed(fleet, store, tally=_TALLY)[0], file)
    since = now - timedelta(seconds=_TELL_EVERY)
    missed = [one for _, one in store.deliveries(since=since)]
    for said in take_spooled(fleet, store, now):
        log.warning("%s", said)
    if unwritten := leave_verdicts(fleet, store, now):
        log.warning("programs do not hear of it: %s", unwritten)
    if silent := beat(fleet, checked.round, missed):
        log.warning("the heartbeat was not told: %s", silent)


def _tell(options: Namespace, store: Store) -> None:
    for one in tell(store, lambda name: _fleet(options).notifier(name), by=speaker(), clock=_now):
        log.info("%s: %s%s", one.notice, one.outcome.value, f": {one.detail}" if one.detail else "")


@contextmanager
def _interface(options: Namespace, store: Store) -> Iterator[None]:
    """The interface, where one is asked for. Raises `UsageError` where strangers could reach it."""
    listen = getattr(options, "listen", None)
    if not listen:
        yield
        return
    try:
        from unshipped.web import serving
    except ModuleNotFoundError as error:
        raise UsageError(f"the interface needs {error.name}", "pip install 'unshipped[server]'") from None
    from unshipped.web.access import LOOPBACK, Anybody, Tokens, is_local

    host, port = serving.address(listen)
    if not options.tokens and not is_local(host):
        raise UsageError(
            f"{host} can be reached from elsewhere: say who may ask what",
            "make tokens with `unshipped token` and name their file with --tokens",
        )
    access = Tokens(options.tokens) if options.tokens else Anybody()
    hosts = frozenset() if options.tokens else frozenset((*LOOPBACK, host))
    with serving.served(_ground(options, store)._replace(access=access, hosts=hosts), host, port):
        log.info("listening on http://%s:%s", host, port)
        yield


def _ground(options: Namespace, store: Store) -> Ground:
    from unshipped.app.ask_gate import House, house
    from unshipped.web.access import Anybody
    from unshipped.web.ground import Ground
    from unshipped.wiring.asking import Asking
    from unshipped.wiring.forges import signing_secret, webhooks
    from unshipped.wiring.latest import Latest

    latest = Latest(lambda: _fleet(options))

    def declared() -> House:
        config = latest()
        return house(((one.service, one.environment) for one in config.targets), config.guards)

    return Ground(
        store,
        Anybody(),
        _now,
        routes=lambda: latest().routes,
        late=lambda now: _late(options, store, now),
        house=declared,
        config=latest,
        asking=Asking(lambda: _fleet(options)),
        metrics=lambda accept: exposed(_fleet(options), store, accept, _TALLY),
        forges=webhooks({"github": options.github, "gitlab": options.gitlab}, os.environ, _now),
        slack=signing_secret(os.environ) if options.slack else "",
    )


def _late(options: Namespace, store: Store, now: datetime) -> float:
    """By how many seconds the newest moment of the schedule that nobody has looked at is over."""
    due = _schedule(_fleet(options)).latest(now)
    done = store.last_round(str(shard(options.shard)))
    if due is None or (done and done.slot >= due):
        return 0.0
    return (now - due).total_seconds()


def _schedule(fleet: Fleet) -> Schedule:
    return Schedule(fleet.config.watch.schedule, fleet.config.watch.zone)


def _fleet(options: Namespace) -> Fleet:
    return open_from(options.repo, options.config, no_cache=options.no_cache)


def _now() -> datetime:
    return clock(None)
