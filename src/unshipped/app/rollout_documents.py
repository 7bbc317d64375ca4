"""Plans, wishes and rollouts as plain data: for the command line and for the interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from unshipped.app.decide import locked
from unshipped.app.planning import Prospect
from unshipped.core.logged.rolling import Line, Rollout, Taken, Wish
from unshipped.core.model import Change
from unshipped.core.rollout import Plan, Step
from unshipped.core.windows import Lock
from unshipped.core.words import moment, stamp


def prospect(one: Prospect) -> dict[str, Any]:
    """What would happen, all of it, or why it would have to wait."""
    plan = one.plan
    return {
        "service": one.asked.service,
        "environment": one.asked.environment,
        "commit": one.asked.commit,
        "live": plan.live or None if plan else None,
        "way_back": plan.good or None if plan else None,
        "rollback": one.asked.rollback,
        "waits": one.wait.reason if one.wait else None,
        "final": bool(one.wait and one.wait.final),
        "steps": [_step(part) for part in plan.steps] if plan else [],
        "back": [_step(part) for part in plan.back] if plan else [],
        "ships": [_change(change) for change in plan.ships] if plan else [],
        "notes": list(one.notes),
    }


def wish(one: Wish, opens: datetime | None = None) -> dict[str, Any]:
    """What somebody asked for, why it waits, and when that ends by itself."""
    asked = one.asked
    return {
        "id": asked.id,
        "service": asked.service,
        "environment": asked.environment,
        "commit": asked.commit,
        "by": asked.by,
        "at": stamp(asked.at),
        "reason": asked.reason or None,
        "batch": asked.batch or None,
        "waits": one.waits or None,
        "opens_at": stamp(opens) if opens else None,
        "needs_approval": asked.unapproved,
        "approved_by": asked.approved_by or None,
    }


def rollout(one: Rollout) -> dict[str, Any]:
    """What was begun, and how it ended."""
    plan = one.plan
    return {
        "id": one.id,
        "service": plan.service,
        "environment": plan.environment,
        "commit": plan.commit,
        "live": plan.live or None,
        "way_back": plan.good or None,
        "rollback": plan.rollback,
        "by": plan.by,
        "reason": plan.reason or None,
        "batch": one.batch or None,
        "begun_at": stamp(one.begun_at),
        "ended_at": stamp(one.ended_at) if one.ended_at else None,
        "end": one.outcome.end.value if one.outcome else None,
        "why": one.outcome.reason if one.outcome else None,
        "cancelled_by": one.cancelled_by or None,
        "changes": [change.commit for change in plan.ships],
    }


def steps(plan: Plan, taken: Sequence[Taken]) -> list[dict[str, Any]]:
    """What was begun of a plan, and how it went."""
    way = (*plan.steps, *plan.back)
    return [
        {
            "number": one.number,
            "do": way[one.number].do.value,
            "commit": way[one.number].commit,
            "name": way[one.number].name or None,
            "share": way[one.number].share,
            "back": one.number >= len(plan.steps),
            "begun_at": stamp(one.begun_at),
            "attempts": one.attempts,
            "by": one.by,
            "went": one.result.went.value if one.result else None,
            "ended_at": stamp(one.result.at) if one.result else None,
            "detail": one.result.detail if one.result else None,
        }
        for one in taken
    ]


def plan(one: Plan) -> dict[str, Any]:
    """The whole of a plan, as it was made."""
    return {
        "steps": [_step(part) for part in one.steps],
        "back": [_step(part) for part in one.back],
        "ships": [_change(change) for change in one.ships],
        "notes": list(one.notes),
    }


def line(one: Line) -> dict[str, Any]:
    """A piece of output."""
    return {"seq": one.seq, "number": one.number, "at": stamp(one.at), "text": one.text}


def lock(one: Lock) -> dict[str, Any]:
    """What nobody may deploy to."""
    return {
        "id": one.id,
        "reason": one.reason,
        "by": one.by,
        "since": stamp(one.since),
        "until": stamp(one.until) if one.until else None,
        "services": list(one.services),
        "environments": list(one.environments),
        "sentence": lock_sentence(one),
    }


def lock_sentence(one: Lock) -> str:
    """What is locked, by whom, until when and why."""
    until = f" until {moment(one.until)}" if one.until else ""
    return f"{locked(one)} locked by {one.by}{until}: {one.reason}"


def _step(one: Step) -> dict[str, Any]:
    return {
        "do": one.do.value,
        "commit": one.commit,
        "name": one.name or None,
        "share": one.share,
        "seconds": one.seconds,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "commit": change.commit,
        "subject": change.subject,
        "author": change.author,
        "landed_at": stamp(change.landed_at),
        "pull_request": change.pull_request,
    }
