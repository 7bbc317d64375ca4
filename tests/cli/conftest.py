"""The one cast of these stories: a folder with the repository `repo` and a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import configure
from tests.support.repo import Repo
from tests.support.run import service


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """`api` is three changes behind, `worker` in sync."""
    repo = Repo.init(tmp_path / "repo")
    live = repo.commit({"api/app.py": "1\n", "worker/job.py": "1\n", "shared/util.py": "1\n"})
    configure(tmp_path, {"api": service(["api"], live), "worker": service(["worker"], live)})
    for number in range(3):
        repo.commit({"api/app.py": f"new {number}\n"}, message=f"Change {number}")
    return repo


@pytest.fixture
def folder(repo: Repo) -> Path:
    """The folder in which everything lies."""
    return repo.path.parent
