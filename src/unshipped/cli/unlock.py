"""`unshipped unlock`: what was locked may be deployed again."""

from __future__ import annotations

from unshipped.app.decide import unlock
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, open_from
from unshipped.cli.output import emit
from unshipped.cli.person import person
from unshipped.cli.terminal import safe
from unshipped.errors import UsageError

HELP = """End locks, whoever placed them: who ended it is written down."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("ids", nargs="+", metavar="ID", help="which one: `unshipped lock` names them")
    add("--by", metavar="WHO", default="", help="who says so [default: UNSHIPPED_USER, or the user here]")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Write it down."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    by, now = person(options.by), clock(None)
    with fleet.store() as book:
        for identity in options.ids:
            if not (lock := unlock(book, identity, by, now)):
                raise UsageError(f"no lock {identity!r} holds", "unshipped lock")
            emit(safe(f"{lock.id}: the lock of {lock.by} is ended by {by}") + "\n")
    return 0
