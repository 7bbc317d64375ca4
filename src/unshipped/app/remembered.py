"""What the log remembers of a fleet, as a report: for questions about what was seen, without looking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from unshipped.core.logged import observations
from unshipped.core.model import (
    Code,
    Drift,
    Expected,
    Facts,
    Origin,
    Problem,
    Report,
    Served,
    State,
    Target,
    Verdict,
)

_SEVERAL = "which of its repositories serve which commit is not in the log"


def report(
    targets: Iterable[Target], standings: Mapping[str, observations.Standing], now: datetime
) -> Report:
    """The targets as they were seen last. What was never looked at is unknown."""
    verdicts = tuple(_verdict(target, standings.get(target.name)) for target in targets)
    return Report(now, verdicts, len(verdicts))


def _verdict(target: Target, one: observations.Standing | None) -> Verdict:
    origin = target.origins[0] if target.origins else None
    drift = Drift(target, State.UNKNOWN, origin=origin)
    if one is None:
        drift = drift._replace(problem=Problem(Code.STALE_OBSERVATION, "it was never looked at"))
        return Verdict(drift, target.policy.unknown, (), (), quiet=False)
    seen = one.seen
    drift = drift._replace(
        state=seen.state, expected=Expected(seen.expected, "", "") if seen.expected else None
    )
    if len(target.origins) > 1:
        drift = drift._replace(expected=None, problem=Problem(Code.NO_REVISION, _SEVERAL))
        parts = [
            Verdict(drift._replace(origin=one), seen.severity, seen.flags, seen.reasons, seen.quiet)
            for one in target.origins
        ]
        return parts[0]._replace(others=tuple(parts[1:]))
    return Verdict(_measured(drift, seen, origin), seen.severity, seen.flags, seen.reasons, seen.quiet)


def _measured(drift: Drift, seen: observations.Observation, origin: Origin | None) -> Drift:
    if seen.code or not (seen.deployed and origin):
        code = seen.code or Code.NO_REVISION
        return drift._replace(problem=Problem(code, "; ".join(seen.reasons) or "nothing tells what serves"))
    served = Served(seen.deployed, 1.0, ())
    facts = Facts(seen.state is not State.IN_SYNC, seen.changes or 0, seen.cancelled or 0, seen.behind)
    return drift._replace(served=(served,), worst=served, facts=facts)
