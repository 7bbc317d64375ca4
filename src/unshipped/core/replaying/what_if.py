"""By any thresholds: how bad a drift became, and when, that is there or is over; and when it gets worse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from unshipped.core import words
from unshipped.core.incidents import Incident
from unshipped.core.logged.observations import Standing
from unshipped.core.model import Change, Drift, Facts, Policy, Severity, State, Target
from unshipped.core.policy import clock, severity_of, turns
from unshipped.core.value import Value


class Turn(Value):
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


def until_over(
    target: Target, incident: Incident, stretches: Sequence[Standing], policy: Policy
) -> tuple[Turn, ...] | None:
    """How the severity would have risen in an incident that is over, by the stretches of its target; nothing
    where it would not have opened. None where nothing was behind: thresholds have no say in that.
    """
    found: list[Turn] = []
    lacked = False
    for stretch in _of(incident, stretches):
        seen = stretch.seen
        if not seen.changes or seen.behind_since is None:
            continue
        lacked = True
        facts = Facts(True, seen.changes, 0, None, oldest=Change(seen.oldest, seen.behind_since))
        drift = Drift(target._replace(hold=None), State.BEHIND, facts=facts)
        first = max(stretch.since, seen.behind_since + timedelta(seconds=policy.grace))
        reached = [when + timedelta(seconds=past) for when in turns(drift, policy) for past in (0, 1)]
        for moment in sorted({first, *reached}):
            if not first <= moment <= stretch.checked_at:  # after that it was seen otherwise
                continue
            age = clock(_aged(drift, moment), policy, moment)
            severity = severity_of(seen.changes, age, policy)
            if severity > (found[-1].severity if found else Severity.NONE):
                reasons = words.missing(seen.changes, age, policy, severity)
                found.append(Turn(moment, severity, reasons))
    return tuple(found) if lacked else None


def _of(incident: Incident, stretches: Sequence[Standing]) -> list[Standing]:
    """The stretches of an incident, and those before it in which nothing had to be done yet."""
    own = [one for one in stretches if incident.resolved_at is None or one.since < incident.resolved_at]
    at = next((at for at, one in enumerate(own) if one.checked_at >= incident.opened_at), len(own))
    while at and own[at - 1].seen.quiet and own[at - 1].seen.behind_since:
        at -= 1
    return own[at:]


def _aged(drift: Drift, moment: datetime) -> Drift:
    oldest = drift.facts.oldest if drift.facts else None
    return drift._replace(age=(moment - oldest.landed_at).total_seconds() if oldest else None)
