"""May work run with what is deployed? Asked before it, answered from what was seen last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unshipped.carried.rule import (
    LONGEST_BYPASS,
    USUAL_BYPASS,
    Answer,
    Bypass,
    Excuse,
    Found,
    Gate,
    GateDecision,
    Mode,
    Purpose,
    Seen,
    Work,
    decided,
)
from unshipped.core.logged.observations import Standing
from unshipped.core.model import Flag, State
from unshipped.core.value import Value

__all__ = [
    "LONGEST_BYPASS",
    "USUAL_BYPASS",
    "Answer",
    "Bypass",
    "Found",
    "Gate",
    "GateDecision",
    "Guard",
    "Mode",
    "Purpose",
    "Work",
    "decide",
    "known",
]


class Guard(Value):
    """A gate as the configuration has it: what it asks, of whom, and when it may ask for more."""

    gate: Gate
    services: tuple[str, ...]
    environment: str
    promote_after: float | None = None
    """After so many seconds without a wrong block it means more: first `warn`, then `enforce`."""


_EXCUSES = ((Flag.RETIRED, Excuse.RETIRED), (Flag.HELD, Excuse.HELD), (Flag.PENDING, Excuse.PENDING))


def decide(
    asked: Sequence[tuple[str, str]],
    standings: Sequence[Standing | None],
    gate: Gate,
    bypasses: Sequence[Bypass],
    now: datetime,
    work: Work | None = None,
) -> GateDecision:
    """The answer for some targets, each a service and its environment, in the order of `standings`."""
    targets = [known(place, standing) for place, standing in zip(asked, standings, strict=True)]
    return decided(targets, gate, bypasses, now, work)


def known(place: tuple[str, str], standing: Standing | None) -> Seen:
    """What a gate has to know of a target."""
    service, environment = place
    if standing is None:
        return Seen(service, environment)
    seen = standing.seen
    return Seen(
        service=service,
        environment=environment,
        checked_at=standing.checked_at,
        known=seen.conclusive,
        severity=seen.severity,
        behind=seen.missing,
        behind_since=None if seen.state is State.IN_SYNC else seen.behind_since,
        excuse=next((excuse for flag, excuse in _EXCUSES if flag in seen.flags), None),
        reasons=seen.reasons,
        deployed=seen.deployed,
    )
