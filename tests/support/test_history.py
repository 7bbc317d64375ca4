"""The generator of histories tells git what it has in mind, and is quick."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.support.history import random_history
from tests.support.repo import raw


@pytest.mark.parametrize("seed", range(4))
def test_git_has_the_trees_that_were_thought_up(tmp_path: Path, seed: int) -> None:
    history = random_history(tmp_path / "repo", random.Random(seed), size=60)
    for commit in history.commits:
        assert set(history.repo.entries(commit)) == {raw(name) for name in history.trees[commit]}


def test_a_seed_is_a_reproduction(tmp_path: Path) -> None:
    one, two = (random_history(tmp_path / name, random.Random(5), size=60) for name in ("one", "two"))
    assert one.commits == two.commits


def test_a_history_holds_every_kind_of_event(tmp_path: Path) -> None:
    history = random_history(tmp_path / "repo", random.Random(1))
    subjects = set(history.repo.git("log", "--all", "--format=%s").split())
    assert {"Merge", "Squash", "Revert", "Pick", "Rename", "Link"} <= subjects
    assert int(history.repo.git("rev-list", "--count", "--all", "--min-parents=3"))
    assert "120000" in history.repo.git("log", "--all", "--raw", "--format=")


def test_three_hundred_commits_take_no_time(tmp_path: Path) -> None:
    started = time.process_time()
    random_history(tmp_path / "repo", random.Random(2))
    assert time.process_time() - started < 3
