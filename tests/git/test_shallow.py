"""A shallow clone says what the whole one says, or that nobody knows."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.history import FOLDERS, random_history
from tests.support.repo import Repo
from unshipped.cache import Cache
from unshipped.core.model import Closure, Facts, Problem, Question
from unshipped.git.repository import Repository

NOW = datetime(2030, 1, 1, tzinfo=UTC)
API = Closure(("api",))


def measured(repo: Repo, tip: str, asked: list[Question]) -> list[Facts | Problem]:
    return Repository(repo.path, Cache(None)).measure(tip, asked, now=NOW, limit=99, commits=True)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo.init(tmp_path / "repo")
    made.commit({"api/app.py": "1"})
    return made


@pytest.mark.parametrize(("depth", "behind"), [(9, 1), (4, None)])
def test_what_may_be_deployed_behind_the_end_is_not_counted(
    repo: Repo, depth: int, behind: int | None
) -> None:
    """A branch was merged, and went on: what it had then is met on its own way, and not on that of `main`."""
    repo.branch("topic")
    repo.commit({"api/topic.py": "1"}, on="topic")
    repo.merge("topic")
    live = [repo.commit({"api/app.py": text}) for text in "234"][-1]
    repo.commit({"api/topic.py": "2"}, on="topic")
    tip = repo.merge("topic")
    [facts] = measured(repo.shallow(depth), tip, [Question(API, live)])
    assert isinstance(facts, Facts)
    assert (facts.changes, facts.behind, len(facts.listed[0].commits)) == (1, behind, behind or 0)


def test_of_what_serves_the_same_beside_the_branch_nothing_is_made_up(repo: Repo) -> None:
    repo.branch("production")
    repo.commit({"worker/job.py": "1"}, on="production")
    live = repo.commit({"worker/job.py": "2"}, on="production")
    tip = repo.commit({"docs/page.md": "1"})
    for depth in (9, 1):
        [facts] = measured(repo.shallow(depth, f"shallow{depth}"), tip, [Question(API, live)])
        assert isinstance(facts, Facts)
        assert (facts.differs, facts.changes, facts.cancelled, facts.ahead) == (False, 0, 0, ())


@pytest.mark.parametrize("seed", range(2))
def test_whatever_it_says_is_so(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    made, said = random_history(tmp_path / "repo", rng, size=60, links=False), 0
    tip = made.branches["main"]
    for depth in (2, 8):
        cut = made.repo.shallow(depth, f"shallow{depth}")
        here = sorted(cut.git("rev-list", "--all").split())
        asked = [Question(Closure((one,), optional=(one,)), rng.choice(here)) for one in FOLDERS]
        for right, told in zip(measured(made.repo, tip, asked), measured(cut, tip, asked), strict=True):
            if isinstance(told, Problem):
                continue
            assert isinstance(right, Facts)
            said += 1
            assert (told.differs, told.changes) == (right.differs, right.changes)
            assert (told.oldest and told.oldest.commit) == (right.oldest and right.oldest.commit)
            if told.behind is not None:
                assert (told.behind, told.ahead) == (right.behind, right.ahead)
    assert said
