"""Being the only one who changes what serves for a target, in a way that ends with the process that is.

A lease alone would not do: a process that was stopped for longer than its lease goes on when it is woken, and
brings what is old by then. So it is a lock that the system, or the database's server, takes away from whoever
dies, and from nobody else: who is stopped keeps it, and others wait.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, exc, text

from unshipped.errors import StoreError
from unshipped.ports.rolling import Turnstile
from unshipped.stores.database import Database

_PAUSE = 0.1
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
    try:
        folder.mkdir(exist_ok=True)
        handle = os.open(folder / sha256(target.encode()).hexdigest()[:24], os.O_CREAT | os.O_RDWR, 0o666)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from None
    try:
        yield Mine() if _patiently(lambda: _locked(handle), seconds) else None
    finally:
        os.close(handle)


@contextmanager
def by_server(database: Database, target: str, seconds: float) -> Iterator[Turnstile | None]:
    """By the database's server, on a connection that is used for nothing else."""
    try:
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except (exc.DBAPIError, exc.TimeoutError) as error:
        raise StoreError(f"the log in {database.place} gives no connection: {type(error).__name__}") from None
    try:
        asked = text(
            "SELECT pg_try_advisory_lock(hashtext('unshipped turn ' || current_schema()), hashtext(:target))"
        )

        def taken() -> bool:
            try:
                return bool(connection.execute(asked, {"target": target}).scalar())
            except exc.DBAPIError as error:
                raise StoreError(f"the log in {database.place} failed: {error.orig}") from None

        yield Connected(connection) if _patiently(taken, seconds) else None
    finally:
        # The connection goes with all that it holds: back in the pool it would keep the lock.
        with suppress(exc.DBAPIError):
            connection.invalidate()
        connection.close()


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _patiently(take: Callable[[], bool], seconds: float) -> bool:
    """Try it again and again, for so long."""
    until = time.monotonic() + seconds
    while not take():
        if time.monotonic() >= until:
            return False
        time.sleep(_PAUSE)
    return True
