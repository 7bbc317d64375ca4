"""One database: how it is opened, what a transaction is, and what its errors mean to a person."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Column, Connection, Engine, Table, event, exc
from sqlalchemy.dialects import postgresql, sqlite

from unshipped.errors import StoreError
from unshipped.locking import patiently

WAIT = 30.0
"""For how many seconds a writer waits for its turn."""
_FORGOTTEN = "5min"
"""After that time PostgreSQL ends the transaction of a writer that does nothing any more."""
_CHUNK = 5000
_ALIVE = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}
"""In seconds, and how often: whose machine is gone keeps no turn for hours, as the system's own times would
have it. Its system said no farewell.
"""

LOG = "coalesce(CAST(CAST(to_regclass('unshipped_version') AS oid) AS text), current_schema())"
"""Which log of a database it is, in PostgreSQL: by its tables. Who else may write them may have another
schema as the first of its own.
"""

_OPENED: dict[tuple[int, int], int] = {}
"""Files that were looked into, for good: to close one takes the locks away that SQLite has on it here."""

Item = TypeVar("Item")


class Database:
    """An engine, and the two kinds of transaction. `place` names it in errors: it holds no secret."""

    def __init__(self, engine: Engine, place: str, wait: float = WAIT) -> None:
        self.engine, self.place, self.wait = engine, place, wait
        self._writer = threading.Lock()
        self._known: tuple[int, int] | None = None
        """Which file it is, once that is there."""
        _prepare(engine, wait)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that sees one state of the log."""
        with self._said(), self._found(), self.engine.connect() as connection:
            if not self.file:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, and no other writer at the same time, in this process or any other."""
        # The threads of one process wait for each other here: SQLite lets them ask again and again.
        if not self._writer.acquire(timeout=self.wait):
            raise self._busy()
        try:
            with self._said(), self._found(), self.engine.connect() as connection:
                connection.execution_options(unshipped_writes=True)
                with connection.begin():
                    yield connection
        finally:
            self._writer.release()

    @property
    def file(self) -> bool:
        """Whether it is a file: SQLite, and not PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    def write_ahead(self) -> None:
        """Let a file be read while it is written: that is kept in the file itself."""
        if not patiently(self._writes_ahead, self.wait):
            raise self._busy()

    def _writes_ahead(self) -> bool:
        """False where somebody writes it: for this SQLite waits for a reader and not for a writer."""
        try:
            with self.driver() as driver:
                driver.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            if "locked" in str(error):
                return False
            raise self._explained(str(error)) from None
        return True

    @contextmanager
    def driver(self) -> Iterator[sqlite3.Connection]:
        """A connection of SQLite's own, outside of any transaction."""
        with self._said(), self._found(), self.engine.connect() as connection:
            yield cast(sqlite3.Connection, connection.connection.driver_connection)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _found(self) -> Iterator[None]:
        """The file is where it was: one that was moved or removed takes what is written to it along, unseen.
        Raises `StoreError`. Where another one lies in its place, that one is meant from now on.
        """
        if (found := self._identity()) != self._known:
            if found is None:
                raise StoreError(f"the log in {self.place} is gone", "put it back, or start anew")
            self.engine.dispose()
            self._refuse_journal_of_another()
            self._known = found
        yield
        self._known = self._known or self._identity()

    def _refuse_journal_of_another(self) -> None:
        """A copy has no journal. SQLite would take what a killed process left beside the log of before for
        the copy's own, and ruin it.
        """
        path = Path(self.place).resolve()  # a journal lies beside the file and not beside a link to it
        journal = Path(f"{path}-wal")
        with suppress(OSError):  # mostly there is none
            if self.file and journal.stat().st_size and _in_one_file(path):
                raise StoreError(
                    f"the log in {self.place} is a copy, and beside it lies the journal of the one before it",
                    f"remove {journal} and {path}-shm: the copy is whole without them",
                )

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = Path(self.place).stat() if self.file else None
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if found else None

    @contextmanager
    def _said(self) -> Iterator[None]:
        """The errors of the database as a `StoreError`. Those of the caller pass as they are."""
        try:
            yield
        except exc.IntegrityError as error:
            raise StoreError(f"the log in {self.place} holds something else already: {told(error)}") from None
        except exc.TimeoutError:
            raise self._busy() from None
        except exc.DBAPIError as error:
            raise self._explained(told(error)) from None

    def _explained(self, said: str) -> StoreError:
        if any(part in said for part in _TAKES_NO_WRITES):  # the address may lead to another one by now
            self.engine.dispose()
        for part, message, hint in _MEANINGS:
            if part in said:
                return StoreError(f"the log in {self.place} {message}", hint)
        if "locked" in said or "lock timeout" in said:
            return self._busy()
        hint = next((hint for part, hint in _HINTS if part in said), "")
        return StoreError(f"the log in {self.place} failed: {said}", hint)

    def _busy(self) -> StoreError:
        return StoreError(
            f"the log in {self.place} is being written by somebody else for {self.wait:g} s already",
            "it is tried again at the next round; see who holds it if this stays so",
        )


