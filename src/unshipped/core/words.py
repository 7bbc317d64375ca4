"""The one place that turns values into sentences: terminal, chat, mail and page agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from unshipped.carried.lengths import told
from unshipped.core.model import (
    Change,
    Drift,
    Facts,
    Flag,
    Hold,
    Policy,
    Report,
    Severity,
    Sign,
    State,
    Verdict,
)
from unshipped.core.roster import Unmapped
from unshipped.core.texts.listing import some

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.core.alerting import Silence
    from unshipped.core.logged.journal import Kept, Round

_MOST_NAMED = 10
_LEAST = 0.0005
"""What is less would be rounded to nothing."""

REASONS = {
    "source-error": "the source failed",
    "source-timeout": "the source did not answer in time",
    "source-denied": "the source refused to answer",
    "not-found": "the source knows no such service",
    "no-revision": "it answers, but names no commit",
    "bad-revision": "what it names is no commit id",
    "unresolved-revision": "the commit is not in this repository",
    "ambiguous-revision": "the abbreviated commit id fits several commits",
    "other-repository": "the code comes from another repository",
    "shallow-history": "the clone is shallow and lacks the history",
    "missing-objects": "the clone is partial and lacks a needed object",
    "empty-closure": "the patterns hold no file",
    "dead-pattern": "a pattern matches nothing",
    "conflicting-signals": "the signals disagree",
    "content-differs": "the files that run are not those of the commit",
    "expected-unresolved": "what should serve cannot be determined",
    "repository-error": "the repository cannot be read",
    "stale-observation": "nobody has looked of late",
}
"""What each reason code means, in a few words."""


def count(number: int, noun: str, several: str = "") -> str:
    """`1 change`, `3 changes`; `several` is a plural that has no `s` alone."""
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


@lru_cache(4096)
def age(seconds: float | None) -> str:
    """A duration in at most two units: `34 min`, `2 h 5 min`, `3 d 4 h`."""
    return "" if seconds is None else told(seconds)


def short_age(seconds: float | None) -> str:
    """A duration in one unit, for a column: `34 min`, `2 h`, `3 d`."""
    return "" if seconds is None else " ".join(age(seconds).split(" ")[:2])


def percent(share: float | None) -> str:
    """`75 %`, `2.5 %`; empty where there is nothing to have a share of. All and none are said of no other."""
    if share is None:
        return ""
    if 0 < share < _LEAST or 1 - _LEAST < share < 1:
        return f"{'under' if share < _LEAST else 'over'} {0.1 if share < _LEAST else 99.9} %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def day(when: datetime) -> str:
    """`Thu 2026-02-05`, in UTC."""
    return when.astimezone(UTC).strftime("%a %Y-%m-%d")


def moment(when: datetime) -> str:
    """`2026-02-05 16:37:00 UTC`."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


@lru_cache(4096)
def stamp(when: datetime) -> str:
    """RFC 3339, in UTC, to the second: as documents for machines have it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(when: datetime) -> str:
    """The same with all that is known of the second, where one time is told from another by it."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def round_done(done: Round) -> str:
    """A round of the watch in one sentence."""
    if done.error:
        return f"nothing could be looked at: {done.error}"
    if done.idle:
        return f"none of {count(done.declared, 'target')} falls to share {done.shard}: nothing to look at"
    looked = f"{done.checked:,} of {count(done.declared, 'target')} looked at"
    sure = "all determined" if done.conclusive == done.checked else f"{done.conclusive:,} determined"
    needs = f"{done.troubled:,} {'needs' if done.troubled == 1 else 'need'} somebody"
    return f"{looked}, {sure}, {needs if done.troubled else 'none needs anybody'} ({done.seconds:.1f} s)"


def clock_back(ahead: datetime, now: datetime) -> str:
    """Why nothing new is found, where the clock was set back."""
    by, until = age((ahead - now).total_seconds()), moment(ahead)
    return f"the clock is {by} behind the log, which has a look of {until}: until then nothing new is found"


