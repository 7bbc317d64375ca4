"""A clone is brought up to date as a whole: every branch, and every tag, also one that moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo, git
from unshipped.cache import Cache
from unshipped.core.model import Expected, Rule
from unshipped.errors import GitError
from unshipped.git.repository import Repository


@pytest.fixture
def there(tmp_path: Path) -> Repo:
    """A repository with a tag that each deployment moves."""
    repo = Repo.init(tmp_path / "there")
    repo.commit({"api/app.py": "1"})
    return repo.tag("live", "main")


@pytest.mark.parametrize("remote", ["origin", "upstream"])
def test_what_a_deployment_moved_is_moved_here_too(there: Repo, remote: str) -> None:
    git(there.path.parent, "clone", "-q", "-o", remote, str(there.path), "here")
    here = Repo(there.path.with_name("here"))
    there.commit({"api/app.py": "2"})
    there.tag("live", "main")
    Repository(here.path, Cache(None)).fetch()
    assert here.id("live") == here.id(f"{remote}/main") == there.id("main")


def test_a_default_branch_that_is_another_one_by_now_is_what_should_serve(there: Repo) -> None:
    there.git("branch", "-m", "main", "old")
    here = Repository(there.clone("here").path, Cache(None))
    before = here.expected(Rule())
    there.git("branch", "-m", "old", "trunk")
    there.commit({"api/app.py": "2"}, on="trunk")
    here.fetch()
    after = here.expected(Rule())
    assert isinstance(before, Expected) and isinstance(after, Expected)
    assert (before.ref, after.ref, after.commit) == ("origin/old", "origin/trunk", there.id("trunk"))


def test_what_could_not_be_fetched_is_told_and_not_what_git_advises_besides(there: Repo) -> None:
    here = there.clone("here")
    here.branch("topic")
    here.git("config", "remote.origin.fetch", "refs/heads/*:refs/heads/topic/*")  # topic is no folder
    with pytest.raises(GitError) as error:
        Repository(here.path, Cache(None)).fetch()
    assert "deprecated" not in error.value.message and "hint:" not in error.value.message
