"""Since when changes wait by what was seen: that wins over a date that cannot be right."""

from __future__ import annotations

from datetime import datetime, timedelta

from unshipped.core.logged.observations import Standing
from unshipped.core.model import Change, Drift, Verdict
from unshipped.core.policy import again

_FARTHEST = timedelta(days=1)
"""So far ahead is a clock of another time zone. What is further apart is the clock of whoever looked then."""


def first_seen(
    verdict: Verdict, stood: Standing | None, now: datetime, *, fresh: datetime | None = None
) -> Verdict:
    """The verdict with each change waiting since it was seen first, where its date was yet to come then, or
    is still. `fresh` is when what should serve was up to date last, where the map was the same at the look
    before: then also what is dated before that, and was not there at that look, waits since then.
    """
    waited = {one.commit: one.landed_at for one in stood.seen.waiting} if stood else {}
    lacked = min(fresh, stood.checked_at) if stood and fresh and _knew(stood, verdict) else None

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


def _knew(stood: Standing, verdict: Verdict) -> bool:
    """Whether the look before saw the branch, and knew of every change that was missing for what serves."""
    seen, serves = stood.seen, verdict.drift.worst
    knew = seen.changes == len(seen.waiting) and not seen.cancelled
    same = serves is not None and seen.deployed == serves.commit and not verdict.others
    return knew and same and _of_a_branch(verdict.drift)


def _of_a_branch(drift: Drift) -> bool:
    """Whether what lands is what should serve: a later tag makes due what landed long ago."""
    origin = drift.origin
    return origin is not None and origin.told_by is None and origin.rule.kind in ("default", "branch")
