"""Bypasses that were given where nobody could write them down: taken into the log, and announced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from unshipped.app.ask_gate import House, understood
from unshipped.app.bypass import give, ids
from unshipped.app.gate_api import Record
from unshipped.core.gating import Answer, Bypass, Found, GateDecision, Mode
from unshipped.errors import UsageError
from unshipped.gate.values import Bypassing
from unshipped.gate.words import question_of


def taken(
    left: Mapping[str, Any], house: House, record: Record, now: datetime, receivers: Sequence[str]
) -> list[Bypass]:
    """Write down what was left, from when it was given on. Raises `UsageError` where it is no bypass."""
    try:
        given, asked = left["bypass"], dict(left["question"])
        question = question_of(tuple(map(str, asked.pop("services"))), asked)  # type: ignore[arg-type]
        at = datetime.fromisoformat(left["given_at"]).astimezone(UTC)
        bypassing = Bypassing(
            str(given["reason"]), str(given["by"]), float(given["seconds"]), str(given["id"])
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        raise UsageError("it is no bypass that somebody gave") from None
    meant = understood(question, house)
    services = [service for service, _ in meant.places]
    found = give(
        bypassing,
        meant.gate.name,
        services,
        record,
        min(at, now),
        identity=ids(bypassing.id),
        receivers=receivers,
        told_at=now,
    )
    counted = {one.bypass for decision in record.decisions(since=min(at, now)) for one in decision.found}
    if found[0].id not in counted:  # whoever took it in before may have died before it took it away
        record.decided(_decision(found, meant.places, question.by))
    return found


def _decision(given: Sequence[Bypass], places: Sequence[tuple[str, str]], by: str) -> GateDecision:
    """What the gate answered then, as far as it is known: somebody was let through."""
    found = tuple(
        Found(service, environment, Answer.ALLOW, (one.reason,), bypass=one.id)
        for one, (service, environment) in zip(given, places, strict=True)
    )
    return GateDecision(given[0].gate, given[0].since, Answer.ALLOW, Answer.BLOCK, Mode.ENFORCE, found, by)
