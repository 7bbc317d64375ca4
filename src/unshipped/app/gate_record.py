"""What of the record says whether a gate was right: what it answered, and what was deployed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from unshipped.app.drill import DRILL
from unshipped.core.gating import GateDecision
from unshipped.core.logged import past
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.deploys import deploys
from unshipped.core.logged.observations import Standing


class Past(Protocol):
    """What is read of it."""

    def decisions(self, *, since: datetime, gate: str | None = None) -> list[GateDecision]: ...

    def deployments(self, *, since: datetime, target: str = "") -> list[Deployment]: ...

    def stretches(self, *, since: datetime, until: datetime, target: str = "") -> list[Standing]: ...


def deployed(
    record: Past, since: datetime, until: datetime, targets: Iterable[str] = ("",)
) -> tuple[Deployment, ...]:
    """What was deployed since then, whether somebody said it or it was only seen to serve; of these targets
    what was seen, or of all of them but a drill's.
    """
    known = past.Past(
        since,
        stretches=tuple(
            one
            for target in targets
            for one in record.stretches(since=since, until=until, target=target)
            if one.seen.target != DRILL
        ),
        deployments=tuple(record.deployments(since=since)),
    )
    found = []
    for one in deploys(known):
        service, _, environment = one.target.rpartition("/")
        found.append(Deployment(service, environment, one.commit, one.at, by=one.by))
    return tuple(found)
