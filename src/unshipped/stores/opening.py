"""Open the log where it lies: make a new file, refuse what is no log of ours or a newer one."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from unshipped.errors import StoreError, UsageError
from unshipped.stores.database import WAIT, Database
from unshipped.stores.sql import SqlStore  # brings every table with it
from unshipped.stores.tables import HEAD, METADATA, VERSION
from unshipped.stores.version import unfit, version, version_in

_LEAST = (3, 35)
"""What SQLite has to know: answers of an insert, and an update from a list."""

_POOL = 32
"""So many threads may read at once."""

_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
"""A server that is gone without a farewell is noticed within a minute, and not after hours."""

MIGRATED_AT_ONCE = 100_000_000
"""A file of an older version with at most so many bytes is migrated where it is opened."""


def open_file(path: Path, *, wait: float = WAIT) -> SqlStore:
    """The log in a file of SQLite; a new one where there is none, which nobody else may read. What SQLite
    makes beside it has the same permissions. Raises `StoreError`.
    """
    database = file_database(path, wait=wait)
    with contextlib.suppress(OSError):  # what keeps it from being made is said where it is opened
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return SqlStore(checked(database))


def open_url(url: str, *, wait: float = WAIT, again: Callable[[], str] | None = None) -> SqlStore:
    """The log in a PostgreSQL database. `again` reads its address anew: who may enter, and by which password,
    may change while it is open. Raises `StoreError`, and `UsageError` for a wrong address.
    """
    return SqlStore(checked(url_database(url, wait=wait, again=again)))


def file_database(path: Path, *, wait: float = WAIT) -> Database:
    """The file, whatever is in it. Raises `StoreError`."""
    if sqlite3.sqlite_version_info < _LEAST:
        raise StoreError(
            f"the log in {path} needs SQLite 3.35 or newer: this Python has {sqlite3.sqlite_version}",
            "use a newer Python, or PostgreSQL with `store.url`",
        )
    try:
        if path.is_dir():
            raise StoreError(f"the log in {path} cannot be opened: it is a directory", "name a file")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the log in {path} cannot be made: {error.strerror}") from None
    place = URL.create("sqlite", database=str(path))  # in a text `%2F` and `?` would be no letters of a name
    engine = create_engine(place, pool_size=_POOL, connect_args={"timeout": wait})
    return Database(engine, str(path), wait)


def url_database(url: str, *, wait: float = WAIT, again: Callable[[], str] | None = None) -> Database:
    """The database of that address, whatever is in it. Raises `StoreError` and `UsageError`."""
    parsed = _parsed(url)
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise UsageError(f"`store.url` begins with {parsed.drivername!r}: only PostgreSQL has one", _ADDRESS)
    parsed = parsed.set(drivername="postgresql+psycopg")
    servers = parsed.host or ", ".join(parsed.normalized_query.get("host", ())) or "the local socket"
    place = f"PostgreSQL at {servers}, database {parsed.database or 'of the user'}"
    try:
        alive = {name: value for name, value in _ALIVE.items() if name not in parsed.query}
        reached = {"connect_timeout": max(2, int(wait)), "client_encoding": "utf8", **alive}
        # Who waits for a turn has to see what was written meanwhile, whatever is the default there.
        engine = create_engine(
            parsed,
            pool_size=_POOL,
            pool_pre_ping=True,
            connect_args=reached,
            isolation_level="READ COMMITTED",
        )
    except ModuleNotFoundError:
        raise StoreError(f"the log in {place} needs psycopg", "pip install 'unshipped[postgres]'") from None
    if again:
        event.listen(engine, "do_connect", partial(_let_in, again))
    return Database(engine, place, wait)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise UsageError("`store.url` is no address of a database", _ADDRESS) from None


def _let_in(
    again: Callable[[], str], _dialect: object, _record: object, _given: object, named: dict[str, object]
) -> None:
    """Each new connection is made by whoever may enter by now."""
    now = _parsed(again())
    named |= {"user": now.username, "password": now.password}


_ADDRESS = "write one like postgresql://USER@HOST/DATABASE, with the password in a secret"


def create(connection: Connection) -> None:
    """Every table, in its present form."""
    METADATA.create_all(connection)
    VERSION.create(connection)
    connection.execute(VERSION.insert(), {"version_num": HEAD})


def checked(database: Database) -> Database:
    """The database, once its tables are those of this program. Closed where that raises `StoreError`."""
    try:
        found = version(database)
        if found == "" and database.file:
            _begin(database)
        elif found < HEAD and _small(database):
            from unshipped.stores.migrating import migrate  # noqa: PLC0415 - Alembic, for this once

            migrate(database)
        elif found != HEAD:
            raise unfit(found, database.place)
        elif database.file:  # it may be a copy; who may only read it leaves that to others
            with contextlib.suppress(StoreError):
                database.write_ahead()
    except StoreError:
        database.close()
        raise
    return database


def _small(database: Database) -> bool:
    """Whether it is brought up to date at once: a file that nobody has to plan that for."""
    return database.file and Path(database.place).stat().st_size <= MIGRATED_AT_ONCE


def _begin(database: Database) -> None:
    """Make the tables of a new file, unless somebody else did so meanwhile."""
    database.write_ahead()
    with database.writing() as connection:
        if version_in(connection, database.place) == "":
            create(connection)
