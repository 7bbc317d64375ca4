"""Where a remote's branches are put, what a name leads to there, and what is asked of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.repo import Repo, git
from unshipped.core.model import Code, Problem
from unshipped.errors import GitError, GitTimeoutError
from unshipped.git import remotes
from unshipped.git.process import run
from unshipped.git.remotes import addresses, bring, fetched_from, follow, follow_remote

KINDS = ["refs/heads/own", "refs/tags/v1", "refs/remotes/origin/theirs"]
SHAPES: list[tuple[str, list[str], str, str]] = [
    # the remote's name, how it is cloned, which remote counts, where a fetch puts branches
    ("origin", [], "origin", "refs/remotes/origin/"),
    ("origin", ["--mirror"], "origin", "refs/heads/"),
    ("upstream", [], "", "refs/remotes/"),
    ("upstream", ["--mirror"], "", "refs/heads/"),
]


@pytest.mark.parametrize(("name", "how", "remote", "where"), SHAPES)
def test_a_fetch_puts_branches_where_it_is_said(
    repo: Repo, name: str, how: list[str], remote: str, where: str
) -> None:
    git(repo.path.parent, "clone", "-q", *how, "-o", name, str(repo.path), "here")
    here = Repo(repo.path.with_name("here"))
    tip = repo.commit({"api/app.py": "3"})
    here.git("fetch", "-q", "--all")
    refs = here.git("for-each-ref", "--points-at", tip, "--format=%(refname)").split()
    [moved] = [ref for ref in refs if not ref.endswith("/HEAD")]
    assert fetched_from(here.git("rev-parse", "--absolute-git-dir")) == (remote, where)
    assert moved.startswith(where) and moved.endswith("main")


def test_where_origin_has_no_place_for_branches_that_of_another_remote_is_none(repo: Repo) -> None:
    bare = repo.bare()
    bare.git("remote", "add", "upstream", str(repo.path))
    with pytest.raises(GitError, match="brings no branch") as error:
        fetched_from(str(bare.path))
    bare.git(*error.value.hint.replace("'", "").split()[1:])
    assert fetched_from(str(bare.path)) == ("origin", "refs/remotes/origin/")
    with pytest.raises(GitError, match="brings no branch"):
        fetched_from(str(repo.path / ".git"))


@pytest.mark.parametrize("ref", KINDS)
def test_a_name_is_followed_by_what_it_is(repo: Repo, ref: str) -> None:
    commits = [repo.id("main"), repo.id("main~1")]
    for commit in commits:
        repo.git("update-ref", ref, commit)
        assert follow(str(repo.path / ".git"), ref) == commit
        assert follow(str(repo.path / ".git"), ref.split("/", 2)[2]) == commit
    lost = follow(str(repo.path / ".git"), f"{ref}x")
    assert isinstance(lost, Problem) and lost.code is Code.NOT_FOUND and f"{ref}x" in lost.message


def test_a_remote_s_name_is_followed_there_and_nowhere_else(repo: Repo) -> None:
    git_dir, there = str(repo.path / ".git"), repo.clone("there")
    commits = {}
    for ref in KINDS[:2]:
        commits[ref] = there.commit({"api/app.py": ref}, on="side" if "tags" in ref else "own")
        there.git("update-ref", ref, commits[ref])
    for ref, commit in commits.items():
        for name in (ref, ref.split("/", 2)[2]):
            assert follow_remote(git_dir, str(there.path), name, 60) == commit
    for name in ("v2", "refs/heads/v1", "refs/tags/own", "origin/main"):
        lost = follow_remote(git_dir, str(there.path), name, 60)
        assert isinstance(lost, Problem) and lost.code is Code.NOT_FOUND
    for remote, name in (("-x", "main"), ("--upload-pack=x", "main"), ("origin", "a b"), ("origin", "-x")):
        refused = follow_remote(git_dir, remote, name, 60)
        assert isinstance(refused, Problem) and refused.code is Code.BAD_REVISION


def test_every_remote_has_its_addresses(repo: Repo) -> None:
    assert addresses(str(repo.path / ".git")) == frozenset()
    urls = {"origin": "https://git.example/a=b", "x.url": "git@git.example:team/shop.git", "y": "a\nb"}
    for name, url in urls.items():
        repo.git("config", f"remote.{name}.url", url)
        repo.git("config", f"remote.{name}.pushurl", "elsewhere")
    assert addresses(str(repo.path / ".git")) == set(urls.values())


@pytest.mark.parametrize(
    ("names", "error", "asked"),
    [
        (["upstream", "origin", "x"], GitError, ["origin"] * 8),
        (["upstream", "x"], GitError, ["upstream"] * 8),
        (["origin"], GitTimeoutError, ["origin"]),
        ([], GitError, []),
    ],
)
def test_one_remote_is_asked_for_few_commits_and_no_longer_once_it_is_late(
    repo: Repo,
    monkeypatch: pytest.MonkeyPatch,
    names: list[str],
    error: type[GitError],
    asked: list[str],
) -> None:
    for name in names:
        repo.git("remote", "add", name, "nowhere")
    found: list[str] = []

    def noted(arguments: list[str], **also: Any) -> bytes:
        if arguments[0] != "fetch":
            return run(arguments, **also)
        found.append(arguments[-2])
        raise error("it does not answer")

    monkeypatch.setattr(remotes, "run", noted)
    bring(str(repo.path / ".git"), [f"{number:040x}" for number in range(12)])
    assert found == asked


def test_a_fetch_that_loses_every_race_says_so_in_the_end(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = repo.clone()
    repo.commit({"api/app.py": "3"})
    here.git("config", "core.filesRefLockTimeout", "0")
    monkeypatch.setattr(remotes, "_PAUSES", (0.0, 0.0))
    lock = Path(here.path, ".git/refs/remotes/origin/main.lock")
    lock.touch()
    with pytest.raises(GitError, match=r"main\.lock"):
        remotes.fetch(str(here.path / ".git"), "origin", 60)
    lock.unlink()
    assert repo.id("main") in remotes.fetch(str(here.path / ".git"), "origin", 60)
