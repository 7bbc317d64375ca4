"""What is remembered of a map changes no answer to which closures differ between two commits."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import pytest

from tests.support.history import FOLDERS, random_history
from tests.support.repo import Repo, link
from unshipped.cache import Cache
from unshipped.core.model import Closure, Code, Problem
from unshipped.git import process, trees
from unshipped.git.repository import Repository


@pytest.mark.parametrize("seed", range(2))
def test_a_warm_answer_is_the_cold_one(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    history = random_history(tmp_path / "repo", chance, size=60)
    closures = [Closure((folder,)) for folder in FOLDERS]
    closures += [Closure(("**/*.md",)), Closure(("api", "lib*/x/*.go"), ("**/*.txt",)), Closure(("nowhere",))]
    cold, warm = Repository(history.repo.path, Cache(None)), tmp_path / "cache"
    for _ in range(15):
        old, new = chance.choice(history.commits), chance.choice(history.commits)
        some = chance.sample(closures, 4)
        expected = cold.affected(old, new, some)
        for _twice in range(2):
            assert Repository(history.repo.path, Cache(warm)).affected(old, new, some) == expected


def test_what_was_there_for_all_is_not_taken_for_still_there(repo: Repo, tmp_path: Path) -> None:
    closures = [Closure(("api",)), Closure(("worker/lib",))]
    whole = repo.commit({"api/app.py": "1", "worker/lib": link("../api"), "web/app.py": "1"})
    opened = Repository(repo.path, Cache(tmp_path / "cache"))
    assert opened.affected(whole, whole, closures) == [[], []]
    turned = repo.commit({"worker/lib": link("../web")})
    changed = repo.commit({"web/app.py": "2"})
    gone = repo.commit({"api/app.py": None, "web/app.py": "3"})
    last = repo.commit({"README.md": "4"})
    assert opened.affected(whole, turned, closures) == [[], ["worker/lib"]]
    assert opened.affected(turned, changed, closures) == [[], ["web/app.py"]]
    assert opened.affected(changed, gone, closures) == [["api/app.py"], ["web/app.py"]]
    dead, nothing = opened.affected(gone, last, closures)
    assert isinstance(dead, Problem)
    assert (dead.code, nothing) == (Code.DEAD_PATTERN, [])


def test_a_tree_is_read_once_for_a_map(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = [repo.commit({"api/app.py": text}) for text in "123"]
    listed: list[str] = []
    real = process.run

    def noted(arguments: list[str], *, git_dir: str) -> bytes:
        listed.append(arguments[0])
        return real(arguments, git_dir=git_dir)

    monkeypatch.setattr(trees, "run", noted)
    for old, new in product(commits, commits):
        opened = Repository(repo.path, Cache(tmp_path / "cache"))
        assert opened.affected(old, new, [Closure(("api",))]) == [[] if old == new else ["api/app.py"]]
    assert listed == ["ls-tree"]
