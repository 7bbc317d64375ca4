"""Values of the log as plain data: one shape for the interface, the command line and exports.

A time is RFC 3339 in UTC; what is not known is null; fields may be added, none changes its meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from unshipped.core import words
from unshipped.core.alerting import Silence
from unshipped.core.closures.evidence import Why
from unshipped.core.history.web import commit_page, comparison_page
from unshipped.core.incidents import Incident, Transition
from unshipped.core.logged.deploys import Deploy
from unshipped.core.logged.journal import Action, Kept
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.vouched import NEVER
from unshipped.core.messages import headline, stands
from unshipped.core.model import Change, Flag, Severity, State
from unshipped.core.words import stamp

MOST_PATHS = 20
"""How many paths of one change are listed."""


def _time(when: datetime | None) -> str | None:
    return stamp(when) if when else None


def standing(one: Standing, now: datetime) -> dict[str, Any]:
    """How a target stands, as it was seen last; ages are those of `now`."""
    seen = one.seen
    since, checked = (None, None) if one.checked_at == NEVER else (one.since, one.checked_at)
    return {
        "service": seen.service,
        "environment": seen.environment,
        "owner": seen.owner or None,
        "state": seen.state.value,
        "flags": [flag.value for flag in seen.flags],
        "severity": seen.severity.word,
        "quiet": seen.quiet,
        "headline": stands(seen, now),
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
        "source": seen.source or None,
        "since": _time(since),
        "checked_at": _time(checked),
        "checked_seconds_ago": _seconds(checked, now),
        "conclusive_at": _time(one.conclusive_at),
    }


def overview(found: Sequence[Standing], now: datetime) -> dict[str, Any]:
    """How many stand how, in figures and in one sentence."""
    live = [one for one in found if Flag.RETIRED not in one.seen.flags]
    states = [one.seen.state for one in live]
    oldest = max(
        (_seconds(one.seen.behind_since, now) or 0 for one in live if one.seen.behind_since), default=None
    )
    newest = max((one.checked_at for one in found if one.checked_at != NEVER), default=None)
    worst = max((one.seen.severity for one in found if not one.seen.quiet), default=Severity.NONE)
    weak = sum(one.seen.unproven for one in live)
    said = words.tally(states, oldest, retired=len(found) - len(live), weak=weak)
    return {
        "targets": len(found),
        **{state.value: sum(one.seen.state is state for one in found) for state in State},
        "troubled": sum(not one.seen.quiet and one.seen.severity > Severity.NONE for one in found),
        "worst": worst.word if found else None,
        "longest_wait_seconds": oldest,
        "checked_at": _time(newest),
        "sentence": f"{words.count(len(live), 'target')}: {said if found else 'none was looked at yet'}.",
    }


def hold(one: Kept) -> dict[str, Any]:
    """A hold of the log, or of the configuration: that one has no id, and began nobody knows when."""
    return {
        "id": one.id or None,
        "service": one.service,
        "environment": one.environment,
        "reason": one.hold.reason,
        "by": one.hold.by,
        "since": _time(one.since) if one.id else None,
        "until": _time(one.hold.until),
        "declared": not one.id,
        "sentence": words.hold(one.hold, ended=one.ended_at is not None),
    }


def silence(one: Silence) -> dict[str, Any]:
    """A silence: of what nobody is told, and until when."""
    return {
        "id": one.id,
        "services": list(one.match.services),
        "environments": list(one.match.environments),
        "owners": list(one.match.owners),
        "reason": one.reason,
        "by": one.by,
        "since": stamp(one.since),
        "until": stamp(one.until),
        "sentence": words.silence(one),
    }


def action(one: Action) -> dict[str, Any]:
    """Who did what."""
    return {
        "at": stamp(one.at),
        "by": one.by,
        "what": one.what,
        "about": one.about,
        "reason": one.reason or None,
        "door": one.door,
    }


def deploy(one: Deploy, web: str = "") -> dict[str, Any]:
    """That other code began to serve, as it was seen or as somebody said it."""
    service, _, environment = one.target.rpartition("/")
    return {
        "id": one.id,
        "service": service,
        "environment": environment,
        "commit": one.commit or None,
        "page": commit_page(web, one.commit) or None,
        "before": one.before or None,
        "at": stamp(one.at),
        "not_before": _time(one.after),
        "rollback": one.back,
        "by": one.by or None,
        "by_hand": one.by_hand,
        "recorded": one.recorded,
        "seen": one.seen,
    }


def change(one: Change, why: Sequence[Why], web: str = "") -> dict[str, Any]:
    """One missing change, with the reason why each of its paths counts."""
    return {
        "commit": one.commit,
        "page": commit_page(web, one.commit) or None,
        "subject": one.subject,
        "author": one.author,
        "landed_at": stamp(one.landed_at),
        "pull_request": one.pull_request,
        "commits": list(one.commits),
        "paths": [
            {
                "path": each.path,
                "counts_by": each.pattern or None,
                "link": each.link or None,
                "ignored_by": each.ignored_by or None,
            }
            for each in why[:MOST_PATHS]
        ],
        "more_paths": max(0, len(why) - MOST_PATHS),
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
