"""`unshipped rollback`: go back to a revision that passed."""

from __future__ import annotations

import uuid

from unshipped.app.asking import Request, ask_back, held_back
from unshipped.cli.deploy import carried_out, meant, opened, rolling_arguments
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, environments_argument
from unshipped.cli.person import person
from unshipped.cli.rolling import ENDS
from unshipped.errors import UsageError
from unshipped.wiring.deploying import crew

HELP = """Go back to the last revision that passed before the one that serves, or to another one, and hold
the service there. A rollback waits for no window and no freeze, and is never rolled back itself."""

EPILOG = ENDS


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("services", nargs="+", metavar="SERVICE", help="what goes back")
    environments_argument(add, " [default: the first]")
    add("--to", metavar="REV", default="", help="to this commit or tag")
    add("--no-hold", action="store_true", help="do not hold it: what is deployed by itself may come again")
    rolling_arguments(grammar)


def run(options: Options) -> int:
    """Ask for it, and carry it out."""
    if not options.reason and not options.plan:
        raise UsageError("a rollback has a reason", "give one with --reason TEXT")
    fleet = opened(options)
    names = [target.name for target in meant(options, fleet)]
    with fleet.store() as book:
        made = crew(fleet, book, lambda: clock(None))
        request = Request(by=person(options.by), reason=options.reason, to=options.to)
        asked = ask_back(made, names, request, clock(None), lambda: uuid.uuid4().hex[:8])
        holds = [] if options.no_hold else [held_back(one, clock(None)) for one in asked]
        return carried_out(options, fleet, book, made, asked, holds)
