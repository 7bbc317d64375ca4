"""What was written down, read back from memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unshipped.core.alerting import Notice
from unshipped.core.gating import GateDecision
from unshipped.core.incidents import Incident, Transition
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Action, Delivery, Outcome, Round
from unshipped.core.logged.observations import Standing
from unshipped.stores.memory_tables import Tables


class MemoryJournal:
    """The journal of a log in memory."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def deployed(self, deployment: Deployment) -> bool:
        """Write down a deployment. False where it is known already."""
        key = deployment[:5]
        with self.tables.changing():
            known = key in self.tables.deployments
            if not known:
                self.tables.put(self.tables.deployments, key, deployment)
            return not known

    def decided(self, *decisions: GateDecision) -> None:
        """Write down what gates answered."""
        with self.tables.changing():
            for one in decisions:
                self.tables.put(self.tables.decisions, self.tables.number(), one)

    def incidents(
        self,
        *,
        since: datetime | None = None,
        ids: Sequence[str] | None = None,
        groups: Sequence[str] | None = None,
        target: str = "",
        open_only: bool = False,
        most: int = 1000,
    ) -> list[Incident]:
        """Incidents that were open after `since`, the newest first; named ones are all read."""
        with self.tables.lock:
            found = [
                one
                for one in self.tables.incidents.values()
                if (since is None or one.resolved_at is None or one.resolved_at > since)
                and (ids is None or one.id in ids)
                and (groups is None or one.group in groups)
                and target in ("", one.target)
                and not (open_only and one.resolved_at)
            ]
        found.sort(key=lambda one: (one.opened_at, one.id), reverse=True)
        return found[:most] if ids is None and groups is None else found

    def transitions(self, incidents: Sequence[str]) -> list[Transition]:
        """Their transitions: incident by incident, each in order."""
        with self.tables.lock:
            found = [one for one in self.tables.transitions.values() if one.incident in incidents]
        return sorted(found, key=lambda one: (one.incident, one.number))

    def stretches(
        self, *, since: datetime, until: datetime, target: str = "", unknown: bool = False
    ) -> list[Standing]:
        """Every stretch that touches that time, the oldest first."""
        with self.tables.lock:
            every = [*self.tables.stretches.values(), *self.tables.standings.values()]
        found = [
            one
            for one in every
            if one.since <= until
            and one.checked_at >= since
            and target in ("", one.seen.target)
            and (one.seen.code or not unknown)
        ]
        return sorted(found, key=lambda one: (one.since, one.seen.target))

    def rounds(self, *, since: datetime, until: datetime | None = None) -> list[Round]:
        """The rounds that were begun in that time, as they were finished."""
        with self.tables.lock:
            return [one for one in self.tables.rounds.values() if _within(one.at, since, until)]

    def deliveries(self, *, since: datetime, until: datetime | None = None) -> list[tuple[Notice, Delivery]]:
        """The attempts in that time, the oldest first."""
        with self.tables.lock:
            places = {name: place for place, name in enumerate(self.tables.notices)}
            found = [
                (self.tables.notices[one.notice].notice, one)
                for one in self.tables.deliveries.values()
                if _within(one.at, since, until)
            ]
        return sorted(found, key=lambda pair: (pair[1].at, places[pair[0].id], pair[1].attempt))

    def undelivered(self) -> list[Notice]:
        """What still has to be said, or never could be, in the order in which it was written."""
        with self.tables.lock:
            posted = list(self.tables.notices.values())
        return [one.notice for one in posted if one.outcome is not Outcome.SENT]

    def deployments(self, *, since: datetime, target: str = "") -> list[Deployment]:
        """The deployments since then, the oldest first."""
        with self.tables.lock:
            found = [
                one
                for one in self.tables.deployments.values()
                if one.when >= since and target in ("", f"{one.service}/{one.environment}")
            ]
        return sorted(found, key=lambda one: one.when)

    def actions(self, *, since: datetime, most: int = 1000) -> list[Action]:
        """What people did since then, the newest first."""
        with self.tables.lock:
            found = [one for one in reversed(self.tables.actions.values()) if one.at >= since]
        return found[:most]

    def decisions(
        self, *, since: datetime, until: datetime | None = None, gate: str | None = None
    ) -> list[GateDecision]:
        """The answers of gates in that time, or of that one, the oldest first."""
        with self.tables.lock:
            every = self.tables.decisions.values()
            found = [one for one in every if _within(one.at, since, until) and gate in (None, one.gate)]
        return sorted(found, key=lambda one: one.at)


def _within(moment: datetime, since: datetime, until: datetime | None) -> bool:
    return since <= moment and (until is None or moment < until)
