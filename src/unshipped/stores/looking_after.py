"""See whether a log is sound, and copy it while it is used."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy import Connection, func, select

from unshipped.core.value import Value
from unshipped.errors import StoreError
from unshipped.stores.database import Database
from unshipped.stores.tables import DELIVERIES, HEAD, INCIDENTS, METADATA, NOTICES, STRETCHES, TRANSITIONS
from unshipped.stores.version import unfit, version

_MOST_SAID = 20


class Health(Value):
    """What was found when a log was looked at."""

    place: str
    version: str
    rows: dict[str, int]
    problems: tuple[str, ...] = ()
    """Whatever is not as it has to be; nothing where it is sound."""


def examine(database: Database) -> Health:
    """Look at every page and every row. Raises `StoreError` where it cannot be read at all."""
    found = version(database)
    if found != HEAD:
        raise unfit(found, database.place)
    with database.reading() as connection:
        problems = [*(_integrity(connection) if database.file else ()), *_contradictions(connection)]
        rows = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar() or 0
            for table in METADATA.sorted_tables
        }
    return Health(database.place, found, dict(sorted(rows.items())), tuple(problems[:_MOST_SAID]))


def copy(database: Database, path: Path) -> None:
    """Copy a file of SQLite as it is at one moment, while others write. Raises `StoreError`."""
    if not database.file:
        raise StoreError(
            f"the log in {database.place} is backed up with PostgreSQL's own tools",
            "pg_dump --format=custom --file=FILE DATABASE",
        )
    if path.exists():
        raise StoreError(f"{path} is there already", "name another file")
    if not Path(database.place).exists():
        raise StoreError(f"the log in {database.place} is not there yet")
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from None
    try:
        _copy(database, temporary)
        os.replace(temporary, path)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path} cannot be written: {error}") from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _copy(database: Database, path: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as target:
        with database.driver() as source:
            source.backup(target)
        # One file, and not three: whoever opens the copy as a log makes it one again.
        target.execute("PRAGMA journal_mode = DELETE")
        (verdict,) = target.execute("PRAGMA quick_check").fetchone()
    if verdict != "ok":
        raise StoreError(f"the copy of {database.place} is damaged: {verdict}", "unshipped db check")


def _integrity(connection: Connection) -> list[str]:
    """What SQLite itself says about its pages, and about rows that refer to nothing."""
    pages = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    broken = [
        f"{row[0]}: a row refers to none of {row[2]}"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
    ]
    return [line for line in pages if line != "ok"] + broken


def _contradictions(connection: Connection) -> list[str]:
    """What no writer of ours leaves behind."""
    stretches = STRETCHES.alias()
    lasting = select(stretches.c.id).where(stretches.c.latest, stretches.c.target == STRETCHES.c.target)
    lost = select(STRETCHES.c.target).distinct().where(~lasting.exists())
    steps = (
        select(INCIDENTS.c.id)
        .join(TRANSITIONS, TRANSITIONS.c.incident == INCIDENTS.c.id)
        .group_by(INCIDENTS.c.id, INCIDENTS.c.steps)
        .having(func.max(TRANSITIONS.c.number) > INCIDENTS.c.steps)
    )
    tried = select(DELIVERIES.c.attempt).where(DELIVERIES.c.notice == NOTICES.c.id)
    unsaid = select(NOTICES.c.id).where(NOTICES.c.outcome.is_not(None), ~tried.exists())
    return [
        f"{what}: {one}"
        for what, asked in (
            ("nothing says how a target stands now", lost),
            ("an incident has fewer steps than were written down", steps),
            ("a notice is settled without an attempt", unsaid),
        )
        for one in connection.execute(asked.limit(_MOST_SAID)).scalars()
    ]
