"""What other programs are told of a rollout: that it begins to touch something, and how it ended, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from unshipped.core.logged.deployments import Deployment
from unshipped.core.rollout import End, Outcome, Plan
from unshipped.core.value import Value
from unshipped.core.words import instant


class Announcement(Value):
    """One moment of a rollout."""

    rollout: str
    service: str
    environment: str
    commit: str
    by: str = ""
    why: str = ""
    end: End | None = None
    """None where it begins to touch something."""
    back: str = ""
    """What serves again, where it was rolled back."""
    served: tuple[Deployment, ...] = ()
    """What was proven to serve, and when."""

    @property
    def target(self) -> str:
        return f"{self.service}/{self.environment}"


def begun(plan: Plan) -> Announcement:
    """It is about to touch something."""
    return Announcement(plan.id, plan.service, plan.environment, plan.commit, plan.by, plan.reason)


def ended(plan: Plan, outcome: Outcome, served: Iterable[Deployment]) -> Announcement:
    """It has ended."""
    back = plan.good if outcome.end is End.ROLLED_BACK else ""
    return begun(plan)._replace(why=outcome.reason, end=outcome.end, back=back, served=tuple(served))


def document(one: Announcement) -> dict[str, Any]:
    """It as data. Fields may be added; none changes what it means."""
    return {
        "schema_version": 1,
        "rollout": one.rollout,
        "service": one.service,
        "environment": one.environment,
        "commit": one.commit,
        "by": one.by or None,
        "why": one.why or None,
        "end": one.end.value if one.end else None,
        "back": one.back or None,
        "served": [
            {"commit": row.commit, "at": instant(row.when), "kind": row.kind, "by": row.by}
            for row in one.served
        ],
    }


def understood(row: Mapping[str, Any]) -> Announcement:
    """What `document` wrote."""
    service, environment = row["service"], row["environment"]
    return Announcement(
        row["rollout"],
        service,
        environment,
        row["commit"],
        row["by"] or "",
        row["why"] or "",
        End(row["end"]) if row["end"] else None,
        row["back"] or "",
        tuple(
            Deployment(
                service,
                environment,
                one["commit"],
                datetime.fromisoformat(one["at"]),
                one["kind"],
                one["by"],
            )
            for one in row["served"]
        ),
    )
