"""`unshipped hold`: a service stays as it is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from unshipped.app.decide import keep
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, moment, open_from, select
from unshipped.cli.output import emit
from unshipped.cli.person import end, lasting, mention_no_watch, person, person_arguments
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.logged.journal import Kept
from unshipped.core.model import Hold, Target
from unshipped.errors import UsageError

HELP = """Keep services as they are: their drift is shown, and nobody is told of it. Without a service:
list what is held in the log."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("services", nargs="*", metavar="SERVICE", help="what stays as it is")
    add("--for", dest="lasts", type=lasting, metavar="TIME", help="for how long, such as 2d")
    add("--until", type=moment, metavar="TIME", help="until then [default: until it is taken away]")
    person_arguments(grammar)
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Write it down, or list what is held."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    now = clock(options.now)
    with fleet.store() as store:
        if not options.services:
            held = [words.kept(one) for one in store.holds(now)]
        else:
            made = _made(options, select(fleet, options.services, options.environments), now)
            for one in made:
                keep(store, one)
            held = [words.kept(one) for one in made]
        mention_no_watch(fleet, store, now)
    emit("\n".join(map(safe, held or ["Nothing is held in the log."])) + "\n")
    return 0


def _made(options: Options, targets: Iterable[Target], now: datetime) -> list[Kept]:
    if not options.reason:
        raise UsageError("a hold has a reason", "give one with --reason TEXT")
    hold = Hold(options.reason, person(options.by), end(now, options.lasts, options.until))
    return [Kept(uuid.uuid4().hex[:8], one.service, one.environment, hold, now) for one in targets]
