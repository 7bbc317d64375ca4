"""The oracle agrees with git where git is right, and says where git is not."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import shapes
from tests.support.history import random_history
from tests.support.oracle import Oracle, Question, literal, pathspec
from tests.support.repo import Repo, hour, link

NOW = hour(1000)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo.init(tmp_path / "repo")


OPTIONS: tuple[list[str], ...] = (
    [],
    ["--simplify-merges"],
    ["--full-history"],
    ["--full-history", "--no-merges"],
    ["--first-parent"],
)

COUNTS = [
    (shapes.bad_merge, True, (0, 1, 1, 0, 1), ("behind", 0, 1)),
    (shapes.squashed_and_merged, True, (1, 4, 3, 3, 1), ("behind", 3, 1)),
    (shapes.updated_branch, True, (3, 3, 4, 2, 2), ("behind", 2, 2)),
    (shapes.revert_pair, False, (2, 2, 2, 2, 2), ("in_sync", 2, 0)),
    (shapes.unmerged_hotfix, True, (0, 0, 0, 0, 0), ("ahead", 0, 0)),
]


@pytest.mark.parametrize(("shape", "differs", "counts", "answer"), COUNTS)
def test_the_five_histories_give_the_counts_of_the_table(
    repo: Repo,
    shape: Callable[[Repo], shapes.Ends],
    differs: bool,
    counts: tuple[int, ...],
    answer: tuple[str, int, int],
) -> None:
    deployed, expected = shape(repo)
    between = f"{deployed}..{expected}"
    assert bool(repo.git("diff", "--name-only", deployed, expected, "--", "svc")) is differs
    assert tuple(int(repo.git("rev-list", "--count", *o, between, "--", "svc")) for o in OPTIONS) == counts
    found = Oracle(repo.path, NOW).answer(Question(deployed, expected, ("svc",)))
    assert (found.state, found.behind, found.changes_behind) == answer


@pytest.mark.parametrize("seed", range(3))
def test_without_wrong_clocks_it_counts_as_git_counts(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    history = random_history(tmp_path / "repo", rng, size=150, skew=0.0)
    oracle, repo = Oracle(history.repo.path, NOW), history.repo
    for deployed in rng.sample(history.commits, 8):
        expected = history.branches["main"]
        question = Question(deployed, expected, ("**/*.py", "**/*.go"), ("api/**", "Dockerfile"))
        closure = oracle.closure(question)
        differs = bool(repo.git("diff", "--name-only", deployed, expected, "--", *closure))
        full = ["rev-list", "--count", "--full-history", "--no-merges"]
        cherry = repo.git("cherry", expected, deployed).splitlines()
        own = {line[2:] for line in cherry if line.startswith("+")} & oracle.touching(deployed, closure)
        found = oracle.answer(question)
        assert (found.state == "in_sync") is not differs
        assert found.behind == int(repo.git(*full, f"{deployed}..{expected}", "--", *closure))
        assert found.ahead == len(own)


def test_patterns_are_what_git_takes_them_for(repo: Repo) -> None:
    repo.commit({"api/a.php": "1", "api/x.php/inner.txt": "1", "api/[id]/page.ts": "1", "apix": "1"})
    oracle, tree = Oracle(repo.path, NOW), repo.id("main")

    def matched(*specs: bytes) -> set[bytes]:
        return set(oracle.names(oracle.nothing, tree, specs))

    assert matched(pathspec("**/*.php")) == {b"api/a.php"}
    assert matched(pathspec("api"), pathspec("**/*.php", exclude=True)) == {
        b"api/x.php/inner.txt",
        b"api/[id]/page.ts",
    }
    assert matched(pathspec("api/[id]")) == {b"api/[id]/page.ts"}
    assert matched(pathspec("api/[i]d")) == set()
    assert matched(literal(b"")) == set(oracle.names(oracle.nothing, tree, ()))


def test_links_widen_the_closure_step_by_step(repo: Repo) -> None:
    tip = repo.commit(
        {
            "api/lib": link("../shared"),
            "api/far": link("../shared/next/util.py"),
            "api/gone": link("no/where"),
            "api/out": link("../../etc"),
            "api/root": link("/etc"),
            "api/round": link("round"),
            "shared/app.py": "1",
            "shared/next": link("../libs"),
            "libs/util.py": "1",
        }
    )
    closure = Oracle(repo.path, NOW).closure(Question(tip, tip, ("api",)))
    named = {b"api", b"shared", b"shared/next", b"libs", b"libs/util.py", b"api/no/where", b"api/round"}
    assert set(closure) == {literal(name) for name in named}


def test_a_landing_is_never_older_than_the_one_before_nor_in_the_future(repo: Repo) -> None:
    times = [hour(0), hour(4000), hour(5), hour(-90), hour(4000)]
    commits = [repo.commit({"api": str(at)}, at=at) for at in times]
    landed = Oracle(repo.path, NOW).landed(commits[-1], commits[0])
    assert [landed[commit] for commit in commits] == [hour(0), hour(5), hour(5), hour(5), NOW]


def test_a_picked_commit_is_not_ahead(repo: Repo) -> None:
    base = repo.commit({"api/a": "1\n", "api/b": "1\n"})
    fix = repo.commit({"api/a": "2\n"})
    repo.branch("release", base)
    repo.cherry_pick(fix, on="release")
    own = repo.commit({"api/c": "1\n"}, on="release")
    found = Oracle(repo.path, NOW).answer(Question(own, fix, ("api",)))
    assert (found.state, found.ahead, found.cancelled) == ("ahead", 1, 1)


def test_dead_patterns_and_empty_closures_are_no_answer(repo: Repo) -> None:
    tip = repo.commit({"api/a": "1"})
    oracle = Oracle(repo.path, NOW)
    assert oracle.answer(Question(tip, tip, ("api", "gone"))).reason_code == "dead-pattern"
    assert oracle.answer(Question(tip, tip, ("api",), ("api",))).reason_code == "empty-closure"
