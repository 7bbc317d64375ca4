"""The record that a gate needs, kept in memory: standings, bypasses, decisions, deployments, notices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from unshipped.core.alerting import Notice
from unshipped.core.gating import Bypass, GateDecision
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Action
from unshipped.core.logged.observations import Standing
from unshipped.errors import StoreError


@dataclass
class FakeRecord:
    """What the ports `Log`, `Desk`, `Journal` and `Outbox` are asked for by a gate."""

    known: dict[str, Standing] = field(default_factory=dict)
    given: dict[str, Bypass] = field(default_factory=dict)
    asked: list[GateDecision] = field(default_factory=list)
    told: list[Deployment] = field(default_factory=list)
    acts: list[Action] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    broken: bool = False

    def standings(self, targets: Iterable[str] | None = None) -> dict[str, Standing]:
        if self.broken:
            raise StoreError("the record cannot be read: disk I/O error")
        wanted = set(self.known) if targets is None else set(targets)
        return {name: one for name, one in self.known.items() if name in wanted}

    def bypass(self, bypass: Bypass) -> None:
        self.given[bypass.id] = bypass

    def bypasses(self, now: datetime) -> list[Bypass]:
        return [one for one in self.given.values() if one.revoked_at is None and one.since <= now < one.until]

    def revoke(self, identity: str, by: str, now: datetime) -> Bypass | None:
        found = self.given.get(identity)
        if found is None or found not in self.bypasses(now):
            return None
        self.given[identity] = found._replace(revoked_at=now, revoked_by=by)
        return self.given[identity]

    def decided(self, *decisions: GateDecision) -> None:
        self.asked += decisions

    def acted(self, action: Action) -> None:
        self.acts.append(action)

    def decisions(self, *, since: datetime, gate: str | None = None) -> list[GateDecision]:
        return [one for one in self.asked if one.at >= since and gate in (None, one.gate)]

    def deployments(self, *, since: datetime, target: str = "") -> list[Deployment]:
        return [one for one in self.told if one.when >= since]

    def stretches(
        self, *, since: datetime, until: datetime, target: str = "", unknown: bool = False
    ) -> list[Standing]:
        return []

    def add(self, notices: Sequence[Notice]) -> None:
        self.notices += notices

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a gate has no use for {name}")
