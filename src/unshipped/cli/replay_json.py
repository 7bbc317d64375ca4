"""A replay as JSON: every figure, and the incidents, messages, observations and commits behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from unshipped.cli.output import json_text
from unshipped.core.counting.gate_report import Judgement
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.past import Past
from unshipped.core.replaying.map_truth import Maps
from unshipped.core.replaying.record import Record
from unshipped.core.replaying.replayed import Replayed, Stretch, Tried
from unshipped.core.words import stamp


def replayed(
    now: Replayed, before: Replayed | None, tried: Sequence[Tried], maps: Maps | None, record: Record
) -> str:
    """The figures by one set of rules, by the other one where there is one, and what was tried."""
    return json_text(
        {
            "schema_version": 1,
            "since": stamp(now.span.since),
            "until": stamp(now.span.until),
            "figures": _figures(now),
            "compared": _figures(before) if before else None,
            "tried": [
                {
                    "grace_seconds": one.grace,
                    "factor": one.factor,
                    "messages_a_week": one.a_week,
                    "untold": [_stretch(stretch) for stretch in one.untold],
                }
                for one in tried
            ],
            "maps": {name: one._asdict() for name, one in maps.scores.items()} if maps else None,
            "maps_called": maps.called if maps else None,
            "undeclared": dict(sorted(Counter(record.strangers).items())),
            "left_out": dict(sorted(Counter(record.undone).items())),
            "deployments": [
                {"target": one.target, "commit": one.commit, "at": stamp(one.at), "by": one.by}
                for one in record.deploys
            ],
        }
    )


def _figures(found: Replayed) -> dict[str, Any]:
    return {
        "incidents": list(found.incidents.of),
        "drifts": list(found.incidents.ids),
        "peaks": {severity.word: list(ids) for severity, ids in found.peaks},
        "landing_to_incident_seconds": dict(found.opened_after.amounts),
        "messages_a_week": found.a_week,
        "receivers": [
            {
                "receiver": one.receiver,
                "loud": list(one.loud),
                "quiet": list(one.quiet),
                "by_severity": {severity.word: number for severity, number in one.by_severity},
                "nights": list(one.nights),
            }
            for one in found.said
        ],
        "gates": [
            {
                "gate": one.gate,
                "blocks": [
                    {"target": case.target, "since": stamp(case.since), "until": stamp(case.until),
                     "judgement": case.judgement.value, "why": case.why}
                    for case in one.cases
                ],
                **{judgement.value: one.count(judgement) for judgement in Judgement},
            }
            for one in found.gates
        ],
        "stretches": [_stretch(one) for one in found.stretches],
        "noisiest": dict(found.noisiest),
        "openers": dict(found.openers),
        "evidence": _evidence(found.past),
    }  # fmt: skip


def _evidence(past: Past) -> dict[str, Any]:
    """What figures name: incidents and messages by their ids, and how each target stood, time after time."""
    steps: dict[str, list[dict[str, Any]]] = {}
    for step in past.transitions:
        told = {"at": stamp(step.at), "step": step.step.value, "severity": step.after.word}
        steps.setdefault(step.incident, []).append(told | {"reasons": list(step.reasons)})
    return {
        "incidents": {
            one.id: {"target": one.target, "kind": one.kind.value, "severity": one.peak.word,
                     "cause": one.cause, "opened_at": stamp(one.opened_at),
                     "resolved_at": stamp(one.resolved_at) if one.resolved_at else None,
                     "steps": steps.get(one.id, [])}
            for one in past.incidents
        },
        "messages": {
            one.id: {"receiver": one.receiver, "at": stamp(one.at), "new": one.loud,
                     "incidents": {told.incident: told.severity.word for told in one.told}}
            for one, _ in past.deliveries
        },
        "observations": {
            target: [_observation(one) for one in course] for target, course in sorted(past.courses.items())
        },
    }  # fmt: skip


def _observation(one: Standing) -> dict[str, Any]:
    seen = one.seen
    return {
        "since": stamp(one.since),
        "until": stamp(one.checked_at),
        "state": seen.state.value,
        "severity": seen.severity.word,
        "quiet": seen.quiet,
        "deployed": seen.deployed or None,
        "expected": seen.expected or None,
        "changes": seen.changes,
        "behind_since": stamp(seen.behind_since) if seen.behind_since else None,
        "missing": [change.commit for change in seen.waiting],
    }


def _stretch(one: Stretch) -> dict[str, Any]:
    return {
        "target": one.target,
        "since": stamp(one.since),
        "until": stamp(one.until),
        "seconds": one.seconds,
        "severity": one.peak.word,
        "oldest": one.oldest.commit if one.oldest else None,
        "told_at": stamp(one.told_at) if one.told_at else None,
    }
