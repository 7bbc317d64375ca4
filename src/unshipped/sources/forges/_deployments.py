"""What became of GitHub's deployments: what stands is not in the record itself, but in its newest status."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from unshipped.core.model import Remark, Sign
from unshipped.core.value import Value
from unshipped.platforms import steps
from unshipped.platforms.api import Api
from unshipped.sources.forges import _forge
from unshipped.sources.shared.parse import shown

_MOST = 30
"""How many deployments are looked into where none of them stands as a success."""

_NEVER = datetime.min.replace(tzinfo=UTC)
_FAILED = frozenset({"failure", "error"})
_UNDERWAY = frozenset({"pending", "queued", "in_progress"})
_WAITS = "waiting"
"""For somebody, maybe for ever: that excuses nothing."""


class Attempt(Value):
    """One deployment, and what was said of it last."""

    deployment: steps.Table
    state: str
    when: datetime

    @property
    def name(self) -> str:
        return f"deployment {steps.number(self.deployment, 'id'):.0f}"


def payload(row: steps.Table) -> dict[str, str]:
    """The texts of a payload: GitHub keeps it as it was sent, as an object or as JSON in a text."""
    written = row.get("payload")
    try:
        return steps.texts(json.loads(written) if isinstance(written, str) and written else written)
    except (ValueError, RecursionError):
        return {}


def attempts(api: Api, path: str, deployments: Sequence[steps.Table], hint: str) -> list[Attempt]:
    """What became of the deployments, from the one that was heard of last, as far as it could matter."""
    found: list[Attempt] = []
    heard = [(steps.moment(one, "updated_at") or _NEVER, one) for one in deployments]
    for updated, one in sorted(heard, key=lambda pair: pair[0], reverse=True)[:_MOST]:
        if any(known.state == "success" and known.when > updated for known in found):
            break  # nothing was said of this one or of those after it since a later one succeeded
        place = f"{path}/{steps.number(one, 'id'):.0f}/statuses"
        statuses = [
            (steps.moment(row, "created_at") or _NEVER, steps.number(row, "id"), steps.text(row, "state"))
            for row in _forge.rows(api, place, {"per_page": "100"}, hint)
        ]
        begun = (steps.moment(one, "created_at") or _NEVER, 0.0, "pending")
        when, _id, state = max(statuses, default=begun)
        found.append(Attempt(one, state, when))
    return found


def succeeded(tried: Sequence[Attempt]) -> Attempt | None:
    """The one that became a success last."""
    return max((one for one in tried if one.state == "success"), key=lambda one: one.when, default=None)


def remarks(live: Attempt, tried: Sequence[Attempt]) -> Iterator[Remark]:
    """What was tried after that which is live, the newest of it; and what waits for an approval."""
    later = sorted((one for one in tried if one.when > live.when), key=lambda one: one.when, reverse=True)
    newest = next((one for one in later if one.state != _WAITS), live)
    if newest.state in _UNDERWAY:
        yield Remark(Sign.CONVERGING, f"{_told(newest)} is {newest.state}", newest.when)
    elif newest.state in _FAILED:
        yield Remark(Sign.LATEST_NOT_READY, f"{_told(newest)} ended with {newest.state}")
    for one in [one for one in later if one.state == _WAITS][:1]:
        yield Remark(Sign.LATEST_WITHOUT_TRAFFIC, f"{_told(one)} waits for an approval")


def _told(attempt: Attempt) -> str:
    return f"{attempt.name} of {shown(steps.text(attempt.deployment, 'sha'))[:12]}"
