"""A plan as people and machines read it: what would happen, all of it, and what rides along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from unshipped.app.planning import Prospect
from unshipped.app.rollout_documents import prospect
from unshipped.cli.rolling import headline, step
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.exits import DRIFT, FINE, NOTHING, UNKNOWN
from unshipped.core.rollout import Step

_MOST_CHANGES = 20


def plan_code(found: Sequence[Prospect]) -> int:
    """0 where all of it may begin; the worst otherwise."""
    return max((_code(one) for one in found), default=NOTHING)


def _code(one: Prospect) -> int:
    if one.wait is None or one.ground.same:
        return FINE
    return DRIFT if one.wait.final else UNKNOWN


def plan_text(found: Sequence[Prospect]) -> str:
    """Target by target."""
    lines = [line for one in found for line in (*_one(one), "")]
    now = sum(one.wait is None and not one.after for one in found)
    later = sum(one.wait is None and bool(one.after) for one in found)
    told = f"{now} would begin now{f', {later} after others' * bool(later)}"
    lines.append(f"{words.count(len(found), 'target')}: {told}. Nothing was touched.")
    return "\n".join(map(safe, lines)) + "\n"


def _one(one: Prospect) -> Iterator[str]:
    yield f"{one.asked.target}: {headline(one.plan) if one.plan else one.asked.commit[:9]}"
    if one.wait:
        yield f"  {'not deployed' if one.wait.final else 'waits'}: {one.wait.reason}"
    if not one.plan:
        return
    for change in one.plan.ships[:_MOST_CHANGES]:
        author = f" ({change.author})" if change.author else ""
        yield f"  ships     {change.commit[:9]} {change.subject}{author}"
    if len(one.plan.ships) > _MOST_CHANGES:
        yield f"            and {len(one.plan.ships) - _MOST_CHANGES} more"
    yield f"  steps     {_way(one.plan.steps)}"
    if one.plan.back:
        yield f"  way back  to {one.plan.good[:9]}: {_way(one.plan.back)}"
    for note in one.notes:
        yield f"  note      {note}"


def _way(steps: Sequence[Step]) -> str:
    return " → ".join(step(one) for one in steps)


def plan_json(found: Sequence[Prospect]) -> dict[str, Any]:
    """The same for machines."""
    return {"schema_version": 1, "plans": [prospect(one) for one in found]}