def state(verdict: Verdict) -> str:
    """The state in one or two words, as a person says it."""
    return {
        State.IN_SYNC: "in sync",
        State.BEHIND: "behind",
        State.AHEAD: "ahead",
        State.DIVERGED: "diverged",
        State.UNKNOWN: "unknown",
    }[verdict.drift.state]


def standing(verdict: Verdict) -> str:
    """The state with its flags: `behind (held, split)`."""
    flags = ", ".join(flag.value.replace("_", " ") for flag in verdict.flags)
    return state(verdict) + (f" ({flags})" if flags else "")


def headline(verdict: Verdict) -> str:
    """One line that says it all: `3 changes behind for 42 min`."""
    drift = verdict.drift
    if drift.problem is not None:
        return f"unknown: {REASONS[drift.problem.code.value]}"
    facts = drift.facts
    if facts is None or drift.state is State.IN_SYNC:
        return "in sync (unproven)" if Flag.UNPROVEN in verdict.flags else "in sync"
    parts = []
    if facts.changes:
        parts.append(f"{count(facts.changes, 'change')} behind for {age(drift.age)}")
    if facts.ahead:
        parts.append(f"{count(len(facts.ahead), 'commit')} ahead")
    return ", ".join(parts) or "differs, and no change explains it"


def not_mapped(found: Sequence[Unmapped]) -> str:
    """What runs and is in no map, in one sentence for each place."""
    places: dict[str, list[str]] = {}
    for one in found:
        places.setdefault(one.where, []).append(one.service)
    return "; ".join(
        f"{count(len(names), 'service')} in no map {'runs' if len(names) == 1 else 'run'} in {where}: "
        + some(names, _MOST_NAMED)
        for where, names in places.items()
    )


def problem(drift: Drift) -> str:
    """Why a target is unknown."""
    found = drift.problem
    if found is None:
        return "unknown"
    return f"{REASONS[found.code.value]}: {found.message}"


def in_sync(drift: Drift) -> str:
    """What proves that a target is in sync."""
    facts = drift.facts
    cancelled = facts.cancelled if facts else 0
    if cancelled:
        verb = "cancels" if cancelled == 1 else "cancel"
        return f"same content as expected; {count(cancelled, 'change')} {verb} out"
    return "same content as expected"


def missing(changes: int, seconds: float, policy: Policy, severity: Severity) -> tuple[str, ...]:
    """Which thresholds made the severity of missing changes."""
    if changes == 0:
        return ()
    behind = f"{count(changes, 'change')} behind"
    if severity is Severity.CRITICAL:
        start, edge, late = policy.critical, "past", seconds > policy.critical.age
    elif severity is Severity.WARNING:
        start, edge, late = policy.warning, "from", seconds >= policy.warning.age
    else:
        return (behind,)
    reasons = []
    if policy.by != "age" and changes >= start.changes:
        reasons.append(f"{behind} ({severity.word} from {start.changes})")
    if policy.by != "count" and late:
        worked = " of working time" if policy.working_hours else ""
        reasons.append(f"waiting {age(seconds)}{worked} ({severity.word} {edge} {age(start.age)})")
    return tuple(reasons) or (behind,)


def undated(oldest: Change) -> str:
    """That nobody knows since when the oldest change waits."""
    return f"it may have waited for longer: the date of {oldest.commit[:9]} is yet to come"


def own_code(drift: Drift) -> str:
    """What production has that the expected branch lacks."""
    facts = drift.facts or Facts(differs=True, changes=0, cancelled=0, behind=0)
    where = drift.expected.ref if drift.expected else "the expected branch"
    if facts.ahead:
        return f"runs {count(len(facts.ahead), 'commit')} that {where} lacks"
    return f"differs from {where}, and no change on either side explains it"


def hold(held: Hold, *, ended: bool) -> str:
    """Who holds a target, why, and until when."""
    until = f" until {moment(held.until)}" if held.until else ""
    return f"hold{' (ended)' if ended else ''} by {held.by}{until}: {held.reason}"


