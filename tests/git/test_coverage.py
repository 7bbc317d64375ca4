"""Whether the patterns of a map hold anything, in the expected or the deployed tree: git is the judge."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support.oracle import Oracle, pathspec
from tests.support.repo import Content, Name, Repo, hour, link
from unshipped.core.model import Closure, Code
from unshipped.git.coverage import Coverage, cover
from unshipped.git.memory import Covered

PATTERNS = (
    "api",
    "api/a.py",
    "api/x",
    "apis",
    "worker",
    "*.py",
    "api/*.md",
    "work*/**",
    "**/b.*",
    "web",
    "w",
    "deep/er",
    "",
)
FILES = (
    "api/a.py",
    "api/b.md",
    "api/x/b.py",
    "worker/a.py",
    "worker/x/b.md",
    "web/index.html",
    "a.py",
    "ap",
    "deep/er/than/that",
)


def asked(repo: Repo, tip: str, deployed: str, *closures: Closure, known: Covered | None = None) -> Coverage:
    git_dir = repo.git("rev-parse", "--absolute-git-dir")
    return cover(git_dir, tip, closures, [deployed] * len(closures), known)


def some_closure(rng: random.Random) -> Closure:
    paths = tuple(rng.sample(PATTERNS, rng.choice([1, 1, 2, 3])))
    ignore = tuple(rng.sample(PATTERNS[:-1], rng.choice([0, 0, 1, 2])))
    return Closure(paths, ignore, tuple(path for path in paths if rng.random() < 0.3))


@pytest.mark.parametrize("seed", range(4))
def test_a_pattern_is_dead_and_a_closure_empty_where_git_finds_nothing(tmp_path: Path, seed: int) -> None:
    rng, repo = random.Random(seed), Repo.init(tmp_path / "repo")
    trees = [rng.sample(FILES, rng.randint(1, 5)) for _ in range(2)]
    deployed, tip = (repo.commit(dict.fromkeys(files, "1"), parents=[]) for files in trees)
    oracle = Oracle(repo.path, hour(0))
    of = {
        (pattern, tree): oracle.names(oracle.nothing, tree, (pathspec(pattern),))
        for pattern in PATTERNS
        for tree in (deployed, tip)
    }
    closures = [some_closure(rng) for _ in range(60)]
    found = asked(repo, tip, deployed, *closures)
    for at, closure in enumerate(closures):
        dead = [path for path in closure.paths if not of[path, deployed] and not of[path, tip]]
        dead = [path for path in dead if path not in closure.optional]
        here, there = (
            bool(
                set().union(*(of[path, tree] for path in closure.paths))
                - set().union(*(of[path, tree] for path in closure.ignore))
            )
            for tree in (tip, deployed)
        )
        problem = found.problems.get(at)
        if dead:
            assert problem and problem.code is Code.DEAD_PATTERN and f"{dead[0]!r}" in problem.message
        elif here or there:
            assert problem is None and (at in found.gone) == (not here), closure
        else:
            assert problem and problem.code is Code.EMPTY_CLOSURE, closure


LINKS: dict[Name, Content] = {
    "current": link("versions/2"),
    "versions/2/api/app.py": "1",
    "loop": link("loop"),
    "away": link("/opt"),
}
WAYS = [
    ("current/api", True),
    ("current", True),
    ("current/web", False),
    ("loop/x", False),
    ("away/x", False),
]


@pytest.mark.parametrize(("path", "alive"), WAYS)
def test_a_pattern_that_passes_through_a_link_has_what_lies_there(repo: Repo, path: str, alive: bool) -> None:
    linked, plain = repo.commit(LINKS), repo.commit(dict.fromkeys(LINKS))
    for tip, deployed in ((linked, linked), (linked, plain), (plain, linked)):
        problem = asked(repo, tip, deployed, Closure((path,))).problems.get(0)
        assert bool(problem and problem.code is Code.DEAD_PATTERN) == (not alive)


def test_what_is_remembered_of_a_tree_is_what_it_alone_tells(repo: Repo) -> None:
    old = repo.id("main")
    tip = repo.commit({"web/app.py": "1", "web/lib": link("../api"), "api/app.py": None, "docs/a": "1"})
    web, api, dead = Closure(("web",)), Closure(("api",)), Closure(("gone",))
    links = {b"web/lib": b"../api"}
    assert asked(repo, tip, old, web).covered == Covered(tip, links)
    assert asked(repo, tip, old, web, api).covered is None  # which only the deployed tree has
    assert asked(repo, tip, tip, web, dead).covered is None
    later = repo.commit({"docs/a": "2"})
    found = asked(repo, later, old, web, known=Covered(tip, links))
    assert (found.covered, found.links, found.problems) == (Covered(later, links), links, {})
    assert found.paths.of(b"api/more.py") and not found.paths.of(b"docs/a")
    gone = Covered("e" * 40, links)  # a branch that was rewritten, and collected since
    assert asked(repo, later, old, dead, known=gone).problems[0].code is Code.DEAD_PATTERN


def test_a_link_that_this_clone_lacks_is_a_problem_of_who_holds_it(repo: Repo) -> None:
    repo.commit({"web/lib": link("../api"), "docs/a": "1"})
    partial, tip = repo.partial(), repo.id("main")
    found = asked(partial, tip, tip, Closure(("docs",)), Closure(("web",)))
    assert {at: one.code for at, one in found.problems.items()} == {1: Code.MISSING_OBJECTS}
    assert "'web/lib'" in found.problems[1].message
    assert found.covered is None
    assert asked(partial, tip, tip, Closure(("docs",))).covered is None
