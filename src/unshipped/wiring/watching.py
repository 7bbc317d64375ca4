"""The watch, put together: what a round looks at, who speaks, and who hears that it was done."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from unshipped.app.around import frozen
from unshipped.app.observe import observe
from unshipped.app.watch import Checked, Watched
from unshipped.config.values import Config
from unshipped.core import words
from unshipped.core.history.web import web_of
from unshipped.core.logged.journal import Delivery, Outcome
from unshipped.core.logged.past import VOUCHES
from unshipped.core.model import Report, Target
from unshipped.errors import GitError, SourceError
from unshipped.schedule import Schedule
from unshipped.secrets import text_of
from unshipped.wiring import Fleet

_SHARE = "{share}"
"""Stands in the address of a heartbeat for the number of the share: one that stops is missed by itself."""

MOST_CHANGES = 20
"""How many missing changes of a target the log keeps."""


def schedule(config: Config) -> Schedule:
    """When the fleet is looked at."""
    return Schedule(config.watch.schedule, config.watch.zone)


def due(config: Config, now: datetime) -> datetime | None:
    """For which moment somebody should have looked by now, where there is one: what was seen before it proves
    nothing any more.
    """
    return schedule(config).latest(now - VOUCHES - timedelta(seconds=config.watch.jitter))


def watching(fleet: Fleet, now: datetime, *, fetch: bool) -> Watched:
    """What a round looks at, as of `now`. With `fetch` the repositories are brought up to date first; what
    cannot be fetched is not looked at, since what it says may be over.
    """

    def look(targets: Sequence[Target], before: Mapping[str, Sequence[str]]) -> Report:
        if fetch:
            fleet.fetch(targets)
        return observe(
            targets,
            fleet.repository,
            fleet.source,
            now=now,
            declared=len(fleet.config.targets),
            allowed=fleet.config.unmapped,
            limit=MOST_CHANGES,
            make_object=fleet.beside,
            before=before,
        )

    config = fleet.config
    targets = frozen(config.targets, config.deploying.recipes, now)
    rules, routes = config.watch.rules, config.routes
    return Watched(targets, look, rules, routes, lambda name: page(fleet, name), fresh=fetch)


def page(fleet: Fleet, repository: str) -> str:
    """The web page of a repository, from where it comes from; empty where that is not known."""
    try:
        addresses = fleet.repository(repository).addresses()
    except GitError:
        return ""
    return next((web for one in sorted(addresses) if (web := web_of(one))), "")


def speaker() -> str:
    """Names this process, unlike any other that may speak."""
    return f"{socket.gethostname()}:{os.getpid()}"


def beat(fleet: Fleet, checked: Checked, attempts: Sequence[Delivery], now: datetime) -> str:
    """Tell whoever waits for the heartbeat how a round went. Answers why that could not be done."""
    done = checked.round
    setting = fleet.config.watch.heartbeat
    if not setting:
        return ""
    from unshipped.engine.heartbeat import beat as send

    missed = [one for one in attempts if one.outcome is not Outcome.SENT]
    lines = [words.round_done(done), *(f"not told: {one.notice}: {one.detail}" for one in missed)]
    if checked.ahead:
        lines.append(words.clock_back(checked.ahead, now))
    fine = not (done.error or checked.ahead or missed) and bool(done.conclusive or done.idle)
    try:
        address = text_of(setting).replace(_SHARE, done.shard.partition("/")[0])
        return send(address, fine=fine, text="\n".join(lines))
    except SourceError as error:
        return error.message