def kept(one: Kept) -> str:
    """A hold of the log, with what it holds: `worker/production: hold by ana until …: the reason`."""
    return f"{one.target}: {hold(one.hold, ended=one.ended_at is not None)}"


def silence(one: Silence) -> str:
    """A silence in one line: what of, until when, by whom, and why."""
    parts = [*one.match.services, *one.match.environments, *(f"owner {name}" for name in one.match.owners)]
    return f"{', '.join(parts) or 'everything'} until {moment(one.until)} by {one.by}: {one.reason}"


def retired(*, serving: bool) -> str:
    return "retired, but still serving" if serving else "retired"


def excuse(verdict: Verdict) -> str:
    """Why nothing is to be done about a drift: its hold, its grace, a retired target. Empty where none is."""
    target = verdict.drift.target
    if target.retired:
        return retired(serving=bool(verdict.drift.served))
    if not verdict.quiet:
        return ""
    if Flag.HELD in verdict.flags:
        return hold(target.hold, ended=False) if target.hold else "held"
    if Flag.PENDING in verdict.flags:
        young = (verdict.drift.age or 0.0) < target.policy.grace
        return f"within its grace of {age(target.policy.grace)}" if young else "a deploy is on its way"
    return ""


def details(verdict: Verdict) -> tuple[str, ...]:
    """What there is to say beside the headline: every reason, and what to do."""
    found = verdict.drift.problem
    return (*verdict.reasons, f"hint: {found.hint}") if found and found.hint else verdict.reasons


def left_out(targets: int, lists: int) -> str:
    """What a report that was cut to a size does not show."""
    parts = [count(targets, "target")] if targets else []
    if lists:
        parts.append(f"the changes of {count(lists, 'target')}")
    return f"Cut to fit: {' and '.join(parts)} not shown."


def summary(report: Report) -> str:
    """The check in one sentence: how many of how many, and the worst."""
    verdicts = [verdict for verdict in report.verdicts if not verdict.drift.target.retired]
    retired, declared = len(report.verdicts) - len(verdicts), report.declared
    selected = count(len(verdicts), "target") + f" of {declared:,}" * (declared != len(report.verdicts))
    if not verdicts:
        none = "what is selected is retired" if retired else f"no target selected of {declared:,}"
        return f"Nothing was checked: {none}."
    states = [verdict.drift.state for verdict in verdicts]
    odd = sum(any(one.sign is Sign.SETTING_DIFFERS for one in v.drift.remarks) for v in verdicts)
    weak = sum(v.drift.state is State.IN_SYNC and Flag.UNPROVEN in v.flags for v in verdicts)
    oldest = max((v.drift.age for v in verdicts if v.drift.age is not None), default=None)
    return f"{selected} checked: {tally(states, oldest, odd=odd, retired=retired, weak=weak)}."


def tally(
    states: Sequence[State], oldest: float | None, *, odd: int = 0, retired: int = 0, weak: int = 0
) -> str:
    """How many are in which state, and how long the longest waits: `2 behind, 9 in sync; …`. `weak` is how
    many of those in sync nothing proves.
    """
    parts = []
    for which, noun in ((State.BEHIND, "behind"), (State.DIVERGED, "diverged"), (State.AHEAD, "ahead")):
        if number := states.count(which):
            parts.append(f"{number:,} {noun}")
    if unknown := states.count(State.UNKNOWN):
        parts.append(f"{unknown:,} unknown")
    in_order = states.count(State.IN_SYNC)
    parts.append(f"{in_order:,} in sync" if parts else "all in sync")
    if weak:
        parts[-1] += f" ({weak:,} unproven)"
    if odd:
        parts.append(f"{odd:,} set otherwise than declared")
    if retired:
        parts.append(f"{retired:,} retired")
    worst = f"; the longest wait is {age(oldest)}" if oldest is not None else ""
    return f"{', '.join(parts)}{worst}"


def fetched(ref: str, seconds: float) -> str:
    """How old this clone's idea of a remote branch is."""
    return f"{ref} as last fetched, {age(max(0.0, seconds))} ago"
