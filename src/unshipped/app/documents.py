"""Decisions and verdicts as plain data: what a gate answers a program, and what a file of verdicts holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from unshipped.app.bypass import told
from unshipped.core.gating import Bypass, Gate, GateDecision, Guard, known
from unshipped.core.history.standing import Standing
from unshipped.core.logged import observations
from unshipped.core.words import instant, stamp

SCHEMA = 1


def document(decision: GateDecision, gate: Gate | None = None) -> dict[str, Any]:
    """A decision as a program reads it, by which rule for the unknown where that is known."""
    age = decision.verdict_age
    return {
        "schema_version": SCHEMA,
        "gate": decision.gate,
        "at": instant(decision.at),
        "answer": decision.answer.word,
        "would": decision.would.word,
        "mode": decision.mode.value,
        "purpose": decision.purpose.value,
        "deploys": decision.deploys or None,
        "asked_by": decision.asked_by or None,
        "verdict_age_seconds": None if age is None else round(age, 3),
        "max_verdict_age_seconds": gate and gate.max_verdict_age,
        "on_unknown": gate and gate.on_unknown.word,
        "reasons": list(decision.reasons),
        "targets": [one.plain() for one in decision.found],
    }


def bypass_document(bypass: Bypass) -> dict[str, Any]:
    """A bypass as a program reads it."""
    return {
        "id": bypass.id,
        "gate": bypass.gate,
        "service": bypass.service,
        "by": bypass.by,
        "reason": bypass.reason,
        "since": instant(bypass.since),
        "until": instant(bypass.until),
    }


def bypass_told(bypass: Bypass, now: datetime) -> dict[str, Any]:
    """The same with a sentence, for people."""
    return bypass_document(bypass) | {"sentence": told(bypass, now)}


def stands(one: Standing) -> dict[str, Any]:
    """Where a change stands in one target."""
    return {
        "service": one.target.service,
        "environment": one.target.environment,
        "place": one.place.value,
        "reason": one.reason,
        "flags": [flag.value for flag in one.flags],
        "deployed": one.deployed or None,
        "waiting_since": stamp(one.since) if one.since else None,
    }


def verdicts(
    standings: Iterable[observations.Standing],
    guards: Sequence[Guard],
    bypasses: Sequence[Bypass],
    now: datetime,
) -> dict[str, Any]:
    """What a file of verdicts says: enough to answer any gate, and to remind of what waits."""
    return {
        "schema_version": SCHEMA,
        "written_at": instant(now),
        "targets": [_target(standing) for standing in standings],
        "gates": {guard.gate.name: _guard(guard) for guard in guards},
        "bypasses": [bypass_document(one) for one in bypasses if one.revoked_at is None],
    }


def _target(standing: observations.Standing) -> dict[str, Any]:
    seen = known((standing.seen.service, standing.seen.environment), standing)
    return {
        "service": seen.service,
        "environment": seen.environment,
        "checked_at": instant(standing.checked_at),
        "known": seen.known,
        "severity": int(seen.severity),
        "behind": seen.behind,
        "behind_since": instant(seen.behind_since) if seen.behind_since else None,
        "excuse": seen.excuse.value if seen.excuse else None,
        "reasons": list(seen.reasons),
        "deployed": seen.deployed,
        "state": standing.seen.state.value,
        "expected": standing.seen.expected,
        "changes": standing.seen.changes,
    }


def _guard(guard: Guard) -> dict[str, Any]:
    gate = guard.gate
    return {
        "services": list(guard.services),
        "environment": guard.environment,
        "mode": gate.mode.value,
        "max_behind": gate.max_behind,
        "max_age": gate.max_age,
        "severity": int(gate.severity),
        "on_unknown": gate.on_unknown.word,
        "max_verdict_age": gate.max_verdict_age,
    }
