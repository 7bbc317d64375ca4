"""How often git is started: a fixed number of times, however many services there are."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.support.repo import Repo
from tests.support.run import check, service
from unshipped.git import child

GIT = shutil.which("git")
COUNTING = f'#!/bin/sh\necho "$@" >> "$GIT_CALLS"\nexec {GIT} "$@"\n'


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo.init(tmp_path / "repo")
    made.commit({f"svc{at}/app.py": "1" for at in range(60)})
    made.commit({"svc0/app.py": "2"})
    return made


def calls(repo: Repo, tmp_path: Path, services: int, cache: Path) -> int:
    """How many times one check of so many services starts git."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "git").write_text(COUNTING)
    (folder / "git").chmod(0o755)
    log = tmp_path / "calls"
    log.write_text("")
    live = repo.git("rev-parse", "main~1").strip()
    fleet = {f"svc{at}": service([f"svc{at}"], live) for at in range(services)}
    env = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "GIT_CALLS": str(log)}
    assert check(repo.path, fleet, env=env, cache=cache, expected=None).code in {0, 1}
    return len(log.read_text().splitlines())


def test_sixty_services_start_git_no_more_often_than_two(repo: Repo, tmp_path: Path) -> None:
    few = calls(repo, tmp_path, 2, tmp_path / "cache-of-two")
    many = calls(repo, tmp_path, 60, tmp_path / "cache-of-sixty")
    assert many <= few <= 9


def test_a_check_in_which_nothing_moved_starts_git_three_times_at_most(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    calls(repo, tmp_path, 60, cache)
    assert calls(repo, tmp_path, 60, cache) <= 3


def test_signals_have_the_numbers_that_the_system_gives_them() -> None:
    assert (child._SIGKILL, child._SIGPIPE) == (signal.SIGKILL, signal.SIGPIPE)
