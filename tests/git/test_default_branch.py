"""Which branch counts where nobody says one: what the remote says, or what cannot be another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo, git
from unshipped.core.model import Code, Expected, Problem, Rule
from unshipped.git.expected import expected


@pytest.fixture
def there(tmp_path: Path) -> Repo:
    """A repository whose default branch has no usual name."""
    repo = Repo.init(tmp_path / "there", branch="develop")
    repo.commit({"api/app.py": "1"}, on="develop")
    return repo


def found(repo: Repo, *, bare: bool = False) -> Expected | Problem:
    return expected(repo.git("rev-parse", "--absolute-git-dir"), Rule("default"), bare=bare)


def named(repo: Repo, *, bare: bool = False) -> str:
    answer = found(repo, bare=bare)
    assert isinstance(answer, Expected), answer
    assert answer.commit == repo.id(answer.ref)
    return answer.ref


def fetched(there: Repo, remote: str = "origin") -> Repo:
    """What a CI host does: no clone, so that nobody asks which branch is the default one."""
    here = Repo.init(there.path.with_name("here"), branch="topic")
    here.git("remote", "add", remote, str(there.path))
    here.git("config", f"remote.{remote}.followRemoteHEAD", "never")  # git 2.48 asks by itself
    here.git("fetch", "-q", remote)
    here.commit({"api/app.py": "of somebody's own"}, on="topic")
    return here


@pytest.mark.parametrize("remote", ["origin", "upstream"])
def test_a_remote_of_any_name_says_what_its_default_is(there: Repo, remote: str) -> None:
    there.branch("main", "develop").branch("other", "develop")
    git(there.path.parent, "clone", "-q", "-o", remote, str(there.path), "here")
    here = Repo(there.path.with_name("here"))
    here.git("checkout", "-q", "-b", "main")
    here.commit({"api/app.py": "of somebody's own"})
    assert named(here) == f"{remote}/develop"


def test_a_head_that_was_fetched_as_a_file_of_its_own_does_not_say_where_the_branch_is_now(
    there: Repo,
) -> None:
    there.branch("main", "develop")
    here = fetched(there)
    here.git("update-ref", "refs/remotes/origin/HEAD", "origin/main")  # git fetch origin +HEAD:…/HEAD
    there.commit({"api/app.py": "landed since"}, on="main")
    here.git("fetch", "-q", "origin")
    assert named(here) == "origin/main"


@pytest.mark.parametrize("remote", ["origin", "upstream"])
def test_the_only_branch_of_a_remote_is_its_default(there: Repo, remote: str) -> None:
    assert named(fetched(there, remote)) == f"{remote}/develop"


def test_a_usual_name_will_do_where_the_remote_was_not_asked(there: Repo) -> None:
    there.branch("main", "develop")
    assert named(fetched(there, "upstream")) == "upstream/main"


def test_what_is_checked_out_is_not_taken_for_the_default_of_a_remote(there: Repo) -> None:
    there.branch("other", "develop")
    here = fetched(there)
    for at in (["topic"], ["--detach", "origin/develop"]):
        here.git("checkout", "-q", "--force", *at)
        answer = found(here)
        assert isinstance(answer, Problem) and answer.code is Code.EXPECTED_UNRESOLVED
        assert "git remote set-head origin --auto" in answer.hint
    here.git("remote", "set-head", "origin", "--auto")
    assert named(here) == "origin/develop"


@pytest.mark.parametrize("what", ["refs/tags/v1", "refs/remotes/pull/5/merge"])
@pytest.mark.parametrize("depth", [[], ["--depth=1"]])
def test_what_a_ci_host_checked_out_is_not_taken_for_a_branch_that_it_did_not_fetch(
    there: Repo, what: str, depth: list[str]
) -> None:
    there.git("update-ref", what, "develop")
    there.commit({"api/app.py": "landed since"}, on="develop")
    here = Repo.init(there.path.with_name("here"), branch="main")
    here.git("remote", "add", "origin", there.path.as_uri())
    here.git("fetch", "-q", "--no-tags", *depth, "origin", f"+{what}:{what}")
    here.git("checkout", "-q", "--force", what)
    answer = found(here)
    assert isinstance(answer, Problem) and answer.code is Code.EXPECTED_UNRESOLVED
    assert "no branch of the remote was fetched here" in answer.message and "git fetch origin" in answer.hint
    here.git("remote", "remove", "origin")
    assert isinstance(found(here), Expected)


def test_of_several_remotes_only_one_that_is_called_origin_counts(there: Repo) -> None:
    here = fetched(there, "one")
    here.git("remote", "add", "two", str(there.path))
    here.git("fetch", "-q", "two")
    answer = found(here)
    assert isinstance(answer, Problem) and "none of them is called origin" in answer.message
    here.git("remote", "rename", "two", "origin")
    assert named(here) == "origin/develop"


def test_without_a_remote_it_is_main_or_what_head_names_where_that_says_more(there: Repo) -> None:
    repo = there
    assert (named(repo), named(repo, bare=True)) == ("develop", "develop")
    repo.git("update-ref", "--no-deref", "HEAD", repo.id("develop"))
    assert (named(repo), named(repo, bare=True)) == ("HEAD", "HEAD")
    for name in ("master", "main"):
        repo.branch(name, "develop")
        assert (named(repo), named(repo, bare=True)) == (name, name)
    repo.git("symbolic-ref", "HEAD", "refs/heads/develop")
    assert (named(repo), named(repo, bare=True)) == ("main", "develop")


def test_of_a_remote_that_says_nothing_main_counts_before_master(there: Repo) -> None:
    for name in ("master", "main"):
        there.branch(name, "develop")
        here = fetched(there)
        assert named(here) == f"origin/{name}"
        here.path.rename(here.path.with_name(f"of-{name}"))


def test_a_head_that_names_no_branch_is_no_empty_repository(there: Repo) -> None:
    bare = there.bare()
    bare.git("symbolic-ref", "HEAD", "refs/heads/gone")
    assert named(bare, bare=True) == "develop"
    bare.branch("other", "develop")
    answer = found(bare, bare=True)
    assert isinstance(answer, Problem) and "HEAD names a branch that has no commits" in answer.message
    empty = found(Repo.init(there.path.with_name("empty")))
    assert isinstance(empty, Problem) and empty.message == "the repository has no commits yet"
