"""Which version the tables of a log are of, and why some are of no use to this program."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from unshipped.errors import StoreError
from unshipped.stores.database import Database, told
from unshipped.stores.tables import HEAD, METADATA, VERSION


def version(database: Database) -> str:
    """Which version its tables are of, empty where there are none. Raises `StoreError` for others."""
    with database.reading() as connection:
        return version_in(connection, database.place)


def version_in(connection: Connection, place: str) -> str:
    """The same, of a database that is read already."""
    asked = select(VERSION.c.version_num)
    try:
        with connection.begin_nested():
            return connection.execute(asked).scalar() or ""
    except (OperationalError, ProgrammingError) as error:
        if not _missing(error):
            raise
    tables = set(inspect(connection).get_table_names())
    if VERSION.name in tables:  # somebody else has made them meanwhile
        return connection.execute(asked).scalar() or ""
    if tables & set(METADATA.tables) or (tables and connection.dialect.name == "sqlite"):
        raise StoreError(f"{place} holds the tables of something else", "name a database of its own")
    return ""


def unfit(found: str, place: str) -> StoreError:
    """Why tables of that version are of no use to this program."""
    if found == "":
        return StoreError(f"the log in {place} has no tables yet", "unshipped db migrate")
    if found < HEAD:
        return StoreError(
            f"the log in {place} is of version {found}, this program needs {HEAD}", "unshipped db migrate"
        )
    return StoreError(
        f"the log in {place} is of version {found}, this program knows none after {HEAD}",
        "it was written by a newer unshipped: update this one",
    )


def _missing(error: DBAPIError) -> bool:
    return "no such table" in told(error) or getattr(error.orig, "sqlstate", "") == "42P01"
