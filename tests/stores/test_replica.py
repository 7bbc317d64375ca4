"""A server that only follows another one: it is read, it says that it takes no writes, and then it may."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.stores.values import notice
from tests.support import postgres
from unshipped.errors import StoreError
from unshipped.locking import patiently
from unshipped.stores.migrating import migrate
from unshipped.stores.opening import open_url, url_database


@contextmanager
def replica_of(primary: postgres.Server) -> Iterator[postgres.Server]:
    """A server that follows that one."""
    found = postgres.server()
    copy = found._folder / "data"
    subprocess.run(["rm", "-r", str(copy)], check=True)
    asked = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", postgres.USER, "-D", str(copy)]
    command = [str(found._bin / "pg_basebackup"), *asked, "-R", "-c", "fast"]
    subprocess.run(command, check=True, capture_output=True, user=found._as, cwd=found._folder)
    found.start()
    try:
        yield found
    finally:
        postgres.remove(found)


@pytest.mark.slow
def test_a_replica_names_the_primary_and_is_written_once_it_is_one():
    if postgres.binaries() is None:
        pytest.skip("there is no PostgreSQL server here: Debian's package postgresql has one")
    primary = postgres.server()
    try:
        primary.start()
        name = primary.create()
        database = url_database(primary.url(name))
        migrate(database)
        database.close()
        with replica_of(primary) as replica:
            store = open_url(replica.url(name))
            for _ in range(2):
                with pytest.raises(StoreError, match="may not be written") as refused:
                    store.add([notice()])
                assert "name the primary" in refused.value.hint
                assert store.database.engine.pool.checkedin() == 0  # type: ignore[attr-defined]
                assert store.undelivered() == []
            replica.execute("SELECT pg_promote()")
            assert patiently(lambda: replica.execute("SELECT pg_is_in_recovery()").strip() == "f", 30)
            store.add([notice()])
            assert store.undelivered() == [notice()]
            store.close()
    finally:
        postgres.remove(primary)
