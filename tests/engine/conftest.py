"""The one cast of the stories: services `api` and `worker`, a folder `shared`, Ana and Ben."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit, in which every service has something."""
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"api/app.py": "1\n", "worker/job.py": "1\n", "shared/util.py": "1\n", "README.md": "1\n"})
    return repo
