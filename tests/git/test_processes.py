"""How often git is started: a fixed number of times, however many services there are."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.support.repo import Repo
from tests.support.run import check, service
from unshipped.cache import Cache
from unshipped.core.model import Closure, Question
from unshipped.errors import GitError
from unshipped.git import changes, child, landings, process
from unshipped.git.repository import Repository
from unshipped.git.trees import begin_tree, read_tree

GIT = shutil.which("git")
COUNTING = f'#!/bin/sh\necho "$@" >> "$GIT_CALLS"\nexec {GIT} "$@"\n'


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo.init(tmp_path / "repo")
    made.commit({f"svc{at}/app.py": "1" for at in range(60)})
    made.commit({"svc0/app.py": "2"})
    return made


def calls(repo: Repo, tmp_path: Path, services: int, cache: Path) -> int:
    """How many times one check of so many services starts git."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "git").write_text(COUNTING)
    (folder / "git").chmod(0o755)
    log = tmp_path / "calls"
    log.write_text("")
    live = repo.git("rev-parse", "main~1").strip()
    fleet = {f"svc{at}": service([f"svc{at}"], live) for at in range(services)}
    env = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "GIT_CALLS": str(log)}
    assert check(repo.path, fleet, env=env, cache=cache, expected=None).code in {0, 1}
    return len(log.read_text().splitlines())


def test_sixty_services_start_git_no_more_often_than_two(repo: Repo, tmp_path: Path) -> None:
    few = calls(repo, tmp_path, 2, tmp_path / "cache-of-two")
    many = calls(repo, tmp_path, 60, tmp_path / "cache-of-sixty")
    assert many <= few <= 9


def test_a_check_in_which_nothing_moved_starts_git_three_times_at_most(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    calls(repo, tmp_path, 60, cache)
    assert calls(repo, tmp_path, 60, cache) <= 3


def test_signals_have_the_numbers_that_the_system_gives_them() -> None:
    assert (child._SIGKILL, child._SIGPIPE) == (signal.SIGKILL, signal.SIGPIPE)


def bombed(repo: Repo, depth: int) -> str:
    """A commit with a directory that holds one and the same ten times, and so on: it takes no room."""
    tree = repo.git("rev-parse", "main:svc1")
    for _ in range(depth):
        rows = "".join(f"040000 tree {tree}\td{at}\n" for at in range(10))
        tree = repo.git("mktree", stdin=rows.encode())
    rows = repo.git("ls-tree", "main") + f"\n040000 tree {tree}\tzzz\n"
    made = repo.git("commit-tree", "-p", "main", "-m", "x", repo.git("mktree", stdin=rows.encode()))
    repo.git("update-ref", "refs/heads/main", made)
    return made


def test_a_tree_that_holds_itself_again_and_again_is_unknown_and_takes_no_memory(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in (child, landings, process):
        monkeypatch.setattr(one, "MOST", 100_000)
    monkeypatch.setattr(child, "_FILE", 100_000)
    tip, git_dir = bombed(repo, 4), str(repo.path / ".git")
    for begun in (None, begin_tree(git_dir, tip)):
        with pytest.raises(GitError, match="git prints more than"):
            read_tree(git_dir, tip, begun)
    with pytest.raises(GitError, match="what one commit changed"):
        list(landings.Landings(git_dir, tip))
    with pytest.raises(GitError, match="git prints more than"):
        changes.edges(git_dir, [(tip, repo.id("main~1"))], [b""])
    opened = Repository(repo.path, Cache(None))
    asked = [Question(Closure(("svc0",)), repo.id("main~1"))]
    with pytest.raises(GitError, match="git prints more than"):
        opened.measure(tip, asked, now=repo.clock, limit=0, commits=False)


def test_a_git_that_wants_all_of_the_memory_fails(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("resource", reason="there are no such limits")
    monkeypatch.setattr(child, "_MEMORY", 60 * 2**20)
    with pytest.raises(GitError):
        list(landings.Landings(str(repo.path / ".git"), bombed(repo, 6)))
