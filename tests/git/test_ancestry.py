"""Who has whom in its history: held against git's own word, pair by pair."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support.history import random_history
from tests.support.repo import Repo
from unshipped.cache import Cache
from unshipped.core.model import Rule
from unshipped.git import child, landings, process
from unshipped.git.repository import Repository

Pair = tuple[str, str]


def git_says(repo: Repo, pairs: Iterable[Pair]) -> set[Pair]:
    return {(one, other) for one, other in pairs if _is_ancestor(repo, other, one)}


def _is_ancestor(repo: Repo, ancestor: str, commit: str) -> bool:
    asked = ["git", "-C", str(repo.path), "merge-base", "--is-ancestor", ancestor, commit]
    return subprocess.run(asked, check=False).returncode == 0


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every git that is started."""
    seen: list[str] = []

    class Counted(child.Child):
        def __init__(self, arguments, **more) -> None:
            seen.append(arguments[0])
            super().__init__(arguments, **more)

    monkeypatch.setattr(process, "Child", Counted)
    monkeypatch.setattr(landings, "Child", Counted)
    return seen


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("expected", [True, False])
def test_it_is_what_git_says_of_each_pair(tmp_path: Path, seed: int, expected: bool):
    rng = random.Random(seed)
    made = random_history(tmp_path / "repo", rng, size=120)
    pairs = {(rng.choice(made.commits), rng.choice(made.commits)) for _ in range(40)}
    told = git_says(made.repo, pairs)
    repository = Repository(made.repo.path, Cache(tmp_path / "cache"))
    if expected:
        repository.expected(Rule("pin", made.branches["main"]))
    assert 0 < len(told) < len(pairs)
    assert repository.holding(pairs) == told
    assert Repository(made.repo.path, Cache(tmp_path / "cache")).holding(pairs) == told


def test_histories_that_share_nothing_hold_nothing_of_each_other(tmp_path: Path):
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"a": "1"})
    tree = repo.git("rev-parse", "main^{tree}").strip()
    other = repo.git("commit-tree", tree, "-m", "Begin anew").strip()
    main = repo.id("main")
    pairs = {(main, other), (other, main), (main, main)}
    opened = Repository(repo.path, Cache(None))
    assert opened.holding(pairs) == {(main, main)}
    assert opened.parted(main, other) == main
    repo.branch("topic")
    on_topic, on_main = repo.commit({"b": "1"}, on="topic"), repo.commit({"a": "2"})
    assert opened.parted(on_main, on_topic) == main


def test_a_thousand_pairs_start_git_as_often_as_one(tmp_path: Path, started: list[str]):
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"a": "1"})
    on_main = repo.commits([{"a": str(number)} for number in range(60)])
    beside = repo.branch("beside").commits([{"b": str(number)} for number in range(20)], on="beside")
    for commits, most in ((on_main, 1), (on_main + beside, 4)):
        pairs = [(one, other) for one in commits for other in commits][:2000]
        counts = []
        for asked in (pairs[-1:], pairs):
            started.clear()
            Repository(repo.path, Cache(None)).holding(asked)
            counts.append(len(started))
        assert counts[0] <= most + 1
        assert max(counts) <= counts[0] + 3  # a graph, and twice what is nearest below it
