"""`unshipped deploy`: bring what is merged to serve, prove it, or go back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from unshipped.app.asking import Request, affected, ask
from unshipped.app.crew import Crew
from unshipped.app.observe import observe
from unshipped.app.take_up import preview
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import (
    clock,
    environments_argument,
    environments_or_first,
    fleet_arguments,
    moment,
    open_from,
    select,
)
from unshipped.cli.output import aside, emit, inert, json_text
from unshipped.cli.person import person, reason
from unshipped.cli.plan_text import plan_code, plan_json, plan_text
from unshipped.cli.rolling import ENDS, as_json, carry, exit_code, let_go, summary
from unshipped.cli.terminal import safe
from unshipped.core.exits import NOTHING, UNKNOWN
from unshipped.core.logged.journal import Kept
from unshipped.core.model import State, Target
from unshipped.core.windows import Asked, Despite
from unshipped.core.words import headline
from unshipped.errors import UsageError
from unshipped.ports.rolling import Book
from unshipped.wiring import Fleet
from unshipped.wiring.deploying import Foreman, Keeper, crew

HELP = """Deploy services: bring the commit that should serve, prove by their sources that it does, check it,
and go back to the last revision that passed where it fails.

Older never goes over newer, one rollout at a time touches a service, and what cannot begin now waits in the
queue with its reason."""

EPILOG = ENDS


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument_group("what to deploy").add_argument
    add("services", nargs="*", metavar="SERVICE", help="what to deploy")
    environments_argument(add, " [default: the first]")
    add("--affected", action="store_true", help="every service whose code differs from what it serves")
    add("--all-stale", action="store_true", help="every service that `check` says is behind, past its grace")
    add("--to", metavar="REV", default="", help="this commit, tag or branch [default: what should serve]")
    rolling_arguments(grammar)
    add = grammar.add_argument_group("how").add_argument
    add("--canary", action="store_true", help="give it the traffic share by share")
    add("--at", metavar="TIME", type=moment, help="not before that time")
    add("--go-on", action="store_true", help="go on with the others where one of them fails")
    add("--approval", action="store_true", help="wait until somebody approves it")
    add(
        "--despite",
        action="append",
        default=[],
        choices=[one.value for one in Despite],
        help="step over one safety, by its name (may be repeated; needs a --reason)",
    )


def rolling_arguments(grammar: Grammar) -> None:
    """What deploying and going back have in common."""
    add = grammar.add_argument_group("how to go about it").add_argument
    add("--plan", action="store_true", help="say what would happen, and touch nothing")
    add("--queue", action="store_true", help="ask for it and leave: `serve` carries it out")
    add("--reason", metavar="TEXT", default="", type=reason, help="why")
    add("--by", metavar="WHO", default="", help="who says so [default: UNSHIPPED_USER, or the user here]")
    add("--fetch", action="store_true", help="fetch from the remote before looking")
    add("--format", choices=("text", "json"), default="text", help="how to write what became of it [text]")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Ask for it, and carry it out."""
    if options.despite and not options.reason:
        raise UsageError("--despite needs a reason", "give one with --reason TEXT")
    if bool(options.services) + options.affected + options.all_stale != 1:
        raise UsageError("say what to deploy: services, --affected or --all-stale", "unshipped deploy --help")
    fleet = opened(options)
    with fleet.store() as book:
        made = crew(fleet, book, lambda: clock(None))
        request = Request(
            by=person(options.by),
            reason=options.reason,
            to=options.to,
            despite=tuple(map(Despite, options.despite)),
            not_before=options.at,
            canary=options.canary,
            go_on=options.go_on,
            needs_approval=options.approval,
            batch=uuid.uuid4().hex[:8],
        )
        names = _names(options, fleet, made)
        left: dict[str, UsageError] | None = None if options.services else {}
        asked = ask(made, names, request, clock(None), lambda: uuid.uuid4().hex[:8], left)
        if options.affected:
            asked = affected(made, asked, clock(None))
        code = carried_out(options, fleet, book, made, asked)
        return left_out(left) if left else code


def left_out(left: Mapping[str, UsageError]) -> int:
    """Name what could not be asked for with the others."""
    for name, error in left.items():
        aside(safe(f"{name} is left as it is: {error.message}"))
    return UNKNOWN


def opened(options: Options) -> Fleet:
    """The fleet, up to date where that is asked for."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    if not fleet.config.deploying.recipes:
        raise UsageError("nothing is deployed from here", "say how under `deploy:` in unshipped.yaml")
    if options.fetch:
        fleet.fetch(fleet.config.targets)
    return fleet


def carried_out(
    options: Options,
    fleet: Fleet,
    book: Book,
    made: Crew,
    asked: Sequence[Asked],
    holds: Sequence[Kept] = (),
) -> int:
    """Show what would happen, or ask for it, under these holds, and keep it going."""
    if not asked:
        emit('{"schema_version": 1, "targets": []}\n' if options.format == "json" else "Nothing waits.\n")
        return NOTHING
    if options.plan:
        found = preview(made, asked, clock(None))
        emit(json_text(plan_json(found)) if options.format == "json" else inert(plan_text(found)))
        return plan_code(found)
    ids = [one.id for one in asked]
    if options.queue:
        _ask_for(book, asked, holds)
        emit("\n".join(ids) + "\n")
        return 0
    foreman = Foreman(lambda: again(options), book, lambda: clock(None))
    with Keeper(lambda: fleet, foreman) as keeper:
        keeper.take()  # where nothing can keep it going, it is not asked for either
        _ask_for(book, asked, holds)
        done = carry(book, keeper.take, foreman, ids, by=asked[0].by, clock=lambda: clock(None))
        emit(json_text(as_json(done)) if options.format == "json" else summary(done))
        let_go(keeper, foreman, shared=bool(fleet.config.store.url))
    return exit_code(done)


def _ask_for(book: Book, asked: Sequence[Asked], holds: Sequence[Kept]) -> None:
    for one in holds:
        book.hold(one)
    book.wish(*asked)


def again(options: Options) -> Fleet:
    """The fleet as it is declared by now."""
    return open_from(options.repo, options.config, no_cache=options.no_cache)


def meant(options: Options, fleet: Fleet) -> tuple[Target, ...]:
    """The targets that are meant: in the first environment, where none is named. Raises `UsageError` for a
    service that is named and in none of them: nobody is told that it was done where it was left out.
    """
    environments = environments_or_first(options, fleet)
    targets = select(fleet, options.services, environments)
    for name in options.services:
        if all(target.service != name for target in targets):
            elsewhere = [target.environment for target in fleet.config.targets if target.service == name]
            hint = f"it is in {', '.join(elsewhere)}: -e {elsewhere[0]}"
            raise UsageError(f"{name} is not in {', '.join(environments)}", hint)
    return targets


def _names(options: Options, fleet: Fleet, made: Crew) -> list[str]:
    """The targets that are meant."""
    targets = meant(options, fleet)
    if options.services:
        return [target.name for target in targets]
    mine = [target for target in targets if target.name in made.recipes]
    if options.affected or not mine:
        return [target.name for target in mine]
    report = observe(mine, fleet.repository, fleet.source, now=clock(None), declared=0)
    for verdict in report.verdicts:
        if verdict.drift.state not in (State.BEHIND, State.IN_SYNC) and not verdict.quiet:
            aside(safe(f"{verdict.drift.target.name} is left as it is: {headline(verdict)}"))
    return [
        verdict.drift.target.name
        for verdict in report.verdicts
        if verdict.drift.state is State.BEHIND and not verdict.quiet
    ]
