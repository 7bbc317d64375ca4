"""What landed since the last look is all that is asked for, unless it may have moved the map itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.program import AT, ask, configure, start, world
from tests.support.repo import Files, Repo, link
from tests.support.run import service

JSON = "--format=json"

CHANGES: dict[str, Files] = {
    "a file more": {"api/new.py": "1"},
    "other content": {"worker/job.py": "2"},
    "nothing of the map": {"README": "1"},
}
MOVES: dict[str, Files] = {
    "the only file of a service goes": {"worker/job.py": None},
    "one of several files goes": {"api/app.py": None, "api/main.py": "1"},
    "a link is made": {"api/lib": link("../shared")},
    "a link is turned": {"worker/lib": link("../api")},
    "a file becomes a link": {"api/app.py": link("../shared/util.py")},
}


@pytest.fixture
def folder(repo: Repo) -> Path:
    """A service with a link as well, looked at once."""
    folder = repo.path.parent
    live = repo.commit({"worker/lib": link("../shared")})
    configure(folder, {"api": service(["api"], live), "worker": service(["worker"], live)})
    looked(folder)
    return folder


def looked(folder: Path) -> tuple[str, list[str]]:
    """The answer from what is remembered, and the git commands that were run for it."""
    tools, real = folder / "tools", shutil.which("git")
    tools.mkdir(exist_ok=True)
    (tools / "git").write_text(f'#!/bin/sh\necho "$*" >> "{folder}/asked"\nexec {real} "$@"\n')
    (tools / "git").chmod(0o755)
    (folder / "asked").write_text("")
    arguments = ["check", JSON, "--repo=repo", "--config=unshipped.yaml", AT]
    child = start(arguments, folder, env={"PATH": f"{tools}:{world(folder)['PATH']}"})
    stdout, stderr = child.communicate(timeout=60)
    assert stderr == b""
    return stdout.decode(), (folder / "asked").read_text().splitlines()


@pytest.mark.parametrize("files", CHANGES.values(), ids=CHANGES)
def test_a_landing_that_cannot_move_the_map_leaves_the_tree_unread(
    folder: Path, repo: Repo, files: Files
) -> None:
    repo.commit(files)
    answer, asked = looked(folder)
    assert answer == ask(folder, JSON).stdout
    assert asked and not any("ls-tree" in command for command in asked)


@pytest.mark.parametrize("files", MOVES.values(), ids=MOVES)
def test_a_landing_that_may_move_the_map_has_the_tree_read_again(
    folder: Path, repo: Repo, files: Files
) -> None:
    repo.commit(files)
    repo.commit({"shared/util.py": "behind a link", "api/more.py": "1"})
    answer, asked = looked(folder)
    assert answer == ask(folder, JSON).stdout
    assert any("ls-tree" in command for command in asked)


def test_a_branch_that_was_rewritten_is_walked_anew(folder: Path, repo: Repo) -> None:
    repo.commit({"api/app.py": "lost"})
    looked(folder)
    repo.git("update-ref", "refs/heads/main", "main~2")
    repo.commits([{"api/other.py": "1"}, {"worker/job.py": "3"}])
    assert looked(folder)[0] == ask(folder, JSON).stdout


def test_an_older_commit_than_the_last_one_is_answered_as_before(folder: Path, repo: Repo) -> None:
    repo.git("update-ref", "refs/heads/main", "main~1")
    assert looked(folder)[0] == ask(folder, JSON).stdout
