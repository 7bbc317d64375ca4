"""How far a target is from what it should be: history's facts and a reading, turned into a drift."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from unshipped.core.model import Drift, Expected, Facts, Origin, Problem, Served, State, Target
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
) -> list[Drift]:
    """The drift of each revision that one origin of a target serves. Never raises: what is not known is a
    value with a reason. Which of them is the worst, the policy says.
    """
    if serving.problem:
        known = expected if isinstance(expected, Expected) else None
        return [_unknown(target, origin, serving.problem, known, serving)]
    if isinstance(expected, Problem):
        return [_unknown(target, origin, expected, None, serving)]
    return [_one(target, origin, expected, serving, one, facts[one.commit], now) for one in serving.served]


def _one(
    target: Target,
    origin: Origin,
    expected: Expected,
    serving: Serving,
    served: Served,
    facts: Facts | Problem,
    now: datetime,
) -> Drift:
    if isinstance(facts, Problem):
        return _unknown(target, origin, facts, expected, serving)
    age = (now - facts.oldest.landed_at).total_seconds() if facts.oldest else None
    return Drift(
        target,
        state_of(facts),
        expected=expected,
        served=serving.served,
        worst=served,
        facts=facts,
        age=age,
        flags=serving.flags,
        remarks=serving.remarks,
        notes=facts.notes,
        origin=origin,
    )


def _unknown(
    target: Target, origin: Origin, problem: Problem, expected: Expected | None, serving: Serving
) -> Drift:
    return Drift(
        target,
        State.UNKNOWN,
        expected=expected,
        served=serving.served,
        problem=problem,
        flags=serving.flags,
        remarks=serving.remarks,
        origin=origin,
    )
