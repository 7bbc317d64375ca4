"""Take out of a database what was kept for long enough, a little at a time: others write meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, delete, or_, select, tuple_

from unshipped.core.logged.retention import Retention
from unshipped.stores.database import Database
from unshipped.stores.rollout_tables import LOCKS, ROLLOUTS, WISHES
from unshipped.stores.tables import (
    ACTIONS,
    BYPASSES,
    CONVERSATIONS,
    DECISIONS,
    DEPLOYMENTS,
    HOLDS,
    INCIDENTS,
    NOTICES,
    ROUNDS,
    SAID,
    SILENCES,
    STRETCHES,
)

_AT_ONCE = 2000


class SqlKeeper:
    """Looks after a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def prune(self, retention: Retention, now: datetime) -> dict[str, int]:
        """Take out what was kept for long enough, and answer how much of each kind that was."""
        taken: dict[str, int] = {}
        for name, table, over in _rules(retention, now):
            taken[name] = taken.get(name, 0) + self._take(table, over)
        for table, orphan in _orphans():
            self._take(table, orphan)
        return taken

    def _take(self, table: Table, over: ColumnElement[bool]) -> int:
        key = tuple_(*table.primary_key)
        some = delete(table).where(key.in_(select(*table.primary_key).where(over).limit(_AT_ONCE)))
        total, count = 0, _AT_ONCE
        while count == _AT_ONCE:
            with self._database.writing() as connection:
                count = connection.execute(some).rowcount
            total += count
        return total


def _rules(retention: Retention, now: datetime) -> list[tuple[str, Table, ColumnElement[bool]]]:
    """What is over for long enough, by the kind under which it is kept."""

    def before(seconds: float) -> datetime:
        return now - timedelta(seconds=seconds)

    def ended(*moments: ColumnElement[datetime]) -> ColumnElement[bool]:
        return or_(*(moment < before(retention.people) for moment in moments))

    stood = STRETCHES.c.checked_at < before(retention.observations)
    said = NOTICES.c.at < before(retention.notices)
    unsaid = select(NOTICES.c.group).where(NOTICES.c.outcome.is_(None))
    told_of = and_(INCIDENTS.c.resolved_at < before(retention.incidents), INCIDENTS.c.group.not_in(unsaid))
    return [
        ("observations", STRETCHES, and_(~STRETCHES.c.latest, stood)),
        ("rounds", ROUNDS, ROUNDS.c.at < before(retention.rounds)),
        ("notices", NOTICES, and_(NOTICES.c.outcome.is_not(None), said)),
        ("incidents", INCIDENTS, told_of),
        ("decisions", DECISIONS, DECISIONS.c.at < before(retention.decisions)),
        ("deployments", DEPLOYMENTS, DEPLOYMENTS.c.when < before(retention.deployments)),
        ("deployments", ROLLOUTS, ROLLOUTS.c.ended_at < before(retention.deployments)),
        ("deployments", WISHES, WISHES.c.settled_at < before(retention.deployments)),
        ("people", LOCKS, ended(LOCKS.c.ended_at, LOCKS.c.until)),
        ("people", HOLDS, ended(HOLDS.c.ended_at, HOLDS.c.until)),
        ("people", ACTIONS, ended(ACTIONS.c.at)),
        ("people", SILENCES, ended(SILENCES.c.until)),
        ("people", BYPASSES, ended(BYPASSES.c.revoked_at, BYPASSES.c.until)),
    ]


def _orphans() -> list[tuple[Table, ColumnElement[bool]]]:
    """What is of use only with what was taken out."""
    told_of = select(INCIDENTS.c.id).where(INCIDENTS.c.id == SAID.c.incident)
    opened = select(INCIDENTS.c.id).where(INCIDENTS.c.group == CONVERSATIONS.c.group)
    noted = select(NOTICES.c.id).where(NOTICES.c.group == CONVERSATIONS.c.group)
    # PostgreSQL reads a long list that something is `NOT IN` once for each row.
    return [(SAID, ~told_of.exists()), (CONVERSATIONS, and_(~opened.exists(), ~noted.exists()))]
