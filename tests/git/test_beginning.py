"""What a repository begins beside the reading of sources, and what it need not look up."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.repo import Repo
from unshipped.cache import Cache
from unshipped.core.model import Build, Closure, Expected, Facts, Problem, Question, Rule
from unshipped.git.aside import Aside
from unshipped.git.beside import beside
from unshipped.git.child import Child
from unshipped.git.landings import Ahead
from unshipped.git.names import resolve
from unshipped.git.repository import Repository

NOW = datetime(2030, 1, 1, tzinfo=UTC)
FOLDERS = ("api", "docs", "jobs", "mail", "site", "worker")
MANY = [Closure((folder,)) for folder in FOLDERS]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo.init(tmp_path / "repo")
    made.commit({f"{folder}/app.py": "0" for folder in FOLDERS})
    made.commits([{"api/app.py": str(at)} for at in range(1, 9)])
    return made


def opened(repo: Repo, cache: Cache | None = None) -> Repository:
    found = Repository(repo.path, cache or Cache(None))
    assert isinstance(found.expected(Rule()), Expected)
    return found


def begun(repository: Repository) -> list[Ahead]:
    listings = filter(None, repository._tips.values())
    return [listing._begun for listing in listings if listing._begun]


def measure(repository: Repository, repo: Repo, deployed: str) -> list[Facts | Problem]:
    questions = [Question(closure, deployed) for closure in MANY]
    return repository.measure(repo.id("main"), questions, now=NOW, limit=5, commits=False)


def test_where_many_paths_count_git_goes_down_the_chain_until_it_is_told_to_stop(repo: Repo) -> None:
    repository = opened(repo)
    repository.begin(repo.id("main"), MANY)
    [ahead] = begun(repository)
    [listing] = filter(None, repository._tips.values())
    tree = listing.tree
    assert tree
    repository.stop()
    assert None not in (ahead._first._child.code, tree._child.code)
    assert tree.answer() is None


def test_what_was_begun_is_what_measuring_goes_on_with(repo: Repo) -> None:
    repository = opened(repo)
    repository.begin(repo.id("main"), MANY)
    assert begun(repository)
    found = measure(repository, repo, repo.id("main~3"))
    assert not begun(repository)
    repository.stop()
    assert found == measure(opened(repo), repo, repo.id("main~3"))


def test_who_asks_though_it_was_stopped_is_answered(repo: Repo) -> None:
    repository = opened(repo)
    repository.begin(repo.id("main"), MANY)
    repository.stop()
    found = measure(repository, repo, repo.id("main~3"))
    repository.stop()
    assert found == measure(opened(repo), repo, repo.id("main~3"))


@pytest.mark.parametrize("closures", [MANY[:2], [Closure((), build=Build("Dockerfile")), *MANY]])
def test_where_few_paths_count_or_they_are_not_known_yet_git_does_not_go_down_the_chain(
    repo: Repo, closures: list[Closure]
) -> None:
    repository = opened(repo)
    repository.begin(repo.id("main"), closures)
    assert not begun(repository)
    repository.stop()


def test_the_tree_that_git_was_let_list_is_the_one_that_the_map_is_held_against(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = opened(repo)
    repository.begin(repo.id("main"), [Closure(("api",)), Closure(("gone",))])
    monkeypatch.setattr("unshipped.git.trees._LISTED", ("nothing", "is", "listed", "any", "more"))
    questions = [Question(Closure(("api",)), repo.id("main"))]
    [found] = repository.measure(repo.id("main"), questions, now=NOW, limit=0, commits=False)
    assert isinstance(found, Facts)


def test_where_git_could_not_list_the_tree_it_is_asked_again(repo: Repo) -> None:
    repository = opened(repo)
    repository.begin(repo.id("main"), MANY)
    [listing] = filter(None, repository._tips.values())
    assert listing.tree
    listing.tree.stop()
    listing.tree = Aside(["ls-tree", "no-such-commit"], repository.git_dir)
    found = measure(repository, repo, repo.id("main~3"))
    assert found == measure(opened(repo), repo, repo.id("main~3"))


def test_where_a_chain_is_remembered_nothing_is_begun(repo: Repo, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    measure(opened(repo, cache), repo, repo.id("main~3"))
    again = opened(repo, cache)
    again.begin(repo.id("main"), MANY)
    assert not begun(again)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What git was asked to look up."""
    names: list[str] = []

    def noted(git_dir: str, texts: Iterable[str], *, shallow: bool = False) -> dict[str, str | Problem]:
        wanted = list(texts)
        names.extend(wanted)
        return resolve(git_dir, wanted, shallow=shallow)

    monkeypatch.setattr("unshipped.git.repository.resolve", noted)
    return names


def test_a_commit_that_a_remembered_chain_leads_to_is_not_looked_up(
    repo: Repo, tmp_path: Path, asked: list[str]
) -> None:
    cache = Cache(tmp_path / "cache")
    measure(opened(repo, cache), repo, repo.id("main~6"))
    repo.commit({"docs/app.py": "1"})
    texts = [repo.id("main~2"), repo.id("main~5"), repo.id("main"), repo.id("main~3")[:10], "f" * 40]
    found = opened(repo, cache).resolve(texts)
    assert set(asked) == set(texts[3:])
    assert {text: found[text] for text in texts[:4]} == {
        **{text: text for text in texts[:3]},
        texts[3]: repo.id("main~3"),
    }
    assert isinstance(found[texts[4]], Problem)


def test_a_commit_that_a_branch_left_behind_is_looked_up(
    repo: Repo, tmp_path: Path, asked: list[str]
) -> None:
    cache = Cache(tmp_path / "cache")
    left = repo.id("main")
    measure(opened(repo, cache), repo, repo.id("main~6"))
    repo.git("update-ref", "refs/heads/main", "main~2")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "--quiet", "--prune=now")
    [found] = opened(repo, cache).resolve([left]).values()
    assert isinstance(found, Problem)
    assert asked == [left]


def test_what_one_thread_waits_for_another_one_may_end(repo: Repo) -> None:
    reads, writes = os.pipe()
    for _ in range(20):
        with os.fdopen(os.dup(reads), "rb") as never:
            child = Child(["cat-file", "--batch"], git_dir=str(repo.path / ".git"), stdin=never)
        waiting = beside(child.end)
        child.stop()
        assert waiting() == child.end()
        assert child.code == -9
    os.close(reads)
    os.close(writes)
