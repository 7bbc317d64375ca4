"""An explanation as plain data: what `explain` tells a person, for programs and for a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from unshipped.app.explain import Counted, Explanation
from unshipped.core import words
from unshipped.core.logged import documents
from unshipped.core.texts.signal_documents import signal


def document(found: Explanation, now: datetime, most: int, web: str = "") -> dict[str, Any]:
    """What the interface answers: what was found, and when it was looked."""
    return {"schema_version": 1, "looked_at": words.stamp(now), **plain(found, most, web)}


def plain(found: Explanation, most: int, web: str = "") -> dict[str, Any]:
    """Everything that was found of one target, with at most so many changes of each kind."""
    verdict, drift, facts = found.verdict, found.verdict.drift, found.verdict.drift.facts
    missing = [one for one in found.changes if not one.change.cancelled]
    cancelled = [one for one in found.changes if one.change.cancelled]
    kinds: list[Sequence[Counted]] = [missing, cancelled, found.ignored]
    should = drift.expected
    return {
        "service": drift.target.service,
        "environment": drift.target.environment,
        "state": drift.state.value,
        "flags": [flag.value for flag in verdict.flags],
        "severity": verdict.severity.word,
        "headline": words.headline(verdict),
        "reasons": list(verdict.reasons),
        "reason_code": drift.problem.code.value if drift.problem else None,
        "hint": drift.problem.hint or None if drift.problem else None,
        "remarks": [{"code": one.sign.value, "message": one.message} for one in drift.remarks],
        "expected": {"commit": should.commit, "ref": should.ref, "why": should.why} if should else None,
        "signals": [signal(one) for one in drift.signals],
        "missing": _counted(missing, most, web),
        "cancelled": _counted(cancelled, most, web),
        "left_out": _counted(found.ignored, most, web),
        "only_here": list(facts.ahead) if facts else [],
        "already_landed": list(facts.landed_elsewhere) if facts else [],
        "elsewhere": found.elsewhere,
        "more": sum(max(0, len(kind) - most) for kind in kinds),
        "links": [{"link": link, "leads_to": behind} for link, behind in found.links],
        "reproduce": list(found.reproduce),
    }


def _counted(changes: Sequence[Counted], most: int, web: str) -> list[dict[str, Any]]:
    return [documents.change(one.change, one.paths, web) for one in changes[:most]]
