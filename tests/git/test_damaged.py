"""A repository that lost a part of itself, as by a cut of the power: what is wrong, and what helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo
from unshipped.core.model import Problem, Rule
from unshipped.errors import GitError, UsageError
from unshipped.git.expected import expected
from unshipped.git.landings import Landings
from unshipped.git.process import FSCK, run
from unshipped.git.revisions import revisions


def loose(repo: Repo, name: str) -> Path:
    """The file of an object that lies by itself."""
    found = repo.git("rev-parse", name)
    return Path(repo.path, ".git/objects", found[:2], found[2:])


def test_what_git_advises_does_not_hide_what_it_complains_of(repo: Repo) -> None:
    tip = repo.commit({"api/app.py": "2"})
    loose(repo, tip).unlink()
    with pytest.raises(GitError) as caught:
        list(Landings(str(repo.path / ".git"), tip))
    assert caught.value.message == f"git: fatal: bad object {tip}"
    assert caught.value.hint == FSCK


def test_an_object_that_is_damaged_has_a_hint(repo: Repo) -> None:
    tree = loose(repo, "main^{tree}")
    tree.chmod(0o644)
    tree.write_bytes(b"junk")
    with pytest.raises(GitError) as caught:
        run(["ls-tree", "main"], git_dir=str(repo.path / ".git"))
    assert caught.value.hint == FSCK


def test_a_branch_that_leads_nowhere_is_not_one_without_commits(repo: Repo) -> None:
    git_dir = str(repo.path / ".git")
    repo.git("symbolic-ref", "HEAD", "refs/heads/main")
    for breaks in (loose(repo, "main").unlink, lambda: (repo.path / ".git/refs/heads/main").write_bytes(b"")):
        breaks()
        with pytest.raises(UsageError, match="what refs/heads/main names cannot be read") as caught:
            revisions(git_dir, ["HEAD"])
        assert caught.value.hint == FSCK
    answer = expected(git_dir, Rule("default"))
    assert isinstance(answer, Problem)
    assert (answer.message, answer.hint) == ("what refs/heads/main names cannot be read", FSCK)
