"""`unshipped unhold`: a service need not stay as it is any more."""

from __future__ import annotations

from unshipped.app.around import frozen
from unshipped.app.decide import let_go
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, open_from, select
from unshipped.cli.output import emit
from unshipped.cli.person import mention_no_watch, person, person_arguments
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.holds import lasts

HELP = """End the holds of services that were placed with `hold`. Those of the configuration are ended
there."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("services", nargs="+", metavar="SERVICE", help="what is held no longer")
    person_arguments(grammar)
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Write it down."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    now, by = clock(options.now), person(options.by)
    targets = select(fleet, options.services, options.environments)
    with fleet.store() as store:
        ended = [
            one for target in targets for one in let_go(store, target.service, target.environment, by, now)
        ]
        mention_no_watch(fleet, store, now)
    lines = [f"ended: {safe(words.kept(one))}" for one in ended]
    lines += [
        f"{safe(target.name)} is held in {safe(str(fleet.path))}, and stays so"
        for target in frozen(targets, fleet.config.deploying.recipes, now)
        if target.hold and lasts(target.hold, now)
    ]
    emit("\n".join(lines or ["Nothing of these is held in the log."]) + "\n")
    return 0
