"""`unshipped serve`: the watch, kept going, and the interface beside it."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from unshipped.app.tell import tell
from unshipped.app.watch import shard
from unshipped.cli.chores import chores
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.metrics import exposed
from unshipped.cli.options import clock, fleet_arguments, open_from
from unshipped.cli.serve_rollouts import rollouts
from unshipped.cli.serve_rounds import TALLY, TELL_EVERY, fetching, rounds
from unshipped.engine.clockwork import Every, Job, log
from unshipped.engine.clockwork import run as keep
from unshipped.errors import UsageError
from unshipped.ports.rolling import Book
from unshipped.wiring import Fleet
from unshipped.wiring.latest import Latest, lasting
from unshipped.wiring.watching import schedule, speaker

if TYPE_CHECKING:
    from unshipped.config.values import Config
    from unshipped.schedule import Schedule
    from unshipped.web.ground import Ground

_ROLES = ("watch", "work", "web")

HELP = """Keep everything going in one process: look by the schedule, tell people, deploy what is deployed
from here, and with --listen serve the page and the interface, until it is stopped. The configuration is
read anew for each round.

With a log in PostgreSQL the roles can be processes of their own, several of each: --role watch looks,
--role work tells people and deploys, --role web serves."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    fleet_arguments(grammar)
    add = grammar.add_argument
    add("--shard", metavar="N/M", default="1/1", help="only this share of the fleet, such as 1/4 [all of it]")
    add("--no-fetch", action="store_true", help="do not fetch the repositories before looking")
    add(
        "--role",
        dest="roles",
        action="append",
        choices=_ROLES,
        help="do only this (may be repeated) [default: all of it]",
    )
    add = grammar.add_argument_group("the interface").add_argument
    add("--listen", metavar="HOST:PORT", help="serve the interface there, such as 127.0.0.1:8080")
    add("--no-page", action="store_true", help="serve the interface without the page")
    frame = (
        "pages of this origin may show /embed in a frame, such as https://admin.example.com (may be repeated)"
    )
    add("--frame", dest="frames", action="append", metavar="ORIGIN", default=[], help=frame)
    add("--tokens", metavar="FILE", type=Path, help="who may ask what, by token")
    add("--access", metavar="FILE", type=Path, help="who may ask what: tokens, a proxy, a login, roles")
    add("--github", metavar="GATE", help="this gate answers GitHub's deployment protection rules")
    add("--gitlab", metavar="GATE", help="this gate answers GitLab's external status checks")
    add("--slack", action="store_true", help="take the buttons that people press in Slack")


def run(options: Options) -> int:
    """Keep the jobs until a signal says stop."""
    gc.enable()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asked = getattr(options, "roles", None)  # `watch` has no such options
    roles = asked or _ROLES
    if asked and ("web" in roles) is not bool(options.listen):
        raise UsageError("--role web and --listen go together", "--role web --listen 127.0.0.1:8080")
    stop = threading.Event()
    fleet, latest = _fleet(options), Latest(lambda: _fleet(options))
    share = shard(options.shard)
    with (
        fleet.store() as store,
        _rollouts(options, store, roles) as deploying,
        _rounds(options, store, roles) as looking,
        _interface(options, store, watches="watch" in roles),
    ):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())

        jobs = {
            "watch": looking,
            "work": [
                Job("tell", Every(TELL_EVERY), lambda _: _tell(options, store, latest())),
                *chores(lambda: _fleet(options), store, whose=str(share), clock=_now),
                *deploying,
            ],
        }
        wanted = [job for name, mine in jobs.items() if name in roles for job in mine]
        if "watch" not in roles:
            wanted.append(fetching(lambda: _fleet(options), fetch=not options.no_fetch))
        keep(wanted, stop, _now)
        gc.freeze()  # what stays to the end need not be gone through again and again
        stop.wait()
    log.info("stopped")
    return 0


