"""Reports as plain data: every figure with what it was counted from. Nulls are figures of nothing."""

from __future__ import annotations

from typing import Any

from unshipped.core.counting.advice import Advice
from unshipped.core.counting.digest import Digest
from unshipped.core.counting.dora import Dora
from unshipped.core.counting.figures import Ratio, Span, Spread
from unshipped.core.counting.summary import Summary, text
from unshipped.core.incidents import Incident
from unshipped.core.logged.deploys import PRODUCT, Deploy
from unshipped.core.logged.journal import Kept
from unshipped.core.measures import Measures, Service
from unshipped.core.report import Health
from unshipped.core.words import stamp


def health(found: Health) -> dict[str, Any]:
    """The figures of a time, those of the time before, and what to change."""
    return _document(
        **_span(found.now.span),
        measures=_measures(found.now),
        before=_measures(found.before) if found.before else None,
        dora=_dora(found.dora),
        dora_before=_dora(found.dora_before) if found.dora_before else None,
        advice=[_advice(one) for one in found.advice],
    )


def digest(found: Digest) -> dict[str, Any]:
    """What is open, and what happened since yesterday."""
    return _document(
        **_span(found.span),
        unknown=list(found.unknown),
        never_looked_at=list(found.unseen),
        oldest_look=stamp(found.looked_at) if found.looked_at else None,
        open=[_incident(one) for one in found.open],
        held=[_held(one, found) for one in found.holds],
        opened=list(found.opened),
        resolved=[_incident(one) for one in found.resolved],
        merged_to_live_seconds=_spread(found.waits),
        deploys=[_deploy(one) for one in found.deploys],
    )


def told(found: Summary) -> dict[str, Any]:
    """The same in words, section by section."""
    return {
        "title": found.title,
        "headline": found.headline,
        "compared": found.compared,
        "sections": [
            {
                "title": one.title,
                "rows": [row._asdict() for row in one.rows],
                "bars": [bar._asdict() for bar in one.bars],
                "caption": one.caption,
                "lines": [text(line) for line in one.lines],
            }
            for one in found.sections
        ],
    }


def _document(**fields: Any) -> dict[str, Any]:
    return {"schema_version": 1, **fields}


def _span(span: Span) -> dict[str, str]:
    return {"since": stamp(span.since), "until": stamp(span.until)}


def _measures(found: Measures) -> dict[str, Any]:
    watched, hand = found.watched, found.by_hand
    return {
        "watched": {
            "targets": list(watched.targets),
            "known_seconds": watched.known,
            "unknown_seconds": watched.unknown,
            "blind_seconds": watched.blind,
            "unknown_rate": watched.unknown_rate,
        },
        "drift_incidents": _ratio(found.drifts) | {"a_week": _a_week(found, found.drifts)},
        "baselines": _ratio(found.baselines),
        "returned": list(found.returned),
        "repeats": _ratio(found.repeats),
        "drift_age_seconds": _spread(found.ages),
        "time_to_detect_seconds": _spread(found.seen_after),
        "time_to_incident_seconds": _spread(found.opened_after),
        "acknowledged_after_seconds": _spread(found.acknowledged_after),
        "actionable": _ratio(found.actionable),
        "messages_per_incident": _ratio(found.messages),
        "failed_attempts": _ratio(found.failures),
        "merged_to_live_seconds": _spread(found.waits),
        "deploys": [_deploy(one) for one in found.deploys],
        "by_hand": _ratio(hand) | {"a_week": _a_week(found, hand)},
        "late_rounds": _ratio(found.late),
        "failed_rounds": _ratio(found.failed),
        "missed_rounds": _ratio(found.missed) if found.missed else None,
        "would_block": _ratio(found.would_block),
        "bypassed": _ratio(found.bypassed),
        "services": [_service(one) for one in found.services],
    }


def _a_week(found: Measures, counted: Ratio) -> float | None:
    return found.span.a_week(len(counted.ids)) if counted.of or found.watched.known else None


def _dora(found: Dora) -> dict[str, Any]:
    return {
        "deployment_frequency": {"a_day": found.a_day, "ids": list(found.deployed)},
        "lead_time_seconds": _spread(found.lead_time),
        "change_failure_rate": _ratio(found.failures),
        "time_to_restore_seconds": _spread(found.restored_after),
    }


def _ratio(found: Ratio) -> dict[str, Any]:
    return {"value": found.value, "n": len(found.ids), "of": len(found.of), "ids": list(found.ids)}


def _spread(found: Spread) -> dict[str, Any]:
    return {
        "n": found.n,
        "mean": found.mean,
        "median": found.median,
        "p90": found.p90,
        "largest": found.largest,
        "amounts": [{"id": name, "amount": amount} for name, amount in found.amounts],
    }


def _held(one: Kept, found: Digest) -> dict[str, Any]:
    standing = found.standings.get(one.target)
    seen = standing and standing.seen
    return {
        "service": one.service,
        "environment": one.environment,
        "by": one.hold.by,
        "reason": one.hold.reason,
        "since": stamp(one.since) if one.id else None,
        "until": stamp(one.hold.until) if one.hold.until else None,
        "stopped": one.target in found.stopped and one.hold.by == PRODUCT,
        "state": seen.state.value if seen else None,
        "changes_behind": seen.changes if seen else None,
        "behind_since": stamp(seen.behind_since) if seen and seen.behind_since else None,
    }


def _deploy(one: Deploy) -> dict[str, Any]:
    return {
        "id": one.id,
        "target": one.target,
        "commit": one.commit,
        "at": stamp(one.at),
        "after": stamp(one.after) if one.after else None,
        "rollback": one.back,
        "by": one.by or None,
        "by_hand": one.by_hand,
        "seen": one.seen,
    }


def _service(one: Service) -> dict[str, Any]:
    return {
        "service": one.name,
        "in_order": one.share,
        "known_seconds": one.known,
        "incidents": list(one.incidents),
        "merged_to_live_seconds": _spread(one.waits),
    }


def _advice(one: Advice) -> dict[str, Any]:
    return {"about": one.about, "why": one.why, "do": one.do, "ids": list(one.ids)}


def _incident(one: Incident) -> dict[str, Any]:
    return {
        "id": one.id,
        "service": one.service,
        "environment": one.environment,
        "kind": one.kind.value,
        "severity": one.severity.word,
        "opened_at": stamp(one.opened_at),
        "since": stamp(one.since) if one.since else None,
        "acknowledged_by": one.acknowledged_by or None,
        "resolved_at": stamp(one.resolved_at) if one.resolved_at else None,
        "ending": one.ending.value if one.ending else None,
    }
