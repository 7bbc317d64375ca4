"""How old a clone's idea of a branch is: only a fetch that found the branch there makes it younger."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.repo import Repo
from unshipped.core.model import Expected, Rule
from unshipped.errors import GitError
from unshipped.git.expected import expected
from unshipped.git.freshness import FETCHED
from unshipped.git.mirror import mirror, refresh

LONG_AGO = datetime(2026, 2, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def clone(tmp_path: Path) -> Repo:
    """A clone that was fetched long ago."""
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"api/app.py": "1"})
    clone = repo.clone()
    clone.git("fetch", "-q", "origin")
    at = LONG_AGO.timestamp()
    os.utime(clone.path / ".git" / "FETCH_HEAD", (at, at))
    return clone


def as_of(repo: Repo) -> datetime | None:
    git_dir = repo.git("rev-parse", "--absolute-git-dir")
    found = expected(git_dir, Rule("default"))
    assert isinstance(found, Expected) and found.ref == "origin/main"
    return found.as_of


def is_fresh(repo: Repo) -> bool:
    seen = as_of(repo)
    return seen is not None and abs(datetime.now(UTC) - seen).total_seconds() < 3600


def test_it_is_as_old_as_the_last_fetch(clone: Repo) -> None:
    assert as_of(clone) == LONG_AGO
    clone.git("fetch", "-q", "origin")
    assert is_fresh(clone)


def test_a_fetch_that_failed_makes_nothing_fresh(clone: Repo) -> None:
    clone.path.with_name("repo").rename(clone.path.with_name("away"))
    with pytest.raises(AssertionError, match="fetch"):
        clone.git("fetch", "-q", "origin")
    assert not is_fresh(clone)


def test_a_clone_that_was_never_fetched_is_as_old_as_itself(clone: Repo) -> None:
    (clone.path / ".git" / "FETCH_HEAD").unlink()
    log = clone.path / ".git" / "logs" / "refs" / "remotes" / "origin" / "HEAD"
    log.parent.mkdir(parents=True, exist_ok=True)
    entry = f"{'0' * 40} {clone.id('HEAD')} Ana <ana@example.com> {int(LONG_AGO.timestamp())} +0000\t"
    log.write_text(f"{entry}clone: from {clone.path.with_name('repo')}\n")
    assert as_of(clone) == LONG_AGO
    clone.git("remote", "set-head", "origin", "--auto")  # it names the branch anew, and fetches nothing
    assert as_of(clone) == LONG_AGO
    log.write_text(f"{entry}remote set-head\n")
    assert as_of(clone) is None


def test_a_mirror_whose_fetch_failed_is_as_old_as_the_last_one_that_did_not(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"api/app.py": "1"})
    place = mirror(str(repo.path), tmp_path / "mirrors")
    at = LONG_AGO.timestamp()
    for name in ("FETCH_HEAD", FETCHED):
        os.utime(place / name, (at, at))
    repo.path.rename(tmp_path / "away")
    with pytest.raises(GitError):
        refresh(place)
    found = expected(str(place), Rule("default"))
    assert isinstance(found, Expected) and found.as_of == LONG_AGO


def test_a_fetch_of_another_branch_or_remote_makes_nothing_fresh(clone: Repo, tmp_path: Path) -> None:
    there = Repo(tmp_path / "repo")
    there.branch("topic")
    clone.git("fetch", "-q", "origin", "topic")
    assert not is_fresh(clone)
    other = there.clone("other")
    other.commit({"api/app.py": "2"})
    clone.git("remote", "add", "other", str(other.path))
    clone.git("fetch", "-q", "other")
    assert not is_fresh(clone)
    clone.git("fetch", "-q", "--no-tags", str(other.path), "HEAD")
    other.branch("main", "main~1")  # it is where origin was
    clone.git("fetch", "-q", "other")
    assert not is_fresh(clone)
    clone.git("config", f"url.{tmp_path}/.insteadOf", "short:")
    clone.git("config", "remote.origin.url", "short:repo")
    clone.git("fetch", "-q", "origin")
    assert is_fresh(clone)


def test_what_one_worktree_fetched_all_of_them_have(clone: Repo) -> None:
    first, second = clone.worktree("first"), clone.worktree("second")
    assert as_of(first) == LONG_AGO
    first.git("fetch", "-q", "origin")
    assert is_fresh(first) and is_fresh(second) and is_fresh(clone)


def test_what_a_push_brought_there_is_known_to_be_there(clone: Repo) -> None:
    there = Repo(clone.path.with_name("repo"))
    there.git("config", "receive.denyCurrentBranch", "ignore")
    clone.commit({"api/app.py": "2"})
    clone.git("push", "-q", "origin", "main")
    assert as_of(clone) == datetime.fromtimestamp(1770000000, UTC)  # the committer's clock of the tests


def test_a_checkout_of_ci_is_as_fresh_as_its_fetch(clone: Repo) -> None:
    tip = clone.id("HEAD")
    clone.git("fetch", "-q", "origin", f"+{tip}:refs/remotes/origin/main")
    assert is_fresh(clone)


def test_a_reflog_that_says_nothing_tells_nothing(clone: Repo) -> None:
    (clone.path / ".git" / "FETCH_HEAD").unlink()
    log = clone.path / ".git" / "logs" / "refs" / "remotes" / "origin" / "main"
    log.with_name("HEAD").unlink()
    for text in ("", "\n", "x", f"{'0' * 40} {clone.id('HEAD')} Ana <a> {10**20} +0000\tfetch\n"):
        log.write_text(text)
        assert as_of(clone) is None
