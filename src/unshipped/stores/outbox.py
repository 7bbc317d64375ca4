"""Notices on their way, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, case, func, or_, select, true, update

from unshipped.core.alerting import Notice
from unshipped.core.logged.journal import Claim, Delivery, Outcome
from unshipped.ports.keeping import LEFT
from unshipped.stores.database import Database, add, added, upsert
from unshipped.stores.tables import CONVERSATIONS, DELIVERIES, INCIDENTS, NOTICES, SAID

NOTICE = [NOTICES.c[name] for name in Notice._fields]
_CONVERSATION = case((NOTICES.c.group == "", NOTICES.c.id), else_=NOTICES.c.group)
"""What is of no group is a conversation of its own."""


class SqlOutbox:
    """The outbox of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self,
        by: str,
        now: datetime,
        *,
        lease: float,
        most: int,
        away: Collection[str] = (),
        known: Collection[str] | None = None,
    ) -> list[Claim]:
        """Take notices that are due, at most one of each receiver, for `lease` seconds."""
        until = now + timedelta(seconds=lease)
        with self._database.writing() as connection:
            due = connection.execute(_due(by, now, most, away, known)).all()
            numbers = [row[0] for row in due]
            taken = update(NOTICES).where(NOTICES.c.seq.in_(numbers))
            if due:
                connection.execute(
                    taken.values(attempts=NOTICES.c.attempts + 1, claimed_by=by, leased_until=until)
                )
            return [_claim(connection, Notice(*notice), attempts + 1, by) for _, attempts, *notice in due]

    def record(
        self, claim: Claim, delivery: Delivery, *, reference: str = "", again_at: datetime | None = None
    ) -> bool:
        """Write down how an attempt ended: the attempt always, its outcome where the claim still holds."""
        notice, settled = claim.notice, delivery.outcome is not Outcome.FAILED
        with self._database.writing() as connection:
            if connection.execute(select(NOTICES.c.seq).where(NOTICES.c.id == notice.id)).first() is None:
                return False  # it was taken out meanwhile, with all that was kept of it
            add(connection, DELIVERIES, delivery._asdict() | {"attempt": claim.attempt})
            mine = (NOTICES.c.id == notice.id, NOTICES.c.attempts == claim.attempt)
            ended = update(NOTICES).where(*mine, NOTICES.c.claimed_by != "", NOTICES.c.outcome.is_(None))
            outcome = delivery.outcome if settled else None
            written = connection.execute(
                ended.values(
                    outcome=outcome,
                    claimed_by="",
                    leased_until=None,
                    again_at=None if settled else again_at,
                )
            )
            if not written.rowcount:  # somebody else has it, or this was written down before
                return connection.execute(select(NOTICES.c.seq).where(*mine)).first() is not None
            if delivery.outcome is Outcome.SENT and notice.group:
                row = {"receiver": notice.receiver, "group": notice.group, "reference": reference}
                upsert(connection, CONVERSATIONS, [row])
            return True

    def add(self, notices: Sequence[Notice]) -> None:
        """Put further notices in."""
        with self._database.writing() as connection:
            put(connection, notices)


def put(connection: Connection, notices: Sequence[Notice]) -> None:
    """Put notices in, and with each what its receiver knows once it is said. One that is there stays."""
    if not notices:
        return
    fresh = {"attempts": 0, "claimed_by": ""}
    new = added(connection, NOTICES, NOTICES.c.id, [one._asdict() | fresh for one in notices])
    rows = [
        {"incident": one.incident, "receiver": notice.receiver} | one.said._asdict()
        for notice in notices
        if notice.id in new
        for one in notice.told
    ]
    upsert(connection, SAID, rows)


def _due(
    by: str, now: datetime, most: int, away: Collection[str], known: Collection[str] | None = None
) -> Select[Any]:
    """Of each conversation only the oldest unsettled notice is due, where it is neither somebody's nor
    resting; of those the oldest of each receiver that is not away and to whom `by` is not talking.
    """
    mine = true() if known is None else or_(NOTICES.c.receiver.in_(known), NOTICES.c.at <= now - LEFT)
    unsettled = NOTICES.c.outcome.is_(None)  # what was ever said is many times as much
    oldest = select(func.min(NOTICES.c.seq)).where(unsettled).group_by(NOTICES.c.receiver, _CONVERSATION)
    free = or_(NOTICES.c.leased_until.is_(None), NOTICES.c.leased_until <= now)
    rested = or_(NOTICES.c.again_at.is_(None), NOTICES.c.again_at <= now)
    talking = select(NOTICES.c.receiver).where(
        unsettled, NOTICES.c.claimed_by == by, NOTICES.c.leased_until > now
    )
    first = (
        select(func.min(NOTICES.c.seq))
        .where(NOTICES.c.seq.in_(oldest), free, rested, mine)
        .where(NOTICES.c.receiver.not_in(talking), NOTICES.c.receiver.not_in(away))
        .group_by(NOTICES.c.receiver)
    )
    return (
        select(NOTICES.c.seq, NOTICES.c.attempts, *NOTICE)
        .where(NOTICES.c.seq.in_(first))
        .order_by(NOTICES.c.seq)
        .limit(most)
    )


def _claim(connection: Connection, notice: Notice, attempt: int, by: str) -> Claim:
    talk = (CONVERSATIONS.c.receiver == notice.receiver, CONVERSATIONS.c.group == notice.group)
    reference = connection.execute(select(CONVERSATIONS.c.reference).where(*talk)).scalar()
    heard = (
        select(INCIDENTS.c.id)
        .join(SAID, SAID.c.incident == INCIDENTS.c.id)
        .where(INCIDENTS.c.group == notice.group, SAID.c.receiver == notice.receiver)
        .order_by(INCIDENTS.c.opened_at, INCIDENTS.c.id)
    )
    return Claim(notice, attempt, reference or "", tuple(connection.execute(heard).scalars()), by)
