"""How bad is it? A drift and a policy make a verdict, with the reasons for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from unshipped.core import words
from unshipped.core.holds import lasts
from unshipped.core.hours import worked, working_seconds
from unshipped.core.model import Drift, Flag, Policy, Remark, Severity, Sign, State, Verdict
from unshipped.core.signals import FLAGS

LONGEST_DEPLOY = timedelta(hours=1)
"""So long after it began a deployment that is under way excuses a drift; after that it hangs."""


def judge(drift: Drift, policy: Policy, now: datetime) -> Verdict:
    """The severity of a drift. More changes or more age never lower it."""
    target = drift.target
    if target.retired:
        return _retired(drift)
    severity, reasons = _severity(drift, policy, now)
    facts = drift.facts
    if facts and any(served.dirty for served in drift.served):
        severity = max(severity, policy.ahead)
    signs = {remark.sign for remark in drift.remarks}
    settings = policy.settings if Sign.SETTING_DIFFERS in signs else Severity.NONE
    # What cannot be told of a setting is like what is not proven.
    untold = policy.unproven if Sign.SETTING_UNKNOWN in signs else Severity.NONE
    severity = max(severity, settings, untold)
    flags = drift.flags
    under_way = [remark for remark in drift.remarks if remark.sign is Sign.CONVERGING]
    if under_way and all(_hangs(remark, now) for remark in under_way):
        flags = tuple(flag for flag in flags if flag is not Flag.PENDING)
    if target.hold and drift.state is not State.IN_SYNC:
        held = lasts(target.hold, now)
        flags = (*flags, Flag.HELD) if held else flags
        reasons = (*reasons, words.hold(target.hold, ended=not held))
    if _pending(drift, policy) and Flag.PENDING not in flags:
        flags = (*flags, Flag.PENDING)
    # A hold and a grace are about code: what is set otherwise is not on its way, and nobody decided it.
    excused = drift.state is not State.UNKNOWN and (Flag.HELD in flags or Flag.PENDING in flags)
    quiet = severity is Severity.NONE or (excused and settings is Severity.NONE)
    noticed = [_noticed(remark, now) for remark in sorted(drift.remarks, key=_weight)]
    reasons = (*reasons, *noticed, *drift.notes)
    if facts and facts.oldest and facts.oldest.undated:
        reasons = (*reasons, words.undated(facts.oldest))
    return Verdict(drift, severity, flags, reasons, quiet)


def again(verdict: Verdict, known: Callable[[Drift], Drift], now: datetime) -> Verdict:
    """The verdict by what is known of its parts beside what was seen; the same where that changes nothing."""
    parts = [one.drift for one in (verdict, *verdict.others)]
    changed = list(map(known, parts))
    if changed == parts:
        return verdict
    return worst([judge(drift, drift.target.policy, now) for drift in changed])


def rolling(identity: str, commit: str, since: datetime) -> Remark:
    """A rollout is a deployment like any other."""
    return Remark(Sign.CONVERGING, f"rollout {identity} to {commit[:9]} is under way", since)


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict of a target that has several parts: origins, or revisions that share the traffic.

    What cannot be told comes first, then what is to be acted on, then severity, changes and age.
    """
    if len(verdicts) == 1:
        return verdicts[0]
    found = max(verdicts, key=badness)
    return found._replace(others=tuple(verdict for verdict in verdicts if verdict is not found))


def badness(verdict: Verdict) -> tuple[bool, bool, Severity, int, float]:
    """How much a verdict wants to be known; greater is worse."""
    drift = verdict.drift
    changes = drift.facts.changes if drift.facts else 0
    return drift.problem is not None, not verdict.quiet, verdict.severity, changes, drift.age or 0.0


def order(verdict: Verdict) -> tuple[int, bool, int, float, str]:
    """The worst first: by severity, then what cannot be told, then changes and age."""
    facts = verdict.drift.facts
    return (
        -verdict.severity,
        verdict.drift.problem is None,
        -(facts.changes if facts else 0),
        -(verdict.drift.age or 0.0),
        verdict.drift.target.name,
    )


