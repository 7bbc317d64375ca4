"""What tests of rollouts stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.crew import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two services, what serves of each, and a clock that is moved."""
    return World(tmp_path)
