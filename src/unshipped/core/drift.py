"""How far a target is from what it should be: history's facts and a reading, turned into a drift."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from unshipped.core.model import Drift, Expected, Facts, Flag, Origin, Problem, Served, Signal, State, Target
from unshipped.core.signals import Serving


def state_of(facts: Facts) -> State:
    """Content decides; changes and commits explain it."""
    if not facts.differs:
        return State.IN_SYNC
    if facts.changes and not facts.ahead:
        return State.BEHIND
    if facts.ahead and not facts.changes:
        return State.AHEAD
    return State.DIVERGED


def measure(
    target: Target,
    origin: Origin,
    expected: Expected | Problem,
    serving: Serving,
    facts: Mapping[str, Facts | Problem],
    now: datetime,
    signals: tuple[Signal, ...] = (),
) -> list[Drift]:
    """The drift of each revision that one origin of a target serves. Never raises: what is not known is a
    value with a reason. Which of them is the worst, the policy says.
    """
    if serving.problem:
        known = expected if isinstance(expected, Expected) else None
        return [_unknown(target, origin, serving.problem, known, serving, signals)]
    if isinstance(expected, Problem):
        return [_unknown(target, origin, expected, None, serving, signals)]
    if expected.doubts:
        flags = tuple(dict.fromkeys((*serving.flags, Flag.UNPROVEN)))
        serving = serving._replace(flags=flags, remarks=(*serving.remarks, *expected.doubts))
    return [
        _one(target, origin, expected, serving, one, facts[one.commit], now, signals)
        for one in serving.served
    ]


def _one(
    target: Target,
    origin: Origin,
    expected: Expected,
    serving: Serving,
    served: Served,
    facts: Facts | Problem,
    now: datetime,
    signals: tuple[Signal, ...],
) -> Drift:
    if isinstance(facts, Problem):
        return _unknown(target, origin, facts, expected, serving, signals)
    age = (now - facts.oldest.landed_at).total_seconds() if facts.oldest else None
    return Drift(
        target,
        state_of(facts),
        expected=expected,
        served=serving.served,
        worst=served,
        facts=facts,
        age=age,
        signals=signals,
        flags=serving.flags,
        remarks=serving.remarks,
        notes=facts.notes,
        origin=origin,
    )


def _unknown(
    target: Target,
    origin: Origin,
    problem: Problem,
    expected: Expected | None,
    serving: Serving,
    signals: tuple[Signal, ...],
) -> Drift:
    return Drift(
        target,
        State.UNKNOWN,
        expected=expected,
        served=serving.served,
        problem=problem,
        signals=signals,
        flags=serving.flags,
        remarks=serving.remarks,
        origin=origin,
    )