def severity_of(changes: int, age: float, policy: Policy) -> Severity:
    """The worse of what the count says and what the age (seconds) says. Every pair has one answer."""
    return max(by_count(changes, policy), by_age(age, policy) if changes else Severity.NONE)


def by_count(changes: int, policy: Policy) -> Severity:
    if changes == 0:
        return Severity.NONE
    if policy.by == "age":
        return Severity.INFO
    if changes >= policy.critical.changes:
        return Severity.CRITICAL
    return Severity.WARNING if changes >= policy.warning.changes else Severity.INFO


def by_age(age: float, policy: Policy) -> Severity:
    if policy.by == "count":
        return Severity.INFO
    if age > policy.critical.age:
        return Severity.CRITICAL
    return Severity.WARNING if age >= policy.warning.age else Severity.INFO


def clock(drift: Drift, policy: Policy, now: datetime) -> float:
    """The age that severity goes by, in seconds: working time where the policy says so."""
    oldest = drift.facts.oldest if drift.facts else None
    if oldest and policy.working_hours:
        return working_seconds(policy.working_hours, oldest.landed_at, now)
    return drift.age or 0.0


def turns(drift: Drift, policy: Policy) -> Iterator[datetime]:
    """When the verdict on a drift may become another one though nothing lands and nothing is deployed."""
    hold = drift.target.hold
    if hold and hold.until:
        yield hold.until
    oldest = drift.facts.oldest if drift.facts else None
    if oldest is None:
        return
    yield oldest.landed_at + timedelta(seconds=policy.grace)
    for level in (policy.warning, policy.critical):
        if policy.working_hours:
            yield worked(policy.working_hours, oldest.landed_at, level.age)
        else:
            yield oldest.landed_at + timedelta(seconds=level.age)


def _severity(drift: Drift, policy: Policy, now: datetime) -> tuple[Severity, tuple[str, ...]]:
    facts = drift.facts
    if drift.state is State.UNKNOWN or facts is None:
        return policy.unknown, (words.problem(drift),)
    if drift.state is State.IN_SYNC:
        weak = Flag.UNPROVEN in drift.flags
        return policy.unproven if weak else Severity.NONE, (words.in_sync(drift),)
    age = clock(drift, policy, now)
    severity = severity_of(facts.changes, age, policy)
    reasons = words.missing(facts.changes, age, policy, severity)
    if drift.state is State.BEHIND:
        return severity, reasons
    return max(severity, policy.ahead), (*reasons, words.own_code(drift))


def _pending(drift: Drift, policy: Policy) -> bool:
    oldest = drift.facts.oldest if drift.facts else None
    if drift.state is not State.BEHIND or drift.age is None or (oldest and oldest.undated):
        return False
    return drift.age < policy.grace


def _weight(remark: Remark) -> tuple[bool, bool, bool]:
    """First what is set otherwise, then what is in no commit, then what leaves a doubt."""
    sign = remark.sign
    doubt = sign is Sign.SETTING_UNKNOWN or FLAGS.get(sign) is Flag.UNPROVEN
    return sign is not Sign.SETTING_DIFFERS, sign is not Sign.DIRTY_BUILD, not doubt


def _hangs(remark: Remark, now: datetime) -> bool:
    """Whether it is a deployment that has been under way for too long."""
    return remark.sign is Sign.CONVERGING and remark.since is not None and now - remark.since > LONGEST_DEPLOY


def _noticed(remark: Remark, now: datetime) -> str:
    if remark.since is None or not _hangs(remark, now):
        return remark.message
    return f"{remark.message}, for {words.age((now - remark.since).total_seconds())}: that excuses no longer"


def _retired(drift: Drift) -> Verdict:
    serving = bool(drift.served)
    flags = (*drift.flags, Flag.RETIRED)
    severity = Severity.INFO if serving else Severity.NONE
    return Verdict(drift, severity, flags, (words.retired(serving=serving),), quiet=True)
