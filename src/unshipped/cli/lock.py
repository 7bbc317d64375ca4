"""`unshipped lock`: nothing is deployed, everywhere or to some targets."""

from __future__ import annotations

import uuid

from unshipped.app.decide import lock_up
from unshipped.app.rollout_documents import lock_sentence
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, moment, open_from
from unshipped.cli.output import emit
from unshipped.cli.person import end, lasting, person, person_arguments
from unshipped.cli.terminal import safe
from unshipped.core.windows import Lock
from unshipped.errors import UsageError

HELP = """Lock: nothing is deployed to these services, or to an environment, or at all where neither is named;
not even a rollback. Without a reason and a name: list the locks."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("services", nargs="*", metavar="SERVICE", help="what is locked, or a glob [default: everything]")
    add("--for", dest="lasts", type=lasting, metavar="TIME", help="for how long, such as 2h")
    add("--until", type=moment, metavar="TIME", help="until then [default: until it is taken away]")
    person_arguments(grammar)
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Write it down, or list what is locked."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    now = clock(options.now)
    with fleet.store() as book:
        if options.reason:
            until = end(now, options.lasts, options.until)
            made = Lock(
                id=uuid.uuid4().hex[:8],
                reason=options.reason,
                by=person(options.by),
                since=now,
                until=until,
                services=tuple(options.services),
                environments=tuple(options.environments),
            )
            lock_up(book, made, fleet.config.targets)
            locks = [made]
        elif options.services or options.environments or options.lasts or options.until:
            raise UsageError("a lock has a reason", "give one with --reason TEXT")
        else:
            locks = book.locks(now)
    emit(
        "\n".join(safe(f"{one.id}  {lock_sentence(one)}") for one in locks) + "\n"
        if locks
        else "Nothing is locked.\n"
    )
    return 0
