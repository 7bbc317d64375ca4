"""Incidents that are over, by other thresholds: read back from the log."""

from __future__ import annotations

from datetime import datetime, timedelta

from unshipped.core.incidents import Incident, Kind
from unshipped.core.model import Policy, Target
from unshipped.core.replaying.what_if import Turn, until_over
from unshipped.core.value import Value
from unshipped.ports.keeping import Journal

_MOST = 3
_SINCE = timedelta(days=90)


class Over(Value):
    """An incident, and how it would have gone by other thresholds; without turns it would not have opened."""

    incident: Incident
    turns: tuple[Turn, ...]


def over(journal: Journal, target: Target, policy: Policy, now: datetime) -> tuple[Over, ...]:
    """The newest drift incidents of a target that are over, of three months. Raises `StoreError`."""
    since = now - _SINCE
    known = journal.incidents(since=since, target=target.name)
    past = [one for one in known if one.kind is Kind.DRIFT and not one.open]
    if not past:
        return ()
    stretches = journal.stretches(since=since, until=now, target=target.name)
    judged = ((one, until_over(target, one, stretches, policy)) for one in past)
    return tuple(Over(one, turns) for one, turns in judged if turns is not None)[:_MOST]
