"""Where a repository lies: whatever its path is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo
from unshipped.git.process import discover

STRANGE = ["a b", "line\nbreak", "true", "two\n\nbreaks\n", "-dash", "ünï"]


@pytest.mark.parametrize("name", STRANGE)
def test_the_directories_of_a_repository_are_whole(tmp_path: Path, name: str) -> None:
    repo = Repo.init(tmp_path / name)
    repo.commit({"a": "1"})
    place = repo.path
    found, common, bare, shallow = discover(str(place))
    assert Path(found) == place / ".git"
    assert (place / common).resolve() == (place / ".git").resolve()
    assert (bare, shallow) == ("false", "false")


@pytest.mark.parametrize("name", STRANGE)
def test_a_worktree_shares_the_directory_of_its_repository(tmp_path: Path, name: str) -> None:
    repo = Repo.init(tmp_path / name)
    repo.commit({"a": "1"})
    place = tmp_path / f"{name} tree"
    repo.git("worktree", "add", "-q", "--detach", str(place))
    found, common, _, _ = discover(str(place))
    assert Path(found).parent.name == "worktrees"
    assert (place / common).resolve() == (repo.path / ".git").resolve()
