"""Where a commit stands: the evidence, held against git's trees and against what git says who has whom."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.support.history import FOLDERS, History, random_history
from tests.support.repo import Entry, Repo, different
from unshipped.cache import Cache
from unshipped.core.history.standing import Evidence, Place, place
from unshipped.core.model import Closure, Question
from unshipped.git.repository import Repository

NOW = datetime(2030, 1, 1, tzinfo=UTC)


class Git:
    """What git says of a history, once for each commit."""

    def __init__(self, repo: Repo) -> None:
        self.entries, self.sides = cache(repo.entries), cache(repo.sides)
        self.reach = cache(lambda commit: frozenset(repo.git("rev-list", commit).split()))

    def evidence(self, commit: str, deployed: str, tip: str, folder: str) -> Evidence:
        before, after = self.sides(commit)
        own = [path for path in different(before, after) if path.startswith(folder.encode() + b"/")]

        def same(one: dict[bytes, Entry], other: dict[bytes, Entry]) -> bool:
            return all(one.get(path) == other.get(path) for path in own)

        live, should = self.entries(deployed), self.entries(tip)
        landed = commit in self.reach(tip)
        return Evidence(
            touches=bool(own),
            in_deployed=commit in self.reach(deployed),
            in_expected=landed,
            same_content=same(live, after) or (landed and not same(should, before) and same(live, should)),
            still_differs=not same(live, should),
            undone=same(live, before),
        )


def questions(made: History, commit: str, rng: random.Random) -> list[Question]:
    """Folders that the commit touches, and some that it does not, with whatever may serve there."""
    near = made.commits[made.commits.index(commit) :][:6]
    return [Question(Closure((one,)), rng.choice([*near, *made.commits])) for one in rng.sample(FOLDERS, 6)]


@pytest.mark.parametrize("seed", range(2))
def test_it_stands_where_git_says(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    made = random_history(tmp_path / "repo", rng, size=40, links=False)
    git, tip = Git(made.repo), made.branches["main"]
    repository, met = Repository(made.repo.path, Cache(None)), set[Evidence]()
    for commit in [made.commits[0], *rng.sample(made.commits, 6)]:
        asked = questions(made, commit, rng)
        for one, question in zip(repository.standing(tip, asked, commit, now=NOW), asked, strict=True):
            told = one._replace(landed_at=None)
            assert told == git.evidence(commit, question.deployed, tip, question.closure.paths[0])
            assert (one.landed_at is None) == (one.in_deployed or not one.in_expected)
            met.add(told)
    assert len(met) > 6


@pytest.mark.parametrize("seed", range(2))
def test_a_shallow_clone_says_what_the_whole_one_says_or_that_nobody_knows(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    made = random_history(tmp_path / "repo", rng, size=40, links=False)
    cut, tip = made.repo.shallow(3), made.branches["main"]
    ends = (cut.path / ".git/shallow").read_text().split()
    here = sorted(cut.git("rev-list", "--all").split())
    whole, shallow = Repository(made.repo.path, Cache(None)), Repository(cut.path, Cache(None))
    for commit in rng.sample(here, 7):
        asked = [Question(Closure((one,)), rng.choice(here)) for one in rng.sample(FOLDERS, 6)]
        for right, told in zip(
            *(one.standing(tip, asked, commit, now=NOW) for one in (whole, shallow)), strict=True
        ):
            allowed = {Place.UNKNOWN, place(right)[0]}
            if commit in ends and right.same_content:  # whatever of it the commit made, all of it serves
                allowed.add(Place.LIVE)
            assert place(told)[0] in allowed


def test_what_was_taken_back_since_is_not_live_where_a_shallow_clone_ends_at_it(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "repo")
    repo.commit({"api/app.py": "1", "api/more.py": "1"})
    bad = repo.commit({"api/app.py": "bad"})
    live = repo.revert(bad)
    asked = [Question(Closure(("api",)), one) for one in (bad, live)]
    for depth, places in ((3, [Place.LIVE, Place.CANCELLED]), (2, [Place.LIVE, Place.UNKNOWN])):
        there = Repository(repo.shallow(depth, f"shallow{depth}").path, Cache(None))
        assert [place(one)[0] for one in there.standing(live, asked, bad, now=NOW)] == places
