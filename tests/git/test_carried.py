"""What a newer tip leaves as it is, is not asked again, and is what would have been answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from tests.support.repo import Repo, hour, link
from unshipped.cache import Cache
from unshipped.core.model import Closure, Code, Facts, Problem, Question
from unshipped.git import measure
from unshipped.git.memory import NOT_COMPARED
from unshipped.git.repository import Repository

NOW = datetime(2030, 1, 1, tzinfo=UTC)
CLOSURES = [
    Closure(("api", "shared")),
    Closure(("worker", "shared"), ("**/*.md",)),
    Closure(("site/**/*.js",), optional=("site/**/*.js",)),
    Closure(("linked",), optional=("linked",)),
    Closure(("docs",)),
]
FOLDERS = ("api", "worker", "shared", "site", "docs", "elsewhere")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo.init(tmp_path / "repo")
    made.commit({f"{folder}/a.js": "0" for folder in FOLDERS})
    return made


def land(repo: Repo, chance: Random) -> str:
    """One more landing: a change, a removal, a link, a merge, a revert, a clock that is behind."""
    path = f"{chance.choice(FOLDERS)}/{chance.choice('abc')}.{chance.choice(('js', 'md'))}"
    match chance.randrange(8):
        case 0:
            side = f"side{repo.clock:%s}"
            repo.branch(side)
            repo.commit({path: str(chance.random())}, on=side)
            return repo.merge(side)
        case 1:
            return repo.commit({"linked": link(chance.choice(FOLDERS))})
        case 2 if repo.has("main~2"):
            return repo.revert(repo.id("main"))
        case 3:
            return repo.commit({path: "0"}, at=hour(chance.randrange(40)))
    return repo.commit({path: str(chance.randrange(3))})


def facts(
    repo: Repo, cache: Cache, questions: Sequence[Question], limit: int, *, commits: bool
) -> list[Facts | Problem]:
    tip = repo.id("main")
    opened = Repository(repo.path, cache)
    return opened.measure(tip, questions, now=NOW, limit=limit, commits=commits)


@pytest.mark.parametrize(("limit", "commits"), [(0, False), (3, False), (3, True)])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_warm_answer_is_the_cold_one(repo: Repo, tmp_path: Path, seed: int, limit: int, commits: bool):
    chance, cache = Random(seed), Cache(tmp_path / "cache")
    chain = [land(repo, chance) for _ in range(5)]
    questions = [Question(closure, chance.choice(chain)) for closure in CLOSURES * 2]
    for _ in range(12):
        land(repo, chance)
        warm = facts(repo, cache, questions, limit, commits=commits)
        assert warm == facts(repo, Cache(None), questions, limit, commits=commits)


def test_what_a_merge_brings_without_a_trace_is_counted(repo: Repo, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    questions = [Question(Closure((folder,)), repo.id("main")) for folder in ("api", "worker")]
    repo.commit({"worker/a.js": "1"})
    facts(repo, cache, questions, 0, commits=True)
    repo.branch("side")
    undone = repo.commit({"api/a.js": "1"}, on="side")
    repo.revert(undone, on="side")
    repo.commit({"docs/a.js": "1"})
    repo.merge("side")
    [api, worker] = facts(repo, cache, questions, 0, commits=True)
    assert isinstance(api, Facts)
    assert isinstance(worker, Facts)
    assert (api.behind, worker.behind) == (2, 1)


def test_a_landing_that_touches_none_of_them_asks_nothing_anew(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path / "cache")
    questions = [Question(Closure(("api",)), repo.id("main"))]
    repo.commit({"api/a.js": "1"})
    before = facts(repo, cache, questions, 0, commits=False)
    repo.commit({"elsewhere/a.js": "1"})
    monkeypatch.setattr(measure, "_settled", None)
    assert facts(repo, cache, questions, 0, commits=False) == before


def test_another_branch_carries_nothing_over(repo: Repo, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    questions = [Question(Closure(("api",)), repo.id("main"))]
    repo.branch("old")
    repo.commit({"api/a.js": "1"})
    facts(repo, cache, questions, 0, commits=False)
    repo.git("update-ref", "refs/heads/main", repo.commit({"docs/b.js": "1"}, on="old"))
    [found] = facts(repo, cache, questions, 0, commits=False)
    assert isinstance(found, Facts)
    assert not found.differs


def test_what_was_found_in_a_tree_that_is_gone_is_looked_for_anew(repo: Repo, tmp_path: Path) -> None:
    """A branch that was rewritten, and collected since: nothing tells what changed from there."""
    cache, deployed = Cache(tmp_path / "cache"), repo.id("main")
    questions = [Question(Closure(("new",)), deployed)]
    repo.commit({"new/a.js": "1"})
    [found] = facts(repo, cache, questions, 0, commits=False)
    assert isinstance(found, Facts)
    repo.git("update-ref", "refs/heads/main", deployed)
    repo.git("gc", "--quiet", "--prune=now")
    repo.commit({"api/a.js": "1"})
    [found] = facts(repo, cache, questions, 0, commits=False)
    assert isinstance(found, Problem)
    assert found.code is Code.DEAD_PATTERN


def test_what_lacked_its_content_is_compared_once_that_is_here(repo: Repo, tmp_path: Path) -> None:
    cache, live = Cache(tmp_path / "cache"), repo.id("main")
    own = repo.commit({"api/a.js": "hot"}, on="hotfix", parents=[live])
    repo.commit({"api/a.js": "hot"}, message="the same, landed")
    repo.commit({"api/b.js": "1"})
    questions = [Question(Closure(("api",)), own), Question(Closure(("worker",)), live)]
    partial = repo.partial()
    [api, _] = facts(partial, cache, questions, 0, commits=False)
    assert isinstance(api, Facts)
    assert (api.ahead, api.landed_elsewhere, api.notes) == ((own,), (), (NOT_COMPARED,))
    partial.git("cat-file", "--batch", stdin="\n".join(partial.missing()).encode())
    [api, _] = facts(partial, cache, questions, 0, commits=False)
    assert isinstance(api, Facts)
    assert (api.ahead, api.landed_elsewhere, api.notes) == ((), (own,), ())


def test_what_a_clone_is_too_shallow_for_is_asked_anew_once_it_is_deepened(
    repo: Repo, tmp_path: Path
) -> None:
    """Also beside an answer that nothing was lacking for."""
    cache, live = Cache(tmp_path / "cache"), repo.id("main")
    own = repo.commit({"api/a.js": "hot"}, on="hotfix", parents=[live])
    tip = repo.commit({"api/b.js": "1"})
    questions = [Question(Closure(("api",)), own), Question(Closure(("worker",)), tip)]
    clone = repo.shallow(1)
    clone.git("update-ref", "refs/heads/main", tip)
    [api, worker] = facts(clone, cache, questions, 0, commits=False)
    assert isinstance(api, Problem) and api.code is Code.SHALLOW_HISTORY
    assert isinstance(worker, Facts)
    clone.git("fetch", "--quiet", "--unshallow", "origin")
    [api, _] = facts(clone, cache, questions, 0, commits=False)
    assert isinstance(api, Facts)
    assert (api.changes, api.ahead) == (1, (own,))


@pytest.mark.parametrize("order", [(1, 10), (10, 1)])
def test_what_was_answered_for_another_time_is_not_taken_for_now(
    repo: Repo, tmp_path: Path, order: tuple[int, int]
) -> None:
    """A landing of tomorrow, by a clock that is ahead, landed no later than now: each time that is asked."""
    cache, question = Cache(tmp_path / "cache"), Question(Closure(("api",)), repo.id("main"))
    tip = repo.commit({"api/a.js": "1"}, at=hour(5))
    for hours in order:
        opened = Repository(repo.path, cache)
        [found] = opened.measure(tip, [question], now=hour(hours), limit=0, commits=False)
        assert isinstance(found, Facts) and found.oldest
        assert found.oldest.landed_at == hour(min(hours, 5))
