"""`unshipped cancel`: what is under way goes back, what waits is taken out of the queue."""

from __future__ import annotations

from unshipped.app.cancel import cancel
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, open_from
from unshipped.cli.output import emit
from unshipped.cli.person import person, reason
from unshipped.cli.terminal import safe
from unshipped.errors import UsageError

HELP = """Cancel rollouts: one that is under way ends its step and goes back, one that waits is taken out of
the queue."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("ids", nargs="+", metavar="ID", help="which one: `unshipped rollouts` names them")
    add("--reason", metavar="TEXT", default="", type=reason, help="why")
    add("--by", metavar="WHO", default="", help="who says so [default: UNSHIPPED_USER, or the user here]")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Write it down; whoever carries it out heeds it within a second."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    by, now = person(options.by), clock(None)
    with fleet.store() as book:
        under_way = False
        for identity in options.ids:
            under_way |= any(one.open for one in book.rollouts(ids=[identity]))
            if told := cancel(book, identity, by, options.reason, now):
                emit(safe(f"{identity}: {told}") + "\n")
            elif book.rollouts(ids=[identity]) or book.wishes(ids=[identity]):
                emit(safe(f"{identity}: it has ended, or was cancelled before") + "\n")
            else:
                raise UsageError(f"no rollout {identity!r}", "unshipped rollouts")
    if under_way:
        emit("whoever carries it out does that; where nobody does any more, `unshipped resume`\n")
    return 0
