"""As what a commit landed that the tip lacks: a squash of its branch, or a copy of the commit alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo, executable
from unshipped.cache import Cache
from unshipped.git.repository import Repository

LINES = [f"{number}\n" for number in range(20)]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo.init(tmp_path / "repo")
    made.commit({"api/app.py": "".join(LINES), "api/run": "1"})
    return made


def branch(repo: Repo, name: str = "topic") -> list[str]:
    """Three commits of a branch, while the file that they change moves on further down."""
    repo.branch(name)
    texts = ("".join([f"{name} {number}\n", *LINES[1:]]) for number in range(3))
    made = [
        repo.commit({"api/app.py": text, f"api/{number}": "1"}, on=name) for number, text in enumerate(texts)
    ]
    repo.commit({"api/app.py": "".join([*LINES[:-1], "moved on\n"])})
    return made


def land(repo: Repo, first_line: str, *names: str) -> str:
    text = "".join([f"{first_line}\n", *LINES[1:-1], "moved on\n"])
    return repo.commit({"api/app.py": text, **dict.fromkeys(names, "1")})


def landed_as(repo: Repo, commit: str) -> tuple[str, str] | None:
    return Repository(repo.path, Cache(None)).landed_as(repo.id("main"), commit)


def test_each_commit_of_a_squashed_branch_landed_with_the_whole(repo: Repo) -> None:
    made = branch(repo)
    assert [landed_as(repo, one) for one in made] == [None] * 3
    land(repo, "topic 2", "api/0", "api/1")  # one file is missing: another change
    assert [landed_as(repo, one) for one in made] == [None] * 3
    repo.git("update-ref", "refs/heads/main", "main~1")
    squash = land(repo, "topic 2", "api/0", "api/1", "api/2")
    repo.commit({"api/run": "2"})
    assert [landed_as(repo, one) for one in made] == [(made[2], squash)] * 3
    repo.branch("later", made[2])
    repo.commit({"api/run": "3"}, on="later")  # somebody went on from there
    assert [landed_as(repo, one) for one in made] == [(made[2], squash)] * 3
    repo.tag("kept", made[2], annotated=True).git("branch", "-D", "topic")
    assert [landed_as(repo, one) for one in made] == [(made[2], squash)] * 3


def test_each_commit_of_a_rebased_branch_landed_by_itself(repo: Repo) -> None:
    made = branch(repo)
    copies = [land(repo, f"topic {number}", f"api/{number}") for number in range(3)]
    assert [landed_as(repo, one) for one in made] == list(zip(made, copies, strict=True))


def test_a_commit_that_was_picked_twice_is_where_the_newer_one_is(repo: Repo) -> None:
    made = branch(repo)
    land(repo, "topic 0", "api/0")
    repo.revert(repo.id("main"))
    again = land(repo, "topic 0", "api/0")
    assert [landed_as(repo, one) for one in made] == [(made[0], again), None, None]


def test_the_same_content_is_the_same_change_only_with_the_same_mode(repo: Repo) -> None:
    repo.branch("topic")
    first = repo.commit({"api/run": executable("1")}, on="topic")
    repo.commit({"api/run": "2"})
    assert landed_as(repo, first) is None
    repo.git("update-ref", "refs/heads/main", "main~1")
    landing = repo.commit({"api/run": executable("1")})
    assert landed_as(repo, first) == (first, landing)


def test_a_branch_of_a_history_of_its_own_landed_as_nothing(repo: Repo) -> None:
    root = repo.commit({"api/app.py": "1"}, on="other")
    after = repo.commit({"api/app.py": "2"}, on="other")
    assert (landed_as(repo, root), landed_as(repo, after)) == (None, None)


def test_no_program_of_a_user_is_asked_what_differs(repo: Repo, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\necho same\n")
    program.chmod(0o755)
    for setting in ("diff.own.command", "diff.own.textconv"):
        repo.git("config", setting, str(program))
    (repo.path / ".git/info").mkdir(exist_ok=True)
    (repo.path / ".git/info/attributes").write_text("*.py diff=own\n")
    made = branch(repo)
    land(repo, "another change", "api/0")
    assert landed_as(repo, made[0]) is None
    assert not (tmp_path / "ran").exists()
