"""The log in a database, all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from unshipped.core.logged.journal import Round
from unshipped.core.logged.observations import Standing, served
from unshipped.stores.database import Database, chunks
from unshipped.stores.desk import SqlDesk
from unshipped.stores.journal import SqlJournal
from unshipped.stores.news import SqlNews
from unshipped.stores.outbox import SqlOutbox
from unshipped.stores.pruning import SqlKeeper
from unshipped.stores.queue import SqlQueue
from unshipped.stores.rollouts import SqlRollouts
from unshipped.stores.tables import ROUNDS, STRETCHES
from unshipped.stores.turn import SqlTurn, last_round, standings


class SqlStore(SqlOutbox, SqlDesk, SqlJournal, SqlQueue, SqlRollouts, SqlNews, SqlKeeper):
    """The log in SQLite or PostgreSQL. `opening` makes one."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.database = database

    @contextmanager
    def turn(self) -> Iterator[SqlTurn]:
        """Wait for the turn and take it."""
        with self.database.writing() as connection:
            yield SqlTurn(connection)

    def standings(self, targets: Iterable[str] | None = None) -> dict[str, Standing]:
        """How these targets stand, or all of them."""
        with self.database.reading() as connection:
            return standings(connection, targets)

    def served(self, targets: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The commits that these targets are known to have served, newest first."""
        asked = select(STRETCHES.c.target, STRETCHES.c.deployed, STRETCHES.c.past).where(STRETCHES.c.latest)
        with self.database.reading() as connection:
            return {
                target: served(deployed, past)
                for names in chunks(targets)
                for target, deployed, past in connection.execute(asked.where(STRETCHES.c.target.in_(names)))
            }

    def last_round(self, shard: str) -> Round | None:
        """The round of a share that was finished last."""
        with self.database.reading() as connection:
            return last_round(connection, shard)

    def mark(self) -> object:
        """The number of the round that was finished last, and when a target was looked at last."""
        rounds, looked = select(func.max(ROUNDS.c.id)), select(func.max(STRETCHES.c.checked_at))
        with self.database.reading() as connection:
            return connection.execute(rounds).scalar(), connection.execute(looked).scalar()

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
