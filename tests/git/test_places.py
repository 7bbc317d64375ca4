"""Where a repository lies: whatever its path is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo, git, git_version
from unshipped.cache import Cache
from unshipped.errors import GitError
from unshipped.git.mirror import mirror
from unshipped.git.process import discover, run
from unshipped.git.repository import Repository

STRANGE = ["a b", "line\nbreak", "true", "two\n\nbreaks\n", "-dash", "ünï"]


@pytest.mark.parametrize("name", STRANGE)
def test_the_directories_of_a_repository_are_whole(tmp_path: Path, name: str) -> None:
    repo = Repo.init(tmp_path / name)
    repo.commit({"a": "1"})
    place = repo.path
    found, common, bare = discover(str(place))
    assert Path(found) == place / ".git"
    assert (place / common).resolve() == (place / ".git").resolve()
    assert bare == "false"


@pytest.mark.parametrize("name", STRANGE)
def test_a_worktree_shares_the_directory_of_its_repository(tmp_path: Path, name: str) -> None:
    repo = Repo.init(tmp_path / name)
    repo.commit({"a": "1"})
    place = tmp_path / f"{name} tree"
    repo.git("worktree", "add", "-q", "--detach", str(place))
    found, common, _ = discover(str(place))
    assert Path(found).parent.name == "worktrees"
    assert (place / common).resolve() == (repo.path / ".git").resolve()


def test_a_worktree_whose_repository_was_moved_says_so_and_what_mends_it(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"a": "1"})
    place = repo.worktree().path
    moved = Repo(repo.path.rename(tmp_path / "moved"))
    with pytest.raises(GitError, match="does not lie where it lay") as error:
        discover(str(place))
    assert f"git worktree repair {place}" in error.value.hint
    moved.git("worktree", "repair", str(place))
    assert Path(discover(str(place))[0]).is_relative_to(moved.path)


def test_the_same_in_the_words_of_newer_gits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree, git = tmp_path / "tree", tmp_path / "bin" / "git"
    tree.mkdir()
    (tree / ".git").write_text("gitdir: /gone/.git/worktrees/tree\n")
    git.parent.mkdir()
    git.write_text(
        f"#!/bin/sh\necho 'fatal: gitfile does not point to a valid repository: {tree}/.git' >&2\nexit 128\n"
    )
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(git.parent), prepend=":")
    with pytest.raises(GitError, match=r"does not lie where it lay: there is no /gone/\.git/worktrees/tree$"):
        discover(str(tree))


@pytest.mark.skipif(git_version() < (2, 38), reason="git before 2.38 takes any bare repository")
def test_a_bare_repository_is_taken_where_it_is_named_however_careful_git_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"a": "1"})
    bare = repo.bare().path
    careful = tmp_path / "careful"
    careful.write_text("[safe]\n\tbareRepository = explicit\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(careful))
    assert discover(str(bare))[2] == "true"
    monkeypatch.chdir(bare)
    for stumbled_upon in (".", str(bare / "objects")):
        with pytest.raises(GitError, match=r"safe\.bareRepository"):
            discover(stumbled_upon)


def test_people_are_called_as_the_mailmap_of_the_repository_says_wherever_it_is_looked_at_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo.init(tmp_path / "repo")
    first = repo.commit({"a": "1"}, author="ana <ana@old.example>")
    repo.commit({".mailmap": "Ana <ana@example.org> <ana@old.example>\n"})
    monkeypatch.chdir(tmp_path)
    for place in (repo.path, repo.bare().path, repo.worktree().path, mirror(str(repo.path), tmp_path / "m")):
        opened = Repository(place, Cache(None))
        assert opened.authors(9) == [("Ana", "ana@example.org")]
        assert opened.titles([first]) == [("change", "Ana")]


@pytest.mark.parametrize("bare", [True, False])
def test_a_partial_clone_that_lacks_the_mailmap_calls_people_as_their_commits_do(
    tmp_path: Path, bare: bool
) -> None:
    repo = Repo.init(tmp_path / "repo")
    first = repo.commit(
        {"a": "1", ".mailmap": "Ana <ana@example.org> <ana@old.example>\n"}, author="ana <ana@old.example>"
    )
    place = repo.partial(bare=bare).path
    if not bare:
        newest = repo.commit({".mailmap": "Ana of Accounts <ana@example.org> <ana@old.example>\n"})
        git(place, "fetch", "-q", "origin")
        git(place, "update-ref", "refs/heads/main", newest)
    opened = Repository(place, Cache(None))
    assert ("ana", "ana@old.example") in opened.authors(9)
    assert opened.titles([first]) == [("change", "ana")]


def test_no_setting_has_git_start_a_program(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"a": "1"})
    repo.checkout()
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
    program.chmod(0o755)
    repo.git("config", "core.fsmonitor", str(program))
    (repo.path / "a").write_text("2")
    run(["-C", str(repo.path), "ls-files", "--modified"])
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "gpg.program", str(program))
    signed = repo.git("cat-file", "commit", "main").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n\n", 1
    )
    commit = repo.git("hash-object", "-w", "-t", "commit", "--stdin", stdin=f"{signed}\n".encode())
    repo.git("update-ref", "refs/heads/main", commit)
    assert Repository(repo.path, Cache(None)).authors(9) == [("Ana", "ana@example.org")]
    assert not (tmp_path / "ran").exists()


def test_a_clone_that_a_fetch_cut_short_meanwhile_is_known_to_be_shallow(tmp_path: Path) -> None:
    there = Repo.init(tmp_path / "there")
    for number in range(4):
        there.commit({"a": str(number)})
    clone = there.clone("whole")
    whole = Repository(clone.path, Cache(None))
    clone.git("fetch", "-q", "--depth=2", f"file://{there.path}")
    cut = Repository(clone.path, Cache(tmp_path / "cache"), found=whole.found)
    assert (whole.shallow, cut.shallow) == (False, True)
    clone.git("fetch", "-q", "--unshallow", f"file://{there.path}")
    assert not Repository(clone.path, Cache(None), found=whole.found).shallow
