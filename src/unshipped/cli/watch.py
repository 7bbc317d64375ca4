"""`unshipped watch`: look, write down what follows, tell who has to know."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from time import monotonic

from unshipped.app.tell import tell, untold
from unshipped.app.watch import Checked, check, shard
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.metrics import leave
from unshipped.cli.options import clock, fleet_arguments, moment, open_from
from unshipped.cli.output import aside, emit, json_text
from unshipped.cli.progress import watched
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.exits import DRIFT, FINE, NOTHING, UNKNOWN
from unshipped.core.logged.journal import Delivery, Outcome
from unshipped.core.model import Severity
from unshipped.errors import UsageError
from unshipped.ports.rolling import Book
from unshipped.wiring import Fleet
from unshipped.wiring.spooled import take_spooled
from unshipped.wiring.verdicts import leave_verdicts
from unshipped.wiring.watching import beat, schedule, speaker, watching

HELP = """Look at the fleet, write down in the log what follows from it, and tell who has to know.

With --once that is one round, for any scheduler; without it the rounds of `watch.schedule` are kept until
it is stopped."""

EPILOG = """\
exit codes with --once:
  0  the round was done, written down and told, whatever was found
  1  drift at or above --fail-on, where that is given
  2  wrong usage or configuration
  3  nothing could be determined, or with --fail-on not all; somebody could not be told, its verdicts or
     metrics could not be written, or the clock was set back
  4  nothing was checked; a share of the fleet to which no target falls is done with 0
