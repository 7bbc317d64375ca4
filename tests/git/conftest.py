"""A repository with a change behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo.init(tmp_path / "repo")
    made.commit({"api/app.py": "1"})
    made.commit({"api/app.py": "2"})
    return made
