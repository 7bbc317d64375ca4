"""A watch that keeps everything, as the log does: what measures and reports are made of.

week = Recorded()
week.look(0, in_sync("worker", OLD))
week.past()
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.core.watched import START, Watch, at
from unshipped.core.alerting import Notice
from unshipped.core.counting.metrics import Kept, counted
from unshipped.core.gating import GateDecision
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Delivery, Outcome, Round
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.logged.past import Past
from unshipped.core.model import State
from unshipped.core.watching import Entries

MERGED, SHIPPED = "d" * 40, "e" * 40


@dataclass
class Recorded(Watch):
    """Each look is a round, and every notice arrives at once."""

    stretches: list[Standing] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    deliveries: list[tuple[Notice, Delivery]] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    decisions: list[GateDecision] = field(default_factory=list)

    def look(self, minutes: float, *seen: Observation, late: float = 0, declared: object = None) -> Entries:
        slot, known = at(minutes), sum(one.conclusive for one in seen)
        begun = at(minutes + late)
        self.rounds.append(Round("1/1", slot, begun, 2.0, len(seen), len(seen), known))
        return super().look(minutes, *seen)

    def deployed(self, minutes: float, commit: str, service: str = "worker", **others: str) -> None:
        self.deployments.append(Deployment(service, "production", commit, at(minutes), **others))

    def past(self, since: datetime = START) -> Past:
        return Past(
            since,
            tuple(self.incidents.values()),
            tuple(self.transitions),
            tuple(self.stretches),
            tuple(self.rounds),
            tuple(self.deliveries),
            tuple(self.deployments),
            tuple(self.decisions),
        )

    def kept(self) -> Kept:
        """What metrics say."""
        unknown = [one for one in self.stretches if one.seen.state is State.UNKNOWN]
        return Kept(
            standings=self.standings,
            rounds=list({one.shard: one for one in self.rounds}.values()),
            incidents=[one for one in self.incidents.values() if one.open],
            counts=counted(self.rounds, unknown, self.deliveries, self.decisions),
            tiers={"worker/production": "high"},
        )

    def _keep(self, entries: Entries) -> Entries:
        for standing in entries.standings:
            place = (standing.seen.target, standing.since)
            self.stretches = [one for one in self.stretches if (one.seen.target, one.since) != place]
            self.stretches.append(standing)
        for notice in entries.notices:
            self.deliveries.append((notice, Delivery(notice.id, 1, notice.at, Outcome.SENT)))
        return super()._keep(entries)
