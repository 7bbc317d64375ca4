"""`unshipped silence`: for a time, nobody is told of some incidents."""

from __future__ import annotations

import uuid
from datetime import datetime

from unshipped.app.decide import keep_quiet, speak_again
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, moment, open_from
from unshipped.cli.output import emit
from unshipped.cli.person import declared, end, lasting, mention_no_watch, person, person_arguments
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.alerting import Matcher, Silence
from unshipped.errors import UsageError

HELP = """For a time, tell nobody of the incidents of some services. They are watched and shown as before;
what is still open when the time is over is told then. Without any option: list the silences that hold."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("services", nargs="*", metavar="SERVICE", help="which services; globs such as 'api-*' are names too")
    add("--owner", dest="owners", action="append", default=[], metavar="NAME", help="those of this owner")
    add("--for", dest="lasts", type=lasting, metavar="TIME", help="for how long, such as 2h")
    add("--until", type=moment, metavar="TIME", help="until then")
    add("--end", metavar="ID", help="end this silence now")
    person_arguments(grammar)
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Write it down, end it, or list what holds."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    now = clock(options.now)
    with fleet.store() as store:
        mention_no_watch(fleet, store, now)
        if options.end:
            ended = speak_again(store, options.end, person(options.by), now)
            if ended is None:
                raise UsageError(f"no silence {options.end!r} holds", "unshipped silence lists those that do")
            emit(f"ended: {safe(words.silence(ended))}\n")
            return 0
        if not _meant(options):
            held = [f"{one.id}  {safe(words.silence(one))}" for one in store.silences(now)]
            emit("\n".join(held or ["No silence holds."]) + "\n")
            return 0
        made = _made(options, now)
        declared(fleet, *made.match)
        fallen = keep_quiet(store, made, fleet.config.routes, now)
    lines = [f"{made.id}  {safe(words.silence(made))}", *(f"  {safe(one.target)} is open" for one in fallen)]
    emit("\n".join(lines) + "\n")
    return 0


def _meant(options: Options) -> bool:
    return bool(options.services or options.owners or options.environments or options.lasts or options.until)


def _made(options: Options, began: datetime) -> Silence:
    until = end(began, options.lasts, options.until)
    if until is None:
        raise UsageError("a silence has an end", "say for how long: --for 2h")
    if not options.reason:
        raise UsageError("a silence has a reason", "give one with --reason TEXT")
    match = Matcher(tuple(options.services), tuple(options.environments), tuple(options.owners))
    return Silence(uuid.uuid4().hex[:8], match, person(options.by), options.reason, began, until)
