"""One log of each kind."""

from __future__ import annotations

import pytest

from tests.support.servers import server, template
from unshipped.stores.memory import MemoryStore
from unshipped.stores.opening import open_file, open_url

__all__ = ["server", "template"]


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
