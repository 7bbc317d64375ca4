"""`unshipped explain`: why one service is in its state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from unshipped.app.explain import Counted, Explanation, Own, explain
from unshipped.app.what_if import Over, over
from unshipped.cli.commands import EXIT_CODES
from unshipped.cli.cures import CURES
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.look import look
from unshipped.cli.options import amount, check_arguments, colour_argument, fleet_arguments, given
from unshipped.cli.output import emit, inert, json_text
from unshipped.cli.terminal import Screen, safe
from unshipped.cli.trace import trace
from unshipped.cli.what_if import over_text, what_if
from unshipped.core import words
from unshipped.core.closures.evidence import Why
from unshipped.core.exits import exit_code
from unshipped.core.model import Expected, Policy, Revision, Severity, Signal, Target, Verdict
from unshipped.errors import UsageError
from unshipped.wiring import Fleet, open_fleet
from unshipped.wiring.recording import record_of

_MOST_PATHS = 8
_LONGEST_COMMAND = 4_000


HELP = """Why SERVICE is in its state: signals, missing changes, what was ignored, and
the git commands that show the same."""
EPILOG = EXIT_CODES


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("service", metavar="SERVICE", help="which service")
    fleet_arguments(grammar)
    check_arguments(
        grammar, path="why this file counts, or does not; with --deployed: what the service is made of"
    )
    add = grammar.add_argument_group("what to write").add_argument
    add(
        "--policy",
        metavar="FILE",
        type=given,
        help="say, too, when the thresholds of that configuration hold",
    )
    add("--format", choices=["text", "json"], default="text", help="how to write it [text]")
    add("--max-changes", type=amount, default=50, metavar="N", help="show at most so many changes [50]")
    colour_argument(add)


def run(options: Options) -> int:
    """Look, tell, and answer the exit code."""
    plain = options.format == "json"
    if options.paths and options.deployed is None:
        _is_text(plain, "--path")
        return trace(options)
    _is_text(plain and options.policy, "--policy")
    seen = look([options.service], options)
    other = open_fleet(options.policy, None, seen.fleet.cache).config if options.policy else None
    policies = {target.name: target.policy for target in other.targets} if other else {}
    screen = Screen(colour=options.colour)
    told = []
    found = [_explained(verdict, seen.fleet, seen.now) for verdict in seen.report.verdicts]
    if plain:
        emit(json_text(_document(found, seen.fleet, seen.now, options.max_changes)))
        return exit_code(seen.report, Severity.WARNING)
    for explanation in found:
        text = _told(explanation, seen.now, screen, options.max_changes)
        text += what_if(explanation, policies, str(options.policy), seen.now, screen)
        target = explanation.verdict.drift.target
        policy = policies.get(target.name)
        past = _over(seen.fleet, target, policy, seen.now) if policy else ()
        told.append(text + over_text(past, str(options.policy), screen))
    emit(inert("\n".join(told)))
    return exit_code(seen.report, Severity.WARNING)


def _is_text(plain: bool, option: str) -> None:
    if plain:
        raise UsageError(f"what {option} shows is told as text", "leave out --format json")


def _explained(verdict: Verdict, fleet: Fleet, now: datetime) -> Explanation:
    origin = verdict.drift.origin
    place = _place(fleet.place(origin.repository)) if origin else "."
    return explain(verdict, fleet.repository, place, now)


def _document(found: Sequence[Explanation], fleet: Fleet, now: datetime, most: int) -> dict[str, object]:
    from unshipped.app.explained import plain
    from unshipped.wiring.watching import page

    targets = []
    for one in found:
        origin = one.verdict.drift.origin
        web = page(fleet, origin.repository) if origin else ""
        serves = [{"commit": each.commit, "share": each.share} for each in one.verdict.drift.served]
        targets.append({**plain(one, most, web), "deployed": serves})
    return {"schema_version": 1, "checked_at": words.stamp(now), "targets": targets}


def _over(fleet: Fleet, target: Target, policy: Policy, now: datetime) -> tuple[Over, ...]:
    """The newest incidents of a target that are over, where there is a log that knows of them."""
    log = record_of(fleet)
    if log is None:
        return ()
    try:
        return over(log, target, policy, now)
    finally:
        log.close()


def _place(repository: str) -> str:
    """How the repository is named in commands that can be pasted: not at all where one stands in it."""
    return "." if Path(repository).resolve() == Path.cwd() else repository


def _told(explanation: Explanation, now: datetime, screen: Screen, most: int) -> str:
    verdict = explanation.verdict
    drift = verdict.drift
    title = f"{drift.target.service} in {drift.target.environment}: {words.headline(verdict)}"
    lines = [screen.paint(safe(title), "bold"), "", *_facts(explanation, now)]
    lines += _section("Missing changes, newest first", _live(explanation.changes), now, screen, most)
    lines += _section("Cancelled: made and taken back", _cancelled(explanation.changes), now, screen, most)
    lines += _section("Left out by `ignore`", explanation.ignored, now, screen, most)
    lines += _only_here(explanation)
    if explanation.elsewhere:
        lines += [
            "",
            f"{words.count(explanation.elsewhere, 'other change')} on the branch: nothing of this service.",
        ]
    if explanation.links:
        lines += ["", "Symbolic links followed", *(f"  {safe(a)} → {safe(b)}" for a, b in explanation.links)]
    if explanation.reproduce:
        lines += ["", "The same with git", *(f"  {one}" for one in _readable(explanation.reproduce))]
    return "\n".join(lines) + "\n"


def _readable(commands: Sequence[str]) -> list[str]:
    """The commands, or where they are, if nobody would read them here."""
    if max(map(len, commands)) > _LONGEST_COMMAND:
        return ["its paths are too many to be read here: `--format json` has the commands, under `reproduce`"]
    return [safe(command) for command in commands]


def _facts(explanation: Explanation, now: datetime) -> list[str]:
    verdict, drift = explanation.verdict, explanation.verdict.drift
    rows = [("severity", f"{verdict.severity.word}: {verdict.reasons[0]}")]
    rows += [("", reason) for reason in verdict.reasons[1:]]
    if verdict.flags:
        rows.append(("flags", ", ".join(flag.value.replace("_", " ") for flag in verdict.flags)))
    rows += [("should run", _expected(drift.expected))] if drift.expected else []
    rows += [
        ("runs", f"{s.commit}{'' if s.share == 1 else f' ({s.share:.0%} of the traffic)'}")
        for s in drift.served
    ]
    rows += [("signal", line) for signal in drift.signals for line in _signal(signal)]
    if drift.facts and drift.facts.oldest:
        oldest = drift.facts.oldest.landed_at
        rows.append(
            ("behind since", f"{words.moment(oldest)} ({words.age((now - oldest).total_seconds())} ago)")
        )
    if drift.problem:
        rows.append(("to mend it", drift.problem.hint or CURES[drift.problem.code]))
        rows.append(("reason code", drift.problem.code.value))
    return [f"  {name:<13} {safe(text)}" for name, text in rows]


def _expected(expected: Expected) -> str:
    return f"{expected.commit} ({expected.ref}: {expected.why})"


def _signal(signal: Signal) -> list[str]:
    if signal.problem:
        return [f"{signal.source} gave no answer: {signal.problem.message}"]
    return [f"{_speaker(signal, word)} says {word.ref or word.text}" for word in signal.revisions]


def _speaker(signal: Signal, word: Revision) -> str:
    said_by = f", {word.said_by}" if word.said_by else ""
    part = f" of {word.part} ({word.share:.0%} of the traffic)" if word.part else ""
    return f"{signal.source}{said_by}{part}"


def _live(changes: Sequence[Counted]) -> list[Counted]:
    return [one for one in changes if not one.change.cancelled]


def _cancelled(changes: Sequence[Counted]) -> list[Counted]:
    return [one for one in changes if one.change.cancelled]


def _section(title: str, changes: Sequence[Counted], now: datetime, screen: Screen, most: int) -> list[str]:
    if not changes:
        return []
    lines = ["", screen.paint(f"{title} ({len(changes):,})", "bold")]
    for one in changes[:most]:
        lines += _change(one, now, screen)
    if len(changes) > most:
        lines.append(f"  and {len(changes) - most:,} more (--max-changes)")
    return lines


def _change(one: Counted, now: datetime, screen: Screen) -> list[str]:
    change = one.change
    waited = words.age((now - change.landed_at).total_seconds())
    lines = [
        f"  {screen.paint(change.commit[:9], 'yellow')}  {safe(change.subject)}",
        f"             {safe(change.author)}, {words.moment(change.landed_at)} ({waited} ago)",
    ]
    lines += [f"             {_path(why)}" for why in one.paths[:_MOST_PATHS]]
    if len(one.paths) > _MOST_PATHS:
        lines.append(f"             and {len(one.paths) - _MOST_PATHS:,} more paths")
    inside = [commit for commit in change.commits if commit != change.commit]
    if inside:
        lines.append(
            f"             brings {', '.join(commit[:9] for commit in inside[:6])}" + _more(inside, 6)
        )
    return lines


def _more(items: Sequence[object], most: int) -> str:
    return f" and {len(items) - most} more" if len(items) > most else ""


def _path(why: Why) -> str:
    path = safe(why.path)
    if why.ignored_by:
        return f"{path}  ignored by {safe(why.ignored_by)}"
    through = f", through the link {safe(why.link)}" if why.link and why.link != why.pattern else ""
    return f"{path}  counts by {safe(why.pattern)}{through}"


def _only_here(explanation: Explanation) -> list[str]:
    facts = explanation.verdict.drift.facts
    if facts is None:
        return []
    return [
        *_own("Only in production", explanation.ahead, len(facts.ahead)),
        *_own("In production and already on the branch", explanation.already, len(facts.landed_elsewhere)),
    ]


def _own(title: str, shown: Sequence[Own], number: int) -> list[str]:
    if not shown:
        return []
    lines = [f"  {one.commit[:9]}  {safe(f'{one.subject} ({one.author})')}" for one in shown]
    more = [f"  and {number - len(shown):,} more"] if number > len(shown) else []
    return ["", f"{title} ({number:,})", *lines, *more]