"""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    fleet_arguments(grammar)
    add = grammar.add_argument_group("which round").add_argument
    add("--once", action="store_true", help="do one round and leave")
    add("--shard", metavar="N/M", default="1/1", help="only this share of the fleet, such as 1/4 [all of it]")
    add(
        "--slot",
        metavar="TIME",
        type=_moment_or_word,
        default="now",
        help="the moment that the round is for: now, schedule (the newest that is due), or a time; "
        "a share is looked at once for a moment [now]",
    )
    add("--no-fetch", action="store_true", help="do not fetch the repositories before looking")
    add("--no-tell", action="store_true", help="write down what is to be told, and tell nobody now")
    add("--now", metavar="TIME", type=moment, help="the time to judge by [default: the clock]")
    add = grammar.add_argument_group("what to write").add_argument
    add("--format", choices=("text", "json"), default="text", help="how to write what was done [text]")
    add("--metrics", metavar="FILE", type=Path, help="write metrics for Prometheus to this file, too")
    grades = [severity.word for severity in Severity if severity]
    judged = "leave with 1 where drift is found from this severity on, with 3 where anything is unknown"
    add("--fail-on", choices=grades, help=judged)


def run(options: Options) -> int:
    """Do one round, or keep doing them."""
    if not options.once:
        from unshipped.cli import serve

        return serve.run(options)
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    share, now = shard(options.shard), clock(options.now)
    with fleet.store() as store, watched("looking"):
        slot, fetch = _slot(options.slot, fleet, now), fleet.config.watch.fetch and not options.no_fetch
        checked = check(store, watching(fleet, now, fetch=fetch), share, slot, now=now, clock=monotonic)
        attempts, unsaid = ([], []) if options.no_tell else _tell(fleet, store)
        late = list(take_spooled(fleet, store, now))
        unwritten = leave_verdicts(fleet, store, now)
        unmeasured = leave(fleet, store, options.metrics or fleet.metrics_file())
    if silent := beat(fleet, checked, [*attempts, *unsaid], now):
        aside(f"the heartbeat was not told: {safe(silent)}")
    if checked.ahead:
        aside(words.clock_back(checked.ahead, now))
    for said in late:
        aside(safe(said))
    if unwritten:
        aside(f"programs do not hear of it: {safe(unwritten)}")
    if unmeasured:
        aside(f"no metrics are written: {safe(unmeasured)}")
    as_json = options.format == "json"
    emit(_as_json(checked, attempts, unsaid) if as_json else _told(checked, attempts, unsaid))
    code = _code(checked, [*attempts, *unsaid], options.fail_on)
    return UNKNOWN if (unwritten or unmeasured) and code in (FINE, DRIFT) else code


def _tell(fleet: Fleet, store: Book) -> tuple[list[Delivery], list[Delivery]]:
    """The attempts of this round, and of what is still unsaid and was not tried in it the last ones."""
    known = fleet.config.telling.receivers
    attempts = tell(store, fleet.notifier, by=speaker(), clock=lambda: clock(None), known=known)
    tried = {one.notice for one in attempts}
    unsaid = untold(store, known, clock(None))
    return attempts, [one for one in unsaid if one.notice not in tried]


def _moment_or_word(text: str) -> datetime | str:
    return text if text in ("now", "schedule") else moment(text)


def _slot(asked: datetime | str, fleet: Fleet, now: datetime) -> datetime:
    if isinstance(asked, datetime):
        return asked
    if asked == "now":
        return now
    latest = schedule(fleet.config).latest(now)
    if latest is None:
        raise UsageError("the schedule has had no moment yet", "leave out --slot")
    return latest


def _code(checked: Checked, attempts: list[Delivery], fail_on: str | None) -> int:
    done = checked.round
    if not done.checked and not done.error and not done.idle:
        return NOTHING
    unsure = done.error or checked.ahead or not (done.conclusive or done.idle)
    # With it the round judges as `check` does: what could not be determined outranks drift.
    judged = fail_on and checked.unsure
    if unsure or judged or any(one.outcome is not Outcome.SENT for one in attempts):
        return UNKNOWN
    if fail_on and checked.worst >= Severity[fail_on.upper()]:
        return DRIFT
    return FINE


def _told(checked: Checked, attempts: list[Delivery], unsaid: list[Delivery]) -> str:
    done = checked.round
    lines = [f"{words.moment(done.at)}: {words.round_done(done)}"]
    if checked.before:
        lines.append(f"this share was looked at for {words.moment(done.slot)} already")
    for transition in checked.entries.transitions:
        whose = transition.incident.split(":")[1]
        lines.append(f"  {transition.step.value}  {safe(whose)}  {safe('; '.join(transition.reasons))}")
    sent = [one for one in attempts if one.outcome is Outcome.SENT]
    if sent:
        lines.append(f"told: {words.count(len(sent), 'message')}")
    lines += [
        f"not told: {safe(one.notice.partition('/')[0])}: {safe(one.detail)}"
        for one in (*attempts, *unsaid)
        if one.outcome is not Outcome.SENT
    ]
    if done.checked and not done.conclusive and not done.error:
        lines.append("Next: unshipped status")
    return "\n".join(lines) + "\n"


def _as_json(checked: Checked, attempts: list[Delivery], unsaid: list[Delivery]) -> str:
    done = checked.round
    document = {
        "schema_version": 1,
        "shard": done.shard,
        "slot": words.stamp(done.slot),
        "checked_at": words.stamp(done.at),
        "seconds": round(done.seconds, 3),
        "declared": done.declared,
        "checked": done.checked,
        "conclusive": done.conclusive,
        "troubled": done.troubled,
        "error": done.error or None,
        "done_before": checked.before,
        "clock_behind_until": words.stamp(checked.ahead) if checked.ahead else None,
        "transitions": [
            {
                "incident": one.incident,
                "number": one.number,
                "step": one.step.value,
                "at": words.stamp(one.at),
                "severity": one.after.word,
                "reasons": list(one.reasons),
            }
            for one in checked.entries.transitions
        ],
        "deliveries": _listed(attempts),
        "untold": _listed(unsaid),
    }
    return json_text(document)


def _listed(attempts: list[Delivery]) -> list[dict[str, str | int]]:
    return [
        {"notice": one.notice, "attempt": one.attempt, "outcome": one.outcome.value, "detail": one.detail}
        for one in attempts
    ]
