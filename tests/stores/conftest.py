"""One log of each kind."""

from __future__ import annotations

import pytest

from tests.support import postgres
from unshipped.stores.memory import MemoryStore
from unshipped.stores.migrating import migrate
from unshipped.stores.opening import open_file, open_url, url_database


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server of this session's own."""
    if postgres.binaries() is None:
        pytest.skip("there is no PostgreSQL server here: Debian's package postgresql has one")
    started = postgres.server()
    started.start()
    yield started
    postgres.remove(started)


@pytest.fixture(scope="session")
def template(server):
    """The name of a database with the tables of the log, empty."""
    name = server.create()
    database = url_database(server.url(name))
    migrate(database)
    database.close()
    return name


@pytest.fixture
def url(server, template):
    """The address of an empty log."""
    return server.url(server.create(template))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request, tmp_path):
    """An empty log."""
    made = _made(request, tmp_path)
    yield made
    made.close()


def _made(request, folder):
    if request.param == "memory":
        return MemoryStore()
    if request.param == "sqlite":
        return open_file(folder / "log.db")
    return open_url(request.getfixturevalue("url"))
