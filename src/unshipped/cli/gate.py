"""`unshipped gate`: whether work may run with what is deployed."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unshipped.carried.rule import USUAL_BYPASS, looked
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.look import look
from unshipped.cli.options import amount, clock, fleet_arguments, length, moment, open_from
from unshipped.cli.output import aside, emit, inert, json_text
from unshipped.cli.person import person
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.exits import DRIFT, FINE, UNKNOWN
from unshipped.core.gating import Answer, Gate, GateDecision, Mode, Purpose
from unshipped.errors import FetchError, StoreError, UsageError
from unshipped.gate.questions import bypassing_of
from unshipped.gate.values import Bypassing, Decision, Question
from unshipped.gate.words import question_of
from unshipped.wiring import Fleet
from unshipped.wiring.recording import receivers, record_of, unkept
from unshipped.wiring.spooled import leave_spooled, take_spooled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from unshipped.app.ask_gate import Asked, House
    from unshipped.app.gate_api import Record
    from unshipped.core.gating import Bypass
    from unshipped.core.logged.observations import Standing
    from unshipped.ports.keeping import Store

HELP = """Say whether work may run with what is deployed: put it before the work, and let its exit code
decide. `unshipped gate report` says from what was recorded whether the gates were right.

It asks a server where one is named, else the log where it holds a fresh look, else the services themselves.
Without a gate of unshipped.yaml the mode is `enforce`."""
EPILOG = """\
exit codes:
  0  the work may run: allowed, warned, or only observed
  1  the gate says block
  2  wrong usage or configuration
  3  the gate says block, since it could not be determined how a service stands
