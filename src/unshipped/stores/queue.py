"""What is asked for and what nobody may deploy to, in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select, update

from unshipped.core.logged.rolling import Fate, Wish
from unshipped.core.windows import Asked, Lock
from unshipped.stores.database import Database, add
from unshipped.stores.rollout_tables import LOCKS, WISHES

_ASKED = [WISHES.c[name] for name in Asked._fields]
_SETTLED = [WISHES.c[name] for name in Wish._fields[1:]]
_WISHES = select(*_ASKED, *_SETTLED).order_by(WISHES.c.seq)
_NAMED = _WISHES.where(WISHES.c.id.in_(bindparam("ids", expanding=True)))
_LOCK = [LOCKS.c[name] for name in Lock._fields]


class SqlQueue:
    """The queue of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def wish(self, *asked: Asked) -> bool:
        """Ask for all of these at once."""
        rows = [one._asdict() | {"waits": "", "why": ""} for one in asked]
        with self._database.writing() as connection:
            return sum(add(connection, WISHES, row) for row in rows) == len(rows)

    def wishes(self, *, ids: Sequence[str] | None = None, batch: str = "") -> list[Wish]:
        """Those that wait; with ids or a batch also what became of the others."""
        asked = _WISHES if ids is None else _NAMED
        if batch:
            asked = asked.where(WISHES.c.batch == batch)
        if ids is None and not batch:
            asked = asked.where(WISHES.c.fate.is_(None))
        named = {} if ids is None else {"ids": list(ids)}
        with self._database.reading() as connection:
            return [_wish(row) for row in connection.execute(asked, named)]

    def waits(self, reasons: Mapping[str, str]) -> None:
        """Why some of them wait."""
        if not reasons:
            return
        mine = update(WISHES).where(WISHES.c.id == bindparam("of_wish"), WISHES.c.fate.is_(None))
        rows = [{"of_wish": identity, "why_not": reason} for identity, reason in reasons.items()]
        with self._database.writing() as connection:
            connection.execute(mine.values(waits=bindparam("why_not")), rows)

    def drop(self, identity: str, why: str, now: datetime, fate: Fate = Fate.DROPPED) -> bool:
        """Take it out of the queue."""
        with self._database.writing() as connection:
            return settle(connection, identity, fate, why, now)

    def approve(self, identity: str, by: str, now: datetime) -> Wish | None:
        """Somebody approves of it."""
        waiting = (WISHES.c.id == identity, WISHES.c.fate.is_(None))
        with self._database.writing() as connection:
            connection.execute(update(WISHES).where(*waiting).values(approved_by=by))
            row = connection.execute(select(*_ASKED, *_SETTLED).where(*waiting)).first()
            return _wish(row) if row else None

    def lock(self, lock: Lock) -> None:
        """Keep a lock."""
        with self._database.writing() as connection:
            add(connection, LOCKS, lock._asdict() | {"ended_by": ""})

    def locks(self, now: datetime) -> list[Lock]:
        """Those that hold."""
        with self._database.reading() as connection:
            return [Lock(*row) for row in connection.execute(_holding(now))]

    def unlock(self, identity: str, by: str, now: datetime) -> Lock | None:
        """End it."""
        with self._database.writing() as connection:
            row = connection.execute(_holding(now).where(LOCKS.c.id == identity)).first()
            if row is None:
                return None
            connection.execute(update(LOCKS).where(LOCKS.c.id == identity).values(ended_at=now, ended_by=by))
            return Lock(*row)


def settle(connection: Connection, identity: str, fate: Fate, why: str, now: datetime) -> bool:
    """What became of a wish. False where it did not wait any more."""
    waiting = update(WISHES).where(WISHES.c.id == identity, WISHES.c.fate.is_(None))
    settled = connection.execute(waiting.values(fate=fate, why=why, settled_at=now, waits=""))
    return settled.rowcount == 1


def _wish(row: Any) -> Wish:
    cut = len(_ASKED)
    return Wish(Asked(*row[:cut]), *row[cut:])


def _holding(now: datetime) -> Select[Any]:
    lasting = or_(LOCKS.c.until.is_(None), LOCKS.c.until > now)
    return select(*_LOCK).where(LOCKS.c.ended_at.is_(None), lasting).order_by(LOCKS.c.since, LOCKS.c.id)
