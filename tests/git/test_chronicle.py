"""A closure that is kept up landing by landing lacks what a check says that it lacks, at every pair of
places: the check is held against git itself by `tests/engine`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.support.repo import Entry, Repo, hour, link
from unshipped.cache import Cache
from unshipped.core.history.retrace import Lacking
from unshipped.core.model import IMAGE, Build, Closure, Facts, Question
from unshipped.errors import GitError
from unshipped.git.repository import Repository
from unshipped.wiring import Fleet

NOW = datetime(2030, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
CLOSURES = (
    Closure(("api", "lib"), ("**/*.md",)),
    Closure(("worker",)),
    Closure(("**/*.py",), ("lib",)),
    Closure((), build=Build("api/Dockerfile"), mode=IMAGE),
)
COPIES = ("COPY api api", "COPY api api\nCOPY lib lib", "COPY api api\nCOPY worker worker")


def written(repo: Repo, random: Random, landings: int) -> list[str]:
    first: dict[str, str | Entry | None] = {
        "api/a.py": "0", "lib/b.py": "0", "worker/c.py": "0", "far/d.py": "0", "other/e.py": "0",
        "worker/near": link("../far"), "api/Dockerfile": f"FROM scratch\n{COPIES[0]}\n",
    }  # fmt: skip
    ids = [repo.commit(first)]
    for _ in range(landings):
        what = random.choice(
            ["api/a.py", "lib/b.py", "lib/page.md", "worker/c.py", "far/d.py", "link", "image"]
        )
        files: dict[str, str | Entry | None]
        if what == "link":
            files = {"worker/near": link(random.choice(["../far", "../other"]))}
        elif what == "image":
            files = {"api/Dockerfile": f"FROM scratch\n{random.choice(COPIES)}\n"}
        else:
            files = {
                what: random.choice([None, "0", "1", "2"]) if what == "lib/page.md" else random.choice("012")
            }
        ids.append(repo.commit(files))
    return ids


def opened(path: Path) -> Repository:
    fleet = Fleet.__new__(Fleet)
    fleet.cache, fleet._analyses = Cache(None), None
    return Repository(path, Cache(None), derive=partial(fleet._derive, "main"))


def measured(repository: Repository, tip: str, deployed: str) -> Sequence[object]:
    questions = [Question(closure, deployed) for closure in CLOSURES]
    return repository.measure(tip, questions, now=NOW, limit=20, commits=False)


@pytest.mark.parametrize("seed", range(3))
def test_it_lacks_what_a_check_says_whatever_serves_and_whatever_should(tmp_path: Path, seed: int):
    random = Random(seed)
    repo = Repo.init(tmp_path / "repo")
    ids = written(repo, random, 24)
    repository = opened(repo.path)
    found = repository.chronicle(ids[-1], LONG_AGO, ids, CLOSURES, now=NOW)
    assert [one.commit for one in found.landings] == ids
    lacking = [Lacking(reach, found.landings) for reach in found.reaches]
    for tip in range(1, len(ids)):
        for one in lacking:
            one.land(tip)
        if random.random() < 0.3:
            place = random.randint(0, tip)
            for one in lacking:
                one.serve(place)
            deployed = ids[place]
        elif tip == 1:
            deployed = ids[0]
        expected = measured(repository, ids[tip], deployed)
        for own, theirs in zip(lacking, expected, strict=True):
            assert isinstance(theirs, Facts)
            assert bare(own.facts()) == bare(theirs)


def bare(facts: Facts) -> Facts:
    """Without what a chronicle does not say: single commits, and which of them a landing brought."""
    listed = tuple(one._replace(commits=()) for one in facts.listed)
    return facts._replace(
        behind=None,
        listed=listed,
        oldest=facts.oldest and facts.oldest._replace(subject="", author="", pull_request=None),
    )


def test_what_a_shallow_clone_does_not_go_back_to_is_no_time_in_which_nothing_landed(tmp_path: Path):
    repo = Repo.init(tmp_path / "repo")
    for number in range(6):
        repo.commit({"api/a.py": f"{number}"}, at=hour(number))
    shallow = repo.shallow(3)
    repository, tip = opened(shallow.path), shallow.id("main")
    told = repository.chronicle(tip, hour(3.5), (), [CLOSURES[0]], now=NOW)
    assert [touch.place for touch in told.reaches[0].touches] == [1, 2]
    with pytest.raises(GitError, match="shallow: what landed before 2026-02-02 12:00 UTC is not in it"):
        repository.chronicle(tip, hour(2.5), (), [CLOSURES[0]], now=NOW)


def test_tags_are_those_of_the_glob_with_the_commits_they_name(tmp_path: Path):
    repo = Repo.init(tmp_path / "repo")
    one, two = repo.commit({"a": "1"}), repo.commit({"a": "2"})
    repo.tag("api-1", one, annotated=True).tag("api-2", two).tag("other", one)
    assert [(tag.name, tag.commit) for tag in Repository(repo.path, Cache(None)).tags("api-*")] == [
        ("api-1", one), ("api-2", two),
    ]  # fmt: skip