"""
REPORT = "report"

_FOUR_HOURS, _TEN_SECONDS = timedelta(seconds=USUAL_BYPASS), timedelta(seconds=10)
_A_MONTH = timedelta(days=30)


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("services", nargs="*", metavar="SERVICE", help="what the work runs with")
    _rule_arguments(grammar)
    add = grammar.add_argument_group("to pass all the same").add_argument
    add("--skip-drift-check", action="store_true", help="let it through: recorded, announced, and ends")
    add("--reason", metavar="TEXT", default="", help="why")
    add("--by", metavar="WHO", default="", help="who asks [default: UNSHIPPED_USER, or the user here]")
    add(
        "--bypass-id", metavar="ID", default="", help="its name: by it, it is given once [default: a new one]"
    )
    add("--for", dest="lasting", type=length, default=_FOUR_HOURS, metavar="TIME", help="how long [4h]")
    add = grammar.add_argument_group("whom to ask").add_argument
    add("--server", metavar="URL", default="", help="a server [default: UNSHIPPED_SERVER]")
    add("--deadline", type=length, default=_TEN_SECONDS, metavar="TIME", help="how long to wait [10s]")
    add("--fetch", action="store_true", help="where the services are asked: fetch from the remote before")
    add("--now", metavar="TIME", type=moment, help="the time to judge by [default: the clock]")
    fleet_arguments(grammar)
    add = grammar.add_argument_group("what to write").add_argument
    add("--format", choices=["text", "json"], default="text", help="how to write it [text]")
    add("--write", metavar="FILE", type=Path, help="write a file of verdicts, for programs to ask")
    add("--since", type=length, default=_A_MONTH, metavar="TIME", help="for report: how far back [30d]")


def _rule_arguments(grammar: Grammar) -> None:
    add = grammar.add_argument_group("by which rule").add_argument
    add("--gate", metavar="NAME", default="", help="a gate of unshipped.yaml, with its services and limits")
    add("-e", "--environment", metavar="NAME", default="", help="where the services run [default: the first]")
    add("--max-behind", type=amount, metavar="N", help="more commits behind than that block")
    add("--max-age", type=length, metavar="TIME", help="a longer wait blocks, such as 6h")
    add("--mode", choices=[mode.value for mode in Mode], default="", help="how much it means")
    unknown = "what is answered where it could not be determined how a service stands"
    add("--on-unknown", choices=[answer.word for answer in Answer], default="", help=unknown)
    add("--max-verdict-age", type=length, metavar="TIME", help="what was seen longer ago is unknown")
    purposes = [purpose.value for purpose in Purpose]
    add(
        "--purpose", choices=purposes, default="work", help="a rollback, an emergency is never stopped [work]"
    )
    add("--deploys", metavar="TARGET", default="", help="what the work deploys, as service/environment")


def run(options: Options) -> int:
    """Ask, write, and answer the exit code."""
    if options.services == [REPORT]:
        from unshipped.cli.gate_report import report

        return report(options)
    asking = options.services or options.gate
    if not asking and not options.write:
        raise UsageError("name a service, or a gate with --gate", "unshipped gate --help")
    options.by = person(options.by)
    question = question_of(tuple(options.services), _given(options))
    server = options.server or os.environ.get("UNSHIPPED_SERVER", "")
    if server and not options.write:
        return _told_by(server, question, options)
    return _told_here(question, options, asking=bool(asking))


def _given(options: Options) -> Any:
    names = ("gate", "environment", "max_behind", "max_age", "mode", "on_unknown", "max_verdict_age")
    return {name: getattr(options, name) for name in (*names, "purpose", "deploys", "by")}


def _bypassing(options: Options) -> Bypassing | None:
    if not options.skip_drift_check:
        if options.reason:
            raise UsageError("--reason goes with --skip-drift-check")
        return None
    given = bypassing_of(options.reason, options.by, options.lasting.total_seconds())
    return given._replace(id=options.bypass_id or given.id)


def _told_here(question: Question, options: Options, *, asking: bool) -> int:
    """By the record; where that is away, nobody is stopped by it: the rule and the mode answer as ever."""
    bypassing, now = _bypassing(options), clock(options.now)
    options.holds = True
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    try:
        record = record_of(fleet, make=bypassing is not None)
        if record:
            for told in take_spooled(fleet, record, now):
                aside(safe(told))
        return _answered(question, options, fleet, bypassing, record, now, asking=asking)
    except StoreError as error:
        if options.write:  # a file without the bypasses that hold would revoke them
            raise
        options.holds = False
        code = _answered(question, options, fleet, bypassing, unkept(), now, asking=asking)
        how = "this answer is written down nowhere"
        if bypassing:
            left = leave_spooled(fleet, question, bypassing, now)
            how = f"the bypass is left in {left}" if left else "the bypass is written down nowhere"
        aside(safe(f"{how}: {error.message}"))
        return code


def _answered(
    question: Question,
    options: Options,
    fleet: Fleet,
    bypassing: Bypassing | None,
    record: Store | None,
    now: datetime,
    *,
    asking: bool,
) -> int:
    """From the record where it is fresh, else by a look."""
    from unshipped.app.ask_gate import answer, earned, house, keep, kept, understood

    here = house(((one.service, one.environment) for one in fleet.config.targets), fleet.config.guards)
    asked = understood(question, earned(here, record, now, question.gate)) if asking else None
    if bypassing and asked and record:
        _let_through(bypassing, asked, record, fleet, now)
    standings = kept(asked, record, now) if asked and record and not options.write else None
    if standings is None:
        places = asked.places if asked else here.targets
        commits = asked is None or asked.gate.max_behind is not None
        standings = _looked(options, fleet, places, now, commits=commits)
    bypasses = record.bypasses(now) if record else []
    if options.write:
        _keep(options.write, standings, earned(here, record, now), bypasses, now, quiet=asking)
    if asked is None:
        return FINE
    decision = keep(answer(asked, standings, bypasses, now), record)
    return _written(decision, asked.gate, options.format)


def _looked(
    options: Options, fleet: Fleet, places: Sequence[tuple[str, str]], now: datetime, *, commits: bool
) -> dict[str, Standing]:
    """How the targets stand, by a look at them. Where a remote is away nobody knows: the rule answers. A file
    is left as it was then.
    """
    from unshipped.app.watch import unreadable
    from unshipped.core.logged.observations import observed, stands

    services = list(dict.fromkeys(service for service, _ in places))
    extra: dict[str, Any] = {"deployed": None, "paths": [], "expected": None}
    asked = Options(**{**vars(options), **extra, "environments": list({where for _, where in places})})
    try:
        seen = look(services, asked, limit=20, commits=commits)
        found = [observed(verdict, seen.now) for verdict in seen.report.verdicts]
        for note in seen.report.notes:  # such as how old the branch is: what landed since then is not known
            aside(safe(note))
    except FetchError as error:
        if options.write:
            raise
        targets = [one for one in fleet.config.targets if (one.service, one.environment) in places]
        found = [unreadable(one, error.problem(), now) for one in targets]
    return {one.target: stands(None, one) for one in found}


def _let_through(bypassing: Bypassing, asked: Asked, record: Record, fleet: Fleet, now: datetime) -> None:
    """Write it down and announce it. Raises `UsageError` where it is none."""
    from unshipped.app.bypass import give, ids, told

    services = [service for service, _ in asked.places]
    hear, name = receivers(fleet), ids(bypassing.id)
    given = give(bypassing, asked.gate.name, services, record, now, identity=name, receivers=hear)
    for one in given:
        aside(f"bypass {one.id}: {safe(told(one, now))}")


def _keep(
    path: Path,
    standings: Mapping[str, Standing],
    here: House,
    bypasses: Sequence[Bypass],
    now: datetime,
    *,
    quiet: bool,
) -> None:
    from unshipped.app.verdict_file import put, verdict_file

    key = os.environ.get("UNSHIPPED_VERDICTS_KEY", "")
    names = [f"{service}/{environment}" for service, environment in here.targets]
    found = [standings[name] for name in names if name in standings]
    put(path, verdict_file(found, now=now, guards=here.guards, bypasses=bypasses, key=key))
    if not quiet:
        emit(f"{path}: {words.count(len(standings), 'target')}{', signed' if key else ''}\n")


def _told_by(server: str, question: Question, options: Options) -> int:
    """By a server; where it does not answer, by the rule for what is unknown."""
    from unshipped.carried.rule import flaw
    from unshipped.gate.asking import begin, end, until_told
    from unshipped.gate.questions import passed
    from unshipped.gate.values import Where

    bypassing = _bypassing(options)
    if bypassing and (wrong := flaw(bypassing.by, bypassing.reason, bypassing.seconds)):
        raise UsageError(wrong, "--reason TEXT, --by WHO, --for 4h")
    where = Where(server, os.environ.get("UNSHIPPED_TOKEN", ""), deadline=options.deadline.total_seconds())
    now = clock(options.now)
    begun = begin(question, where, bypassing, now)
    if not isinstance(begun, Decision):
        begun.landed.wait(where.deadline)
        begun = end(question, where, begun, bypassing, now)
    found = passed(begun, question, where, bypassing)
    emit(
        _json(found, question)
        if options.format == "json"
        else _text(found.answer, found.would, found.mode, found.verdict_age, found.reasons, found.targets)
    )
    until_told()
    return _code(found.answer, unknown=found.unknown_stops)


def _json(found: Decision, question: Question) -> str:
    asked = {name: getattr(question, name) or None for name in ("purpose", "deploys")}
    ages = {f"{name}_seconds": getattr(found, name) for name in ("verdict_age", "max_verdict_age")}
    rest = {"asked_by": question.by or None, "on_unknown": found.on_unknown or None}
    document = {"schema_version": 1, **found._asdict(), **asked, **ages, **rest}
    for name in ("verdict_age", "max_verdict_age", "unknown_stops", "deployed"):
        del document[name]
    return json_text(document)


def _written(decision: GateDecision, gate: Gate, form: str) -> int:
    if form == "json":
        from unshipped.app.documents import document

        emit(json_text(document(decision, gate)))
    else:
        how = decision.mode.value, decision.verdict_age
        targets = [one.plain() for one in decision.found]
        emit(inert(_text(decision.answer.word, decision.would.word, *how, decision.reasons, targets)))
    stopping = [one for one in decision.found if one.answer is Answer.BLOCK]
    return _code(decision.answer.word, unknown=any(one.unknown for one in stopping))


def _text(
    answer: str,
    would: str,
    mode: str,
    age: float | None,
    reasons: tuple[str, ...],
    targets: Sequence[Mapping[str, object]],
) -> str:
    """The answer first and a reason last: scripts take those lines."""
    meant = f" (mode {mode}: it would be {would})" if would != answer else ""
    places = ", ".join(dict.fromkeys(str(one["environment"]) for one in targets if one["environment"]))
    how = f"{places}: " * bool(places) + looked(age, mode)
    lines = (f"{answer}{meant}", *(f"  {line}" for line in (how, *reasons)))
    return "".join(f"{safe(line)}\n" for line in lines)


def _code(answer: str, *, unknown: bool) -> int:
    if answer != "block":
        return FINE
    return UNKNOWN if unknown else DRIFT
