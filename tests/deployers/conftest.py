from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployers.rooms import Room


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    made = Room(tmp_path, monkeypatch)
    with made.stack:
        yield made
