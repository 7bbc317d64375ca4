"""Since when changes wait by what was seen: that wins over a date that cannot be right."""

from __future__ import annotations

from datetime import datetime, timedelta

from unshipped.core.logged.observations import Standing
from unshipped.core.model import Change, Drift, Verdict
from unshipped.core.policy import again

_FARTHEST = timedelta(days=1)
"""So far ahead is a clock of another time zone. What is further apart is the clock of whoever looked then."""


def first_seen(verdict: Verdict, stood: Standing | None, now: datetime, *, fresh: bool = False) -> Verdict:
    """The verdict with each change waiting since it was seen first, where its date was yet to come then, or
    is still. `fresh` says that what should serve was up to date at the look before and the map was the same:
    then also what is dated before that look, and was not there, waits since then.
    """
    waited = {one.commit: one.landed_at for one in stood.seen.waiting} if stood else {}
    lacked = _lacked(stood, verdict) if stood and fresh else None

    def dated(one: Change) -> Change:
        first = waited.get(one.commit)
        if first and first <= now and (one.undated or one.landed_at < first + _FARTHEST):
            at = first
        else:
            at = one.landed_at if first or not lacked else max(one.landed_at, lacked)
        return one._replace(landed_at=at, undated=False) if one.undated or at != one.landed_at else one

    def known(drift: Drift) -> Drift:
        facts = drift.facts
        if facts is None or facts.oldest is None:
            return drift
        oldest = dated(facts.oldest)
        found = facts._replace(oldest=oldest, listed=tuple(map(dated, facts.listed)))
        age = (now - oldest.landed_at).total_seconds()
        return drift if found == facts else drift._replace(facts=found, age=age)

    return again(verdict, known, now)


def _lacked(stood: Standing, verdict: Verdict) -> datetime | None:
    """When the branch was seen without anything but what is known to wait: at the look before, if that knew
    of every change that was missing for what still serves.
    """
    seen, serves = stood.seen, verdict.drift.worst
    knew = seen.changes == len(seen.waiting) and not seen.cancelled
    same = serves is not None and seen.deployed == serves.commit and not verdict.others
    return stood.checked_at if knew and same and _of_a_branch(verdict.drift) else None


def _of_a_branch(drift: Drift) -> bool:
    """Whether what lands is what should serve: a later tag makes due what landed long ago."""
    origin = drift.origin
    return origin is not None and origin.told_by is None and origin.rule.kind in ("default", "branch")
