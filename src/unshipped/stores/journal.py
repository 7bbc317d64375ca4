"""What was written down, read back from SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, and_, insert, or_, select

from unshipped.core.alerting import Notice
from unshipped.core.gating import GateDecision
from unshipped.core.incidents import Incident, Transition
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Action, Delivery, Outcome, Round
from unshipped.core.logged.observations import Standing
from unshipped.stores.database import Database, add, chunks
from unshipped.stores.outbox import NOTICE
from unshipped.stores.tables import (
    ACTIONS,
    DECISIONS,
    DELIVERIES,
    DEPLOYMENTS,
    INCIDENTS,
    NOTICES,
    ROUNDS,
    STRETCHES,
    TRANSITIONS,
)
from unshipped.stores.turn import INCIDENT, STANDING, standing

_TRANSITION = [TRANSITIONS.c[name] for name in Transition._fields]
_ROUND = [ROUNDS.c[name] for name in Round._fields]
_ACTION = [ACTIONS.c[name] for name in Action._fields]
_DELIVERY = [DELIVERIES.c[name] for name in Delivery._fields]
_DEPLOYMENT = [DEPLOYMENTS.c[name] for name in Deployment._fields]
_DECISION = [DECISIONS.c[name] for name in GateDecision._fields]


class SqlJournal:
    """The journal of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deployed(self, deployment: Deployment) -> bool:
        """Write down a deployment. False where it is known already."""
        with self._database.writing() as connection:
            return add(connection, DEPLOYMENTS, deployment._asdict())

    def decided(self, *decisions: GateDecision) -> None:
        """Write down what gates answered."""
        if decisions:
            with self._database.writing() as connection:
                connection.execute(insert(DECISIONS), [one._asdict() for one in decisions])

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
        asked = select(*INCIDENT).order_by(INCIDENTS.c.opened_at.desc(), INCIDENTS.c.id.desc())
        if ids is None and groups is None:
            asked = asked.limit(most)
        if since is not None:
            asked = asked.where(or_(INCIDENTS.c.resolved_at.is_(None), INCIDENTS.c.resolved_at > since))
        if ids is not None:
            asked = asked.where(INCIDENTS.c.id.in_(ids))
        if groups is not None:
            asked = asked.where(INCIDENTS.c.group.in_(groups))
        if target:
            service, _, environment = target.rpartition("/")
            asked = asked.where(INCIDENTS.c.service == service, INCIDENTS.c.environment == environment)
        if open_only:
            asked = asked.where(INCIDENTS.c.resolved_at.is_(None))
        with self._database.reading() as connection:
            return [Incident(*row) for row in connection.execute(asked)]

    def transitions(self, incidents: Sequence[str]) -> list[Transition]:
        """Their transitions: incident by incident, each in order."""
        asked = select(*_TRANSITION)
        with self._database.reading() as connection:
            found = [
                Transition(*row)
                for ids in chunks(incidents)
                for row in connection.execute(asked.where(TRANSITIONS.c.incident.in_(ids)))
            ]
        return sorted(found, key=lambda one: (one.incident, one.number))

    def stretches(
        self, *, since: datetime, until: datetime, target: str = "", unknown: bool = False
    ) -> list[Standing]:
        """Every stretch that touches that time, the oldest first."""
        asked = (
            select(*STANDING)
            .where(STRETCHES.c.since <= until, STRETCHES.c.checked_at >= since)
            .order_by(STRETCHES.c.since, STRETCHES.c.target)
        )
        if target:
            asked = asked.where(STRETCHES.c.target == target)
        if unknown:
            asked = asked.where(STRETCHES.c.code.is_not(None))
        with self._database.reading() as connection:
            return [standing(row) for row in connection.execute(asked)]

    def rounds(self, *, since: datetime, until: datetime | None = None) -> list[Round]:
        """The rounds that were begun in that time, as they were finished."""
        asked = select(*_ROUND).where(_within(ROUNDS.c.at, since, until)).order_by(ROUNDS.c.id)
        with self._database.reading() as connection:
            return [Round(*row) for row in connection.execute(asked)]

    def deliveries(self, *, since: datetime, until: datetime | None = None) -> list[tuple[Notice, Delivery]]:
        """The attempts in that time, the oldest first."""
        asked = (
            select(*NOTICE, *_DELIVERY)
            .join(DELIVERIES, DELIVERIES.c.notice == NOTICES.c.id)
            .where(_within(DELIVERIES.c.at, since, until))
            .order_by(DELIVERIES.c.at, NOTICES.c.seq, DELIVERIES.c.attempt)
        )
        cut = len(NOTICE)
        with self._database.reading() as connection:
            return [(Notice(*row[:cut]), Delivery(*row[cut:])) for row in connection.execute(asked)]

    def undelivered(self) -> list[Notice]:
        """What still has to be said, or never could be, in the order in which it was written."""
        unsaid = or_(NOTICES.c.outcome.is_(None), NOTICES.c.outcome != Outcome.SENT)
        with self._database.reading() as connection:
            asked = select(*NOTICE).where(unsaid).order_by(NOTICES.c.seq)
            return [Notice(*row) for row in connection.execute(asked)]

    def deployments(self, *, since: datetime, target: str = "") -> list[Deployment]:
        """The deployments since then, the oldest first."""
        asked = (
            select(*_DEPLOYMENT)
            .where(DEPLOYMENTS.c.when >= since)
            .order_by(DEPLOYMENTS.c.when, DEPLOYMENTS.c.id)
        )
        if target:
            service, _, environment = target.rpartition("/")
            asked = asked.where(DEPLOYMENTS.c.service == service, DEPLOYMENTS.c.environment == environment)
        with self._database.reading() as connection:
            return [Deployment(*row) for row in connection.execute(asked)]

    def actions(self, *, since: datetime, most: int = 1000) -> list[Action]:
        """What people did since then, the newest first."""
        asked = select(*_ACTION).where(ACTIONS.c.at >= since).order_by(ACTIONS.c.id.desc()).limit(most)
        with self._database.reading() as connection:
            return [Action(*row) for row in connection.execute(asked)]

    def decisions(
        self, *, since: datetime, until: datetime | None = None, gate: str | None = None
    ) -> list[GateDecision]:
        """The answers of gates in that time, or of that one, the oldest first."""
        within = _within(DECISIONS.c.at, since, until)
        asked = select(*_DECISION).where(within).order_by(DECISIONS.c.at, DECISIONS.c.id)
        if gate is not None:
            asked = asked.where(DECISIONS.c.gate == gate)
        with self._database.reading() as connection:
            return [GateDecision(*row) for row in connection.execute(asked)]


def _within(moment: Column[datetime], since: datetime, until: datetime | None) -> ColumnElement[bool]:
    return moment >= since if until is None else and_(moment >= since, moment < until)
