"""What people decided, in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, insert, or_, select, update

from unshipped.core.alerting import Matcher, Silence
from unshipped.core.gating import Bypass
from unshipped.core.logged.journal import Action, Kept
from unshipped.core.model import Hold
from unshipped.stores.database import Database, add
from unshipped.stores.tables import ACTIONS, BYPASSES, HOLDS, SILENCES

_BYPASS = [BYPASSES.c[name] for name in Bypass._fields]


class SqlDesk:
    """The desk of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, kept: Kept) -> None:
        """Keep a hold."""
        self._keep(HOLDS, kept_row(kept))

    def holds(self, now: datetime) -> list[Kept]:
        """Those that hold."""
        with self._database.reading() as connection:
            return [_kept(row) for row in connection.execute(_holds(now))]

    def unhold(self, service: str, environment: str, by: str, now: datetime) -> list[Kept]:
        """End every hold of that target."""
        asked = _holds(now).where(HOLDS.c.service == service, HOLDS.c.environment == environment)
        with self._database.writing() as connection:
            ended = [_kept(row) for row in connection.execute(asked)]
            these = update(HOLDS).where(HOLDS.c.id.in_([one.id for one in ended]))
            connection.execute(these.values(ended_at=now, ended_by=by))
        return [one._replace(ended_at=now, ended_by=by) for one in ended]

    def silence(self, silence: Silence) -> None:
        """Keep a silence."""
        row = silence._asdict() | silence.match._asdict()
        del row["match"]
        self._keep(SILENCES, row)

    def silences(self, now: datetime) -> list[Silence]:
        """Those that hold."""
        with self._database.reading() as connection:
            return silences(connection, now)

    def unsilence(self, identity: str, now: datetime) -> Silence | None:
        """End it now."""
        with self._database.writing() as connection:
            row = connection.execute(_silences(now).where(SILENCES.c.id == identity)).first()
            if row is None:
                return None
            connection.execute(update(SILENCES).where(SILENCES.c.id == identity).values(until=now))
            return _silence(row)._replace(until=now)

    def bypass(self, bypass: Bypass) -> None:
        """Keep a bypass."""
        self._keep(BYPASSES, bypass._asdict())

    def bypasses(self, now: datetime) -> list[Bypass]:
        """Those that hold."""
        with self._database.reading() as connection:
            return [Bypass(*row) for row in connection.execute(_bypasses(now))]

    def revoke(self, identity: str, by: str, now: datetime) -> Bypass | None:
        """End it now."""
        with self._database.writing() as connection:
            row = connection.execute(_bypasses(now).where(BYPASSES.c.id == identity)).first()
            if row is None:
                return None
            ended = update(BYPASSES).where(BYPASSES.c.id == identity)
            connection.execute(ended.values(revoked_at=now, revoked_by=by))
            return Bypass(*row)._replace(revoked_at=now, revoked_by=by)

    def acted(self, action: Action) -> None:
        """Write down what somebody is about to do."""
        with self._database.writing() as connection:
            connection.execute(insert(ACTIONS), action._asdict())

    def _keep(self, table: Table, row: dict[str, Any]) -> None:
        """One that is there already stays as it is."""
        with self._database.writing() as connection:
            add(connection, table, row)


def kept_row(kept: Kept) -> dict[str, Any]:
    """A hold as it stands in its table."""
    row = kept._asdict() | kept.hold._asdict()
    del row["hold"]
    return row


def silences(connection: Connection, now: datetime) -> list[Silence]:
    """The silences that hold."""
    return [_silence(row) for row in connection.execute(_silences(now))]


def _holds(now: datetime) -> Select[Any]:
    lasting = or_(HOLDS.c.until.is_(None), HOLDS.c.until > now)
    return select(HOLDS).where(HOLDS.c.ended_at.is_(None), lasting).order_by(HOLDS.c.since, HOLDS.c.id)


def _kept(row: Any) -> Kept:
    hold = Hold(row.reason, row.by, row.until)
    return Kept(row.id, row.service, row.environment, hold, row.since, row.ended_at, row.ended_by)


def _silences(now: datetime) -> Select[Any]:
    return select(SILENCES).where(SILENCES.c.until > now).order_by(SILENCES.c.since, SILENCES.c.id)


def _silence(row: Any) -> Silence:
    match = Matcher(row.services, row.environments, row.owners)
    return Silence(row.id, match, row.by, row.reason, row.since, row.until)


def _bypasses(now: datetime) -> Select[Any]:
    holding = (BYPASSES.c.since <= now, BYPASSES.c.until > now, BYPASSES.c.revoked_at.is_(None))
    return select(*_BYPASS).where(*holding).order_by(BYPASSES.c.since, BYPASSES.c.id)
