"""From what was gathered of a fleet to its report: a verdict on every target, the worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from unshipped.app.serving import Part
from unshipped.core import drift as drifts
from unshipped.core.holds import with_placed
from unshipped.core.model import (
    Drift,
    Expected,
    Facts,
    Flag,
    Hold,
    Problem,
    Remark,
    Report,
    Signal,
    State,
    Verdict,
)
from unshipped.core.policy import again, judge, order, worst
from unshipped.core.roster import Unmapped, unmapped
from unshipped.core.signals import Serving
from unshipped.core.value import Value
from unshipped.core.words import fetched, not_mapped


class Gathered(Value):
    """What is known of each part of a fleet, in order."""

    parts: Sequence[Part]
    tips: Sequence[Expected | Problem]
    """What should serve."""
    signals: Sequence[tuple[Signal, ...]]
    """What its sources said."""
    serving: Sequence[Serving]
    facts: Sequence[Mapping[str, Facts | Problem]]
    """What history says, by the commit that serves."""


def report_of(seen: Gathered, declared: int, allowed: Sequence[str] | None, now: datetime) -> Report:
    """The report. `allowed` says what may run beside the targets and be in no map; None where only some of
    them were looked at, and nothing is called unmapped.
    """
    strays = () if allowed is None else _unmapped(seen, allowed)
    notes = (*_notes(seen.tips, now), *([not_mapped(strays)] if strays else []))
    return Report(now, tuple(sorted(_verdicts(seen, now), key=order)), declared, notes, strays)


def _verdicts(seen: Gathered, now: datetime) -> list[Verdict]:
    """One verdict for each target: the worst of its parts."""
    by_target: dict[str, list[Verdict]] = {}
    rows = zip(seen.parts, seen.tips, seen.signals, seen.serving, seen.facts, strict=True)
    for (target, origin), tip, signals, serving, facts in rows:
        judged = by_target.setdefault(target.name, [])
        found = drifts.measure(target, origin, tip, serving, facts, now, signals)
        judged += [judge(drift, target.policy, now) for drift in found]
    return [worst(several) for several in by_target.values()]


def held(verdict: Verdict, placed: Mapping[str, Hold], now: datetime) -> Verdict:
    """The verdict with the hold that somebody placed on its target, if there is one."""
    [target] = with_placed([verdict.drift.target], placed, now)
    return again(verdict, lambda drift: drift._replace(target=target), now)


def moving(verdict: Verdict, deploys: Mapping[str, Remark], now: datetime) -> Verdict:
    """The verdict with the rollout of its target that is under way, if there is one: it excuses that changes
    wait, and neither what production has of its own nor what is not known.
    """
    remark = deploys.get(verdict.drift.target.name)
    if remark is None:
        return verdict

    def moved(drift: Drift) -> Drift:
        if drift.state is not State.BEHIND:
            return drift
        flags = dict.fromkeys((*drift.flags, Flag.PENDING))
        return drift._replace(flags=tuple(flags), remarks=(*drift.remarks, remark))

    return again(verdict, moved, now)


def _unmapped(seen: Gathered, allowed: Sequence[str]) -> tuple[Unmapped, ...]:
    """What runs and is in no map. Who could not be asked at all is not thereby unmapped: its name counts."""
    rosters = [signal.roster for said in seen.signals for signal in said if signal.roster]
    if not rosters:
        return ()
    silent = [
        target.service
        for (target, _), said in zip(seen.parts, seen.signals, strict=True)
        if any(signal.problem and not signal.roster for signal in said)
    ]
    return unmapped(rosters, (*allowed, *silent))


def _notes(tips: Sequence[Expected | Problem], now: datetime) -> tuple[str, ...]:
    """What the reader should know about the whole check: a remote that was not asked for long."""
    fetches = dict.fromkeys((tip.ref, tip.as_of) for tip in tips if isinstance(tip, Expected))
    told = (fetched(ref, (now - as_of).total_seconds()) for ref, as_of in fetches if as_of)
    return tuple(dict.fromkeys(told))