def _rounds(options: Options, store: Book, roles: Collection[str]) -> AbstractContextManager[list[Job]]:
    if "watch" not in roles:
        return nullcontext([])
    fetch, whole = not options.no_fetch, hasattr(options, "roles") and len(roles) > 1
    share = shard(options.shard)
    return rounds(lambda: _fleet(options), store, share, fetch=fetch, whole=whole, clock=_now)


def _rollouts(options: Options, store: Book, roles: Collection[str]) -> AbstractContextManager[list[Job]]:
    if "work" not in roles or not hasattr(options, "roles"):  # `watch` looks and tells, and touches nothing
        return nullcontext([])
    return rollouts(lambda: _fleet(options), store, _now)


def _tell(options: Options, store: Book, config: Config) -> None:
    fleet, known = lasting(lambda: _fleet(options)), config.telling.receivers
    for one in tell(store, lambda name: fleet().notifier(name), by=speaker(), clock=_now, known=known):
        log.info("%s: %s%s", one.notice, one.outcome.value, f": {one.detail}" if one.detail else "")


@contextmanager
def _interface(options: Options, store: Book, *, watches: bool) -> Iterator[None]:
    """The interface, where one is asked for. Raises `UsageError` where strangers could reach it."""
    listen = getattr(options, "listen", None)
    if not listen:
        yield
        return
    try:
        from unshipped.web import serving
    except ModuleNotFoundError as error:
        raise UsageError(f"the interface needs {error.name}", "pip install 'unshipped[server]'") from None
    host, port = serving.address(listen)
    ground = _entered(options, _ground(options, store, watches=watches), host)
    with serving.served(ground, host, port):
        log.info("listening on http://%s:%s", host, port)
        yield


def _entered(options: Options, ground: Ground, host: str) -> Ground:
    """The ground, with who may enter. Raises `UsageError` where that is not said and others can come."""
    from unshipped.web.access import LOOPBACK, Anybody, is_local
    from unshipped.web.settings import entrance
    from unshipped.web.tokens import Tokens

    if options.access and options.tokens:
        raise UsageError(
            "--tokens and --access say the same thing", "name the tokens in the file of --access"
        )
    if options.access:
        found = entrance(options.access, _governed(options))
        return ground._replace(access=found.access, login=found.login)
    if options.tokens:
        return ground._replace(access=Tokens(options.tokens))
    if not is_local(host):
        raise UsageError(
            f"{host} can be reached from elsewhere: say who may ask what",
            "make tokens with `unshipped token create` and name their file with --tokens, or see --access",
        )
    return ground._replace(access=Anybody(), hosts=frozenset((*LOOPBACK, host)))


def _governed(options: Options) -> Path | None:
    """The top of the repository that has the configuration: who can merge there must not say who may act."""
    path = _fleet(options).path
    above = Path(path).resolve().parents if path else ()
    return next((one for one in above if (one / ".git").exists()), None)


def _ground(options: Options, store: Book, *, watches: bool) -> Ground:
    from unshipped.web.mounting import ground_on
    from unshipped.web.page import framing
    from unshipped.wiring.forges import signing_secret, webhooks

    fleet, share, begun = lasting(lambda: _fleet(options)), str(shard(options.shard)), _now()
    return ground_on(fleet, store, _now)._replace(
        late=lambda now: late(schedule(fleet().config), store, share, begun, now) if watches else None,
        metrics=lambda accept: exposed(fleet(), store, accept, TALLY),
        page=not options.no_page,
        frames=tuple(map(framing, options.frames)),
        forges=webhooks({"github": options.github, "gitlab": options.gitlab}, os.environ, _now),
        slack=signing_secret(os.environ) if options.slack else "",
    )


def late(plan: Schedule, store: Book, share: str, begun: datetime, now: datetime) -> float:
    """By how many seconds the first moment after the last round of a share is over; where there was none, the
    last one before it was `begun` to watch.
    """
    done = store.last_round(share)
    due = plan.next(done.slot) if done else plan.latest(begun)
    return max(0.0, (now - due).total_seconds()) if due else 0.0


def _fleet(options: Options) -> Fleet:
    return open_from(options.repo, options.config, no_cache=options.no_cache)


def _now() -> datetime:
    return clock(None)
