"""`unshipped rollouts`: what waits, what is under way, and what was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from unshipped.app import rollout_documents as documents
from unshipped.app.take_up import keeping, opening
from unshipped.cli.commands import meant
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, environments_argument, fleet_arguments, open_from, select
from unshipped.cli.output import emit, inert, json_text
from unshipped.cli.person import lasting
from unshipped.cli.rolling import headline, step
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.logged.rolling import Rollout, Taken, Wish
from unshipped.errors import UsageError
from unshipped.ports.rolling import Book
from unshipped.wiring.deploying import crew

HELP = """What waits to be deployed and why, what is under way, and how the last rollouts ended. With the id
of one: its plan, every step, and what it printed."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("services", nargs="*", metavar="SERVICE|ID", help="only of these services, or one rollout by its id")
    environments_argument(add)
    add("--since", type=lasting, default=timedelta(days=7), metavar="TIME", help="how far back [7d]")
    add("--output", action="store_true", help="with an id: print what its steps printed, and nothing else")
    add("--format", choices=("text", "json"), default="text", help="how to write it [text]")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Read the log and write."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    with fleet.store() as book:
        if len(options.services) == 1 and (found := book.rollouts(ids=options.services)):
            _show(book, found[0], options)
            return 0
        declared = {target.service for target in fleet.config.targets}
        if len(options.services) == 1 and not declared.issuperset(options.services):
            what = f"no service and no rollout {options.services[0]!r}"
            raise UsageError(f"{what}{meant(options.services[0], sorted(declared))}", "unshipped rollouts")
        if options.output:
            raise UsageError("--output goes with the id of one rollout", "unshipped rollouts")
        targets = {target.name for target in select(fleet, options.services, options.environments)}
        waiting = [one for one in book.wishes() if one.asked.target in targets]
        listed = [one for one in book.rollouts(since=clock(None) - options.since) if one.target in targets]
        listed += [
            one for one in book.rollouts(open_only=True) if one.target in targets and one not in listed
        ]
        locks = book.locks(clock(None))
        staff = crew(fleet, book, lambda: clock(None))
        opens, kept = opening(staff, waiting, clock(None)), keeping(staff, waiting, clock(None))
    if options.format == "json":
        rows = {
            "waiting": [documents.wish(one, opens.get(one.asked.id)) for one in waiting],
            "rollouts": [documents.rollout(one) for one in listed],
        }
        emit(json_text({"schema_version": 1} | rows))
        return 0
    lines = [f"locked by {one.by}: {one.reason} ({one.id})" for one in locks]
    lines += [
        f"{one.asked.target}  {one.asked.commit[:9]}  waits: {kept.get(one.asked.id) or _last_told(one)}"
        f"  (asked for by {one.asked.by}, {one.asked.id})"
        for one in waiting
    ]
    lines += [_line(one) for one in listed]
    lines = lines or ["Nothing waits, and nothing was deployed in that time."]
    emit(inert("\n".join(map(safe, lines)) + "\n"))
    return 0


def _last_told(one: Wish) -> str:
    """What kept it back when it was last tried: of what can be seen without trying, nothing does."""
    if not one.waits:
        return "nobody has looked at it yet"
    return f"{one.waits} (when it was last tried: `unshipped resume` tries again)"


def _line(one: Rollout) -> str:
    how = one.outcome.end.value if one.outcome else "under way"
    return f"{words.moment(one.begun_at)}  {one.target}  {headline(one.plan)}  {how}  ({one.id})"


def _show(book: Book, rollout: Rollout, options: Options) -> None:
    steps = book.steps(rollout.id)
    output = "".join(line.text for line in _every_line(book, rollout.id))
    if options.output:
        emit(inert("\n".join(map(safe, output.split("\n")))))
    elif options.format == "json":
        row = documents.rollout(rollout) | {"steps": documents.steps(rollout.plan, steps), "output": output}
        emit(json_text({"schema_version": 1, "rollout": row}))
    else:
        emit(inert("\n".join(map(safe, _told(rollout, steps))) + "\n"))


def _every_line(book: Book, rollout: str) -> Iterator[Any]:
    after = 0
    while found := book.output(rollout, after=after):
        yield from found
        after = found[-1].seq


def _told(rollout: Rollout, steps: Sequence[Taken]) -> Iterator[str]:
    plan = rollout.plan
    yield f"{rollout.target}: {headline(plan)}"
    yield ""
    yield f"  asked for   by {plan.by}{f': {plan.reason}' if plan.reason else ''}"
    yield f"  begun       {words.moment(rollout.begun_at)}"
    if rollout.outcome and rollout.ended_at:
        yield f"  ended       {words.moment(rollout.ended_at)}: {rollout.outcome.end.value}"
        yield f"              {rollout.outcome.reason}"
    if rollout.cancelled_by:
        yield f"  cancelled   by {rollout.cancelled_by}: {rollout.cancel_reason}"
    yield f"  way back    {plan.good[:9] or 'none'}"
    yield from (f"  note        {note}" for note in plan.notes)
    yield ""
    way = (*plan.steps, *plan.back)
    for taken in steps:
        how = taken.result.went.value if taken.result else "under way"
        detail = f": {taken.result.detail}" if taken.result and taken.result.detail else ""
        tries = f" (begun {taken.attempts} times)" if taken.attempts > 1 else ""
        yield f"  {words.moment(taken.begun_at)}  {step(way[taken.number])}  {how}{detail}{tries}"
    if plan.ships:
        yield ""
        yield from (f"  {one.commit[:9]} {one.subject} ({one.author})" for one in plan.ships)
