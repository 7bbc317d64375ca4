"""When the drift that is there became as bad as it is, by any thresholds; and when it becomes worse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from unshipped.core import words
from unshipped.core.model import Change, Drift, Policy, Severity, State
from unshipped.core.policy import clock, severity_of, turns


class Turn(NamedTuple):
    """From that moment on, as long as nothing is deployed."""

    at: datetime
    severity: Severity
    reasons: tuple[str, ...]


def course(drift: Drift, changes: Sequence[Change], policy: Policy) -> tuple[Turn, ...]:
    """How the severity of a target that is behind rises, from the end of its grace on. `changes` are all that
    it lacks. A schedule finds each turn at its next moment.
    """
    missing = sorted((one for one in changes if not one.cancelled), key=lambda one: one.landed_at)
    if drift.state is not State.BEHIND or not missing:
        return ()
    begins = missing[0].landed_at + timedelta(seconds=policy.grace)
    landed = [one.landed_at for one in missing]
    # Some limits hold from a moment on, some only past it.
    reached = [when + timedelta(seconds=past) for when in turns(drift, policy) for past in (0, 1)]
    found: list[Turn] = []
    for moment in sorted({begins, *landed, *reached}):
        if moment < begins:
            continue
        count = sum(when <= moment for when in landed)
        age = clock(_aged(drift, moment), policy, moment)
        severity = severity_of(count, age, policy)
        if severity > (found[-1].severity if found else Severity.NONE):
            found.append(Turn(moment, severity, words.missing(count, age, policy, severity)))
    return tuple(found)


def _aged(drift: Drift, moment: datetime) -> Drift:
    oldest = drift.facts.oldest if drift.facts else None
    return drift._replace(age=(moment - oldest.landed_at).total_seconds() if oldest else None)