_TAKES_NO_WRITES = ("read-only transaction", "read-write mode during recovery")
_MEANINGS = (
    ("disk is full", "cannot be written: the disk is full", "make room; nothing was written by halves"),
    (
        "disk I/O error",
        "cannot be written or read: the disk failed",
        "see whether the disk is full or broken",
    ),
    ("No space left", "cannot be written: the disk is full", "make room; nothing was written by halves"),
    ("not a database", "is no database of SQLite", "name another file, or move it away"),
    ("malformed", "is damaged", "unshipped db check says how; a backup can be put in its place"),
    (
        "readonly database",
        "may not be written",
        "who runs this needs the right to write the file and its folder",
    ),
    ("unable to open database file", "cannot be opened", "see whether its folder may be read and written"),
    *(
        (part, "may not be written", "this server takes no writes: name the primary")
        for part in _TAKES_NO_WRITES
    ),
)
"""What a database says, what that means, and what to do about it."""
_MANY = "a process takes a connection for each thing that it does at once, 42 at most: allow for that many"
_HINTS = (
    ("permission denied", "its role has to read and write every table, and for `db migrate` to make some"),
    (
        "statement timeout",
        "its server ends what takes long: ALTER ROLE NAME SET statement_timeout = '5min'",
    ),
    ("too many", _MANY),
    ("connection slots", _MANY),
)
"""What to do where a server of PostgreSQL says what is the matter itself."""


def _in_one_file(path: Path) -> bool:
    """Whether a file of SQLite says of itself that nothing of it is written beside it: a copy does, until
    somebody opens it as a log.
    """
    found = path.stat()
    which = (found.st_dev, found.st_ino)
    if which not in _OPENED:
        _OPENED[which] = os.open(path, os.O_RDONLY)
    return os.pread(_OPENED[which], 2, 18) == b"\1\1"


def told(error: exc.DBAPIError) -> str:
    """What the database itself said, in one line: without the statement, and without its values."""
    said = str(error.orig).strip()
    return said.splitlines()[0].strip() if said else type(error.orig).__name__


def add(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Write one row. False where one like it is there already: it stays as it is."""
    key = next(iter(table.primary_key))
    statement = _insert(connection, table).on_conflict_do_nothing().returning(key)
    return connection.execute(statement, row).first() is not None


def added(
    connection: Connection, table: Table, name: Column[str], rows: Sequence[dict[str, Any]]
) -> frozenset[str]:
    """Write rows, and answer the names of those that are new. One like it that is there stays as it is."""
    statement = _insert(connection, table).on_conflict_do_nothing().returning(name)
    return frozenset(connection.execute(statement, rows).scalars())


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows, each in the place of the one with the same key."""
    if not rows:
        return
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items, as many at a time as a database takes in one statement."""
    listed = list(items)
    for start in range(0, len(listed), _CHUNK):
        yield listed[start : start + _CHUNK]


def _insert(connection: Connection, table: Table) -> Any:
    """An insert that can say what is to be done where the row is there already."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def _prepare(engine: Engine, wait: float) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: _prepare_sqlite(connection, wait))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", lambda connection, _: _prepare_postgresql(connection, wait))
        event.listen(engine, "begin", _begin_postgresql)


def _prepare_sqlite(connection: sqlite3.Connection, wait: float) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    connection.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # what is committed outlives a power cut as well


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("unshipped_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(connection: Any, wait: float) -> None:
    settings = {
        "TimeZone": "UTC",
        "DateStyle": "ISO",
        "lock_timeout": f"{int(wait * 1000)}ms",
        "idle_in_transaction_session_timeout": _FORGOTTEN,
        **_ALIVE,
    }
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.commit()


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("unshipped_writes"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock(hashtext('unshipped'), hashtext({LOG}))")
