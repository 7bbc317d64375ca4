"""`unshipped approve`: what waits for that may begin."""

from __future__ import annotations

from unshipped.app.approve import Refusal, approve
from unshipped.app.decide import COMMAND
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, open_from
from unshipped.cli.output import emit
from unshipped.cli.person import person
from unshipped.cli.terminal import safe
from unshipped.errors import UsageError

HELP = """Approve of deploys that wait for it. They begin as soon as nothing else speaks against them."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("ids", nargs="+", metavar="ID", help="which one: `unshipped rollouts` names them")
    add("--by", metavar="WHO", default="", help="who says so [default: UNSHIPPED_USER, or the user here]")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Write it down."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    by, now = person(options.by), clock(None)
    with fleet.store() as book:
        for identity in options.ids:
            if not book.wishes(ids=[identity]):
                raise UsageError(f"nothing with the id {identity!r} waits", "unshipped rollouts")
            found = approve(book, fleet.config.deploying.recipes, identity, by, now, COMMAND)
            if isinstance(found, Refusal):
                raise UsageError(f"{identity}: {found.reason}", found.hint or "unshipped rollouts")
            emit(safe(f"{found.asked.target}: {found.asked.commit[:9]} approved by {by}") + "\n")
    emit("`unshipped serve` begins it, or `unshipped resume`\n")
    return 0
