"""A clone is brought up to date as a whole: every branch, and every tag, also one that moved."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from tests.support.repo import Repo, git, submodule
from unshipped.cache import Cache
from unshipped.core.model import Code, Expected, Problem, Rule
from unshipped.errors import GitError
from unshipped.git import remotes
from unshipped.git.mirror import mirror
from unshipped.git.process import run
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


@pytest.mark.parametrize("remote", ["origin", "upstream"])
def test_a_branch_that_the_remote_no_longer_has_is_not_what_should_serve(there: Repo, remote: str) -> None:
    there.branch("release")
    there.commit({"api/app.py": "2"}, on="release")
    git(there.path.parent, "clone", "-q", "-o", remote, str(there.path), "here")
    rule = Rule("branch", f"{remote}/release")
    here = Repository(there.path.with_name("here"), Cache(None))
    here.fetch()
    found = here.expected(rule)
    assert isinstance(found, Expected) and found.commit == there.id("release")
    there.tag("v1", "release").git("branch", "-D", "release")
    here.fetch()
    left = here.expected(rule)
    assert isinstance(left, Problem) and left.code is Code.EXPECTED_UNRESOLVED
    assert f"{remote}/release was not there" in left.message
    assert isinstance(here.expected(Rule()), Expected)


@pytest.mark.parametrize("remote", ["origin", "upstream"])
def test_a_mirror_of_one_s_own_is_fresh_or_says_what_is_left_of_a_branch(there: Repo, remote: str) -> None:
    git(there.path.parent, "clone", "-q", "--mirror", "-o", remote, str(there.path), "here.git")
    mirror = Repository(there.path.with_name("here.git"), Cache(None))
    there.commit({"api/app.py": "2"})
    mirror.fetch()
    found = mirror.expected(Rule())
    assert isinstance(found, Expected) and found.commit == there.id("main")
    there.git("branch", "-m", "main", "trunk")
    there.commit({"api/app.py": "3"}, on="trunk")
    mirror.fetch()
    left = mirror.expected(Rule())  # git 2.48 and newer have HEAD follow in a mirror
    if isinstance(left, Problem):
        assert "main was not there" in left.message
    else:
        assert left.commit == there.id("trunk")
    named = mirror.expected(Rule("branch", "trunk"))
    assert isinstance(named, Expected) and named.commit == there.id("trunk")


def test_a_branch_of_one_s_own_is_not_held_against_what_was_fetched(there: Repo) -> None:
    here = there.clone("here").branch("release")
    own = here.commit({"api/app.py": "of somebody's own"}, on="release")
    opened = Repository(here.path, Cache(None))
    opened.fetch()
    found = opened.expected(Rule("branch", "release"))
    assert isinstance(found, Expected) and found.commit == own


@pytest.mark.parametrize("remote", ["origin", "upstream"])
def test_a_bare_clone_that_a_fetch_leaves_as_it_is_is_not_called_fetched(there: Repo, remote: str) -> None:
    git(there.path.parent, "clone", "-q", "--bare", str(there.path), "here.git")
    bare = Repo(there.path.with_name("here.git"))
    bare.git("config", "--rename-section", "remote.origin", f"remote.{remote}")
    there.commit({"api/app.py": "2"})
    opened = Repository(bare.path, Cache(None))
    with pytest.raises(GitError, match="brings no branch") as error:
        opened.fetch()
    advice = f"remote.{remote}.fetch" if remote == "origin" else "remote.REMOTE.fetch"
    assert advice in error.value.hint
    bare.git("config", f"remote.{remote}.fetch", f"+refs/heads/*:refs/remotes/{remote}/*")
    opened.fetch()
    found = opened.expected(Rule())
    assert isinstance(found, Expected) and found.commit == there.id("main")


def test_what_could_not_be_fetched_is_told_and_not_what_git_advises_besides(there: Repo) -> None:
    here = there.clone("here")
    here.branch("topic")
    here.git("config", "remote.origin.fetch", "refs/heads/*:refs/heads/topic/*")  # topic is no folder
    with pytest.raises(GitError) as error:
        Repository(here.path, Cache(None)).fetch()
    assert "deprecated" not in error.value.message and "hint:" not in error.value.message


def gone(there: Repo) -> str:
    """A commit of a branch that was squashed and deleted."""
    there.branch("topic")
    commit = there.commit({"api/app.py": "2"}, on="topic")
    there.squash("topic")
    there.git("branch", "-q", "-D", "topic")
    return commit


def far(there: Repo, *options: str) -> Path:
    """A clone that has only what the remote gave."""
    there.git("config", "uploadpack.allowFilter", "true")
    git(there.path.parent, "clone", "-q", *options, there.path.as_uri(), "here")
    return there.path.with_name("here")


@pytest.mark.parametrize(
    "made", [far, lambda there: far(there, "--filter=blob:none")], ids=["all", "partial"]
)
def test_a_commit_that_no_branch_has_any_more_is_asked_for_by_its_id(
    there: Repo, made: Callable[[Repo], Path]
) -> None:
    commit = gone(there)
    here = Repository(made(there), Cache(None))
    [unfetched] = here.resolve([commit]).values()
    assert isinstance(unfetched, Problem) and unfetched.code is Code.UNRESOLVED_REVISION
    here.fetch()
    refs = git(Path(here.path), "for-each-ref")
    assert here.resolve([commit, there.id("main")]) == {commit: commit, there.id("main"): there.id("main")}
    assert git(Path(here.path), "for-each-ref") == refs
    assert commit not in (Path(here.git_dir) / "FETCH_HEAD").read_text()


def test_a_mirror_that_was_fetched_asks_as_well(there: Repo) -> None:
    commit, place = gone(there), mirror(there.path.as_uri(), there.path.with_name("mirrors"))
    here = Repository(place, Cache(None))
    assert isinstance(here.resolve([commit])[commit], Problem)
    here.asks_remote = True
    assert here.resolve([commit])[commit] == commit


def test_what_the_remote_does_not_give_stays_unknown_and_keeps_nothing_else_back(there: Repo) -> None:
    commit, never = gone(there), "e" * 40
    here = Repository(far(there), Cache(None))
    here.fetch()
    found = here.resolve([never, commit, never[:9]])
    assert found[commit] == commit
    for text in (never, never[:9]):
        problem = found[text]
        assert isinstance(problem, Problem) and problem.code is Code.UNRESOLVED_REVISION
    there.path.rename(there.path.with_name("moved"))
    assert isinstance(here.resolve([never])[never], Problem)


def test_a_clone_without_a_remote_asks_nobody(there: Repo) -> None:
    here = Repository(there.path, Cache(None))
    here.asks_remote = True
    assert isinstance(here.resolve(["e" * 40])["e" * 40], Problem)


def test_a_branch_that_is_gone_and_in_the_way_of_another_one_is_no_race(
    there: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.branch("release")
    here = there.clone("here")
    there.git("branch", "-D", "release")
    there.branch("release/1")
    asked: list[str] = []

    def noted(arguments: list[str], **also: Any) -> bytes:
        asked.append(arguments[0])
        return run(arguments, **also)

    monkeypatch.setattr(remotes, "run", noted)
    with pytest.raises(GitError, match="'refs/remotes/origin/release' exists") as error:
        Repository(here.path, Cache(None)).fetch()
    assert asked.count("fetch") == 1
    assert error.value.hint.startswith("git fetch --prune")
    here.git("fetch", "-q", "--prune")
    Repository(here.path, Cache(None)).fetch()


def test_a_submodule_that_cannot_be_had_keeps_no_branch_back(
    there: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a checkout git fetches with a branch what its submodules need."""
    module = Repo.init(there.path.with_name("module"))
    named = f'[submodule "lib"]\n\tpath = lib\n\turl = {module.path}\n'
    there.commit({".gitmodules": named, "lib": submodule(module.commit({"a": "1"}))})
    here = there.clone("here").path
    git(here, "checkout", "-q", "main", "--", ".")
    git(here, "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init")
    tip = there.commit({"lib": submodule(module.commit({"a": "2"}))})
    module.path.rename(module.path.with_name("away"))
    monkeypatch.chdir(here)
    opened = Repository(here, Cache(None))
    opened.fetch()
    found = opened.expected(Rule())
    assert isinstance(found, Expected) and found.commit == tip


def test_of_many_that_fetch_at_the_same_moment_each_knows_what_should_serve(there: Repo) -> None:
    """As batches do that begin at the same minute: one that was refused would be let through as unknown."""
    here = there.clone("here").path

    def asked(_: int) -> Expected | Problem:
        repository = Repository(here, Cache(None))
        repository.fetch()
        return repository.expected(Rule())

    with ThreadPoolExecutor(8) as several:
        for number in range(3):
            tip = there.commit({"api/app.py": str(number + 2)})
            there.tag(f"v{number}", "main")
            answers = list(several.map(asked, range(8)))
            assert [one.commit if isinstance(one, Expected) else one for one in answers] == [tip] * 8


def test_who_meets_a_git_of_somebody_else_fetches_once_more(there: Repo) -> None:
    here = there.clone("here")
    there.commit({"api/app.py": "2"})
    lock = here.path / ".git/refs/remotes/origin/main.lock"
    lock.touch()
    Timer(0.3, lock.unlink).start()
    Repository(here.path, Cache(None)).fetch()
    assert here.id("origin/main") == there.id("main")
