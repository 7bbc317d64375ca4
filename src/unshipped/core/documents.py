"""Values of the log as plain data: one shape for the interface, the command line and exports.

A time is RFC 3339 in UTC; what is not known is null; fields may be added, none changes its meaning.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from unshipped.core.incidents import Incident, Transition
from unshipped.core.messages import headline
from unshipped.core.model import Change
from unshipped.core.observations import Standing
from unshipped.core.web import commit_page, comparison_page
from unshipped.core.words import stamp


def _time(when: datetime | None) -> str | None:
    return stamp(when) if when else None


def standing(one: Standing, now: datetime) -> dict[str, Any]:
    """How a target stands, as it was seen last; ages are those of `now`."""
    seen = one.seen
    return {
        "service": seen.service,
        "environment": seen.environment,
        "owner": seen.owner or None,
        "state": seen.state.value,
        "flags": [flag.value for flag in seen.flags],
        "severity": seen.severity.word,
        "quiet": seen.quiet,
        "reasons": list(seen.reasons),
        "reason_code": seen.code.value if seen.code else None,
        "deployed": {"commit": seen.deployed or None, "page": commit_page(seen.web, seen.deployed) or None},
        "expected": {"commit": seen.expected or None, "page": commit_page(seen.web, seen.expected) or None},
        "compare": comparison_page(seen.web, seen.deployed, seen.expected) or None,
        "behind": seen.behind,
        "changes_behind": seen.changes,
        "ahead": seen.ahead,
        "cancelled": seen.cancelled,
        "behind_since": _time(seen.behind_since),
        "age_seconds": _seconds(seen.behind_since, now),
        "changes": [change(waiting, seen.web) for waiting in seen.waiting],
        "source": seen.source or None,
        "since": _time(one.since),
        "checked_at": _time(one.checked_at),
        "checked_seconds_ago": _seconds(one.checked_at, now),
        "conclusive_at": _time(one.conclusive_at),
    }


def change(one: Change, web: str = "") -> dict[str, Any]:
    """One missing change."""
    return {
        "commit": one.commit,
        "page": commit_page(web, one.commit) or None,
        "subject": one.subject,
        "author": one.author,
        "landed_at": stamp(one.landed_at),
        "paths": list(one.paths),
        "pull_request": one.pull_request,
    }


def incident(one: Incident, seen: Standing | None, now: datetime) -> dict[str, Any]:
    """One incident, as it is now."""
    return {
        "id": one.id,
        "service": one.service,
        "environment": one.environment,
        "kind": one.kind.value,
        "open": one.open,
        "severity": one.severity.word,
        "peak": one.peak.word,
        "headline": headline(one, seen.seen if seen else None, now),
        "opened_at": stamp(one.opened_at),
        "since": _time(one.since),
        "resolved_at": _time(one.resolved_at),
        "ending": one.ending.value if one.ending else None,
        "acknowledged_by": one.acknowledged_by or None,
        "owner": one.owner or None,
        "cause": one.cause or None,
        "group": one.group,
        "returns": one.returns,
    }


def transition(one: Transition) -> dict[str, Any]:
    """One step of an incident."""
    return {
        "incident": one.incident,
        "number": one.number,
        "step": one.step.value,
        "at": stamp(one.at),
        "before": one.before.word,
        "severity": one.after.word,
        "reasons": list(one.reasons),
        "by": one.by or None,
    }


def _seconds(since: datetime | None, now: datetime) -> int | None:
    return int((now - since).total_seconds()) if since else None
