"""Being the only one who changes what serves for a target, in a way that ends with the process that is.

A lease alone would not do: a process that was stopped for longer than its lease goes on when it is woken, and
brings what is old by then. So it is a lock that the system, or the database's server, takes away from whoever
dies, and from nobody else: who is stopped keeps it, and others wait.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, exc, text

from unshipped.errors import StoreError
from unshipped.locking import only_one, patiently
from unshipped.ports.rolling import Turnstile
from unshipped.stores.database import LOG, Database

_LOOK_EVERY = 1.0


class Mine:
    """Nobody takes it away from a process that lives."""

    def holds(self) -> bool:
        """Always."""
        return True


class Connected:
    """It is had for as long as the connection is."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._lock = connection, threading.Lock()
        self._seen, self._cut = time.monotonic(), False

    def holds(self) -> bool:
        """Whether the server still answers on it; asked once a second at most."""
        with self._lock:
            if not self._cut and time.monotonic() - self._seen >= _LOOK_EVERY:
                try:
                    self._connection.execute(text("SELECT 1"))
                    self._seen = time.monotonic()
                except exc.DBAPIError:
                    self._cut = True
            return not self._cut


@contextmanager
def by_file(database: Database, target: str, seconds: float) -> Iterator[Turnstile | None]:
    """By a file beside that of the log: for the processes of one machine."""
    folder = Path(f"{database.place}-turns")
    with ExitStack() as stack:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            name = sha256(target.encode()).hexdigest()[:24]
            mine = stack.enter_context(only_one(folder / name, seconds))
        except OSError as error:
            raise StoreError(f"{folder} cannot be written: {error.strerror}") from None
        yield Mine() if mine else None


@contextmanager
def by_server(database: Database, target: str, seconds: float) -> Iterator[Turnstile | None]:
    """By the database's server, on a connection that is used for nothing else."""
    try:
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except (exc.DBAPIError, exc.TimeoutError) as error:
        raise StoreError(f"the log in {database.place} gives no connection: {type(error).__name__}") from None
    try:
        asked = text(f"SELECT pg_try_advisory_lock(hashtext('unshipped turn ' || {LOG}), hashtext(:target))")

        def taken() -> bool:
            try:
                return bool(connection.execute(asked, {"target": target}).scalar())
            except exc.DBAPIError as error:
                raise StoreError(f"the log in {database.place} failed: {error.orig}") from None

        yield Connected(connection) if patiently(taken, seconds) else None
    finally:
        # The connection goes with all that it holds: back in the pool it would keep the lock.
        with suppress(exc.DBAPIError):
            connection.invalidate()
        connection.close()
