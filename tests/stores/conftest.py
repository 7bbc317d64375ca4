"""One log of each kind."""

from __future__ import annotations

import pytest

from unshipped.stores.memory import MemoryStore
from unshipped.stores.opening import open_file


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    """An empty log."""
    made = MemoryStore() if request.param == "memory" else open_file(tmp_path / "log.db")
    yield made
    made.close()
