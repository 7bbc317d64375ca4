"""Repositories that are given by an address: cloned once, fetched from then on, shared by processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Timer
from typing import Any

import pytest

from tests.support.repo import Repo, git
from unshipped.cache import Cache
from unshipped.config.values import Config, RepositorySpec
from unshipped.core.model import Expected, Rule
from unshipped.errors import GitError
from unshipped.git import mirror as mirrors
from unshipped.git.mirror import mirror, refresh, shown
from unshipped.git.process import run
from unshipped.git.repository import Repository
from unshipped.wiring import Fleet


@pytest.fixture
def upstream(tmp_path: Path) -> Repo:
    repo = Repo.init(tmp_path / "upstream")
    repo.commit({"api/app.py": "1"})
    return repo


def expected(place: Path, rule: Rule | None = None) -> Expected:
    found = Repository(place, Cache(None)).expected(rule or Rule())
    assert isinstance(found, Expected), found
    return found


def test_a_mirror_knows_the_default_branch_and_where_it_comes_from(upstream: Repo, tmp_path: Path):
    place = mirror(str(upstream.path), tmp_path / "mirrors")
    assert expected(place).commit == upstream.id("main")
    assert expected(place).ref == "origin/main"
    assert Repository(place, Cache(None)).addresses() == {str(upstream.path)}


def test_it_is_made_once_and_fetched_when_asked(upstream: Repo, tmp_path: Path):
    place = mirror(str(upstream.path), tmp_path / "mirrors")
    new = upstream.commit({"api/app.py": "2"})
    assert mirror(str(upstream.path), tmp_path / "mirrors") == place
    assert expected(place).commit != new
    refresh(place)
    assert expected(place).commit == new


def test_it_follows_a_branch_that_was_rewritten_renamed_or_taken_away(upstream: Repo, tmp_path: Path):
    git(upstream.path, "tag", "v1", upstream.id("main"))
    git(upstream.path, "branch", "old", upstream.id("main"))
    place = mirror(str(upstream.path), tmp_path / "mirrors")
    first = upstream.id("main")
    second = upstream.commit({"api/app.py": "other"})
    git(upstream.path, "tag", "-f", "v1", second)
    git(upstream.path, "branch", "-D", "old")
    git(upstream.path, "branch", "trunk", second)
    git(upstream.path, "symbolic-ref", "HEAD", "refs/heads/trunk")
    refresh(place)
    assert (expected(place).ref, expected(place).commit) == ("origin/trunk", second)
    assert expected(place, Rule("tag", "v*")).commit == second != first
    assert b"origin/old" not in git(place, "for-each-ref")


def test_a_release_that_was_taken_back_is_the_newest_no_more(upstream: Repo, tmp_path: Path):
    upstream.tag("v1", "main")
    place = mirror(str(upstream.path), tmp_path / "mirrors")
    upstream.commit({"api/app.py": "2"})
    upstream.tag("v2", "main")
    refresh(place)
    assert expected(place, Rule("tag", "v*")).ref == "v2"
    upstream.git("tag", "-d", "v2")
    refresh(place)
    assert expected(place, Rule("tag", "v*")).ref == "v1"
    assert expected(place).commit == upstream.id("main")


def test_a_fetch_that_began_before_may_lack_what_was_pushed_since(
    upstream: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = mirror(str(upstream.path), tmp_path / "mirrors")
    found, go_on = Event(), Event()

    def held(arguments: list[str], **also: Any) -> bytes:
        done = run(arguments, **also)
        if arguments[0] == "fetch" and not found.is_set():
            found.set()
            assert go_on.wait(10)
        return done

    monkeypatch.setattr(mirrors, "run", held)
    with ThreadPoolExecutor(1) as other:
        began = other.submit(refresh, place)
        assert found.wait(10)
        new = upstream.commit({"api/app.py": "2"})
        Timer(0.2, go_on.set).start()
        refresh(place)
        began.result()
    assert expected(place).commit == new


def test_a_clock_that_was_set_back_keeps_nobody_from_fetching(upstream: Repo, tmp_path: Path):
    place = mirror(str(upstream.path), tmp_path / "mirrors")
    os.utime(place / "unshipped-fetched", (time.time() + 86400, time.time() + 86400))
    new = upstream.commit({"api/app.py": "2"})
    refresh(place)
    assert expected(place).commit == new


def test_an_empty_repository_has_a_mirror_that_fills_later(tmp_path: Path):
    empty = Repo.init(tmp_path / "empty")
    place = mirror(str(empty.path), tmp_path / "mirrors")
    commit = empty.commit({"a": "1"})
    refresh(place)
    assert expected(place).commit == commit


@pytest.mark.parametrize("usual", ["sha1", "sha256"])
@pytest.mark.parametrize("ids", ["sha1", "sha256"])
def test_its_ids_are_those_of_the_remote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ids: str, usual: str
) -> None:
    repo = Repo.init(tmp_path / "upstream", object_format=ids)
    commit = repo.commit({"a": "1"})
    monkeypatch.setenv("GIT_DEFAULT_HASH", usual)
    place = mirror(repo.path.as_uri(), tmp_path / "mirrors")
    assert expected(place).commit == commit
    assert [one.name for one in (tmp_path / "mirrors").iterdir() if one.is_dir()] == [place.name]


def test_many_who_want_it_at_once_get_the_same_one(upstream: Repo, tmp_path: Path):
    with ThreadPoolExecutor(8) as several:
        places = list(several.map(lambda _: mirror(str(upstream.path), tmp_path / "mirrors"), range(8)))
    assert len(set(places)) == 1
    assert [one.name for one in (tmp_path / "mirrors").iterdir() if one.is_dir()] == [places[0].name]


def test_processes_that_fetch_at_once_wait_for_one_fetch(upstream: Repo, tmp_path: Path):
    place = mirror(str(upstream.path), tmp_path / "mirrors")
    new = upstream.commit({"api/app.py": "2"})
    program = (
        "import sys, pathlib; from unshipped.git.mirror import refresh; refresh(pathlib.Path(sys.argv[1]))"
    )
    started = [subprocess.Popen([sys.executable, "-c", program, str(place)]) for _ in range(5)]
    assert [one.wait(60) for one in started] == [0] * 5
    assert expected(place).commit == new


def test_a_clone_that_was_killed_leaves_nothing_that_counts(upstream: Repo, tmp_path: Path):
    hanging = tmp_path / "hanging"
    hanging.write_text("#!/bin/sh\nsleep 60\n")
    hanging.chmod(0o755)
    program = (
        "import sys, pathlib; from unshipped.git.mirror import mirror;"
        "mirror(sys.argv[1], pathlib.Path(sys.argv[2]))"
    )
    folder = tmp_path / "mirrors"
    cloning = subprocess.Popen(
        [sys.executable, "-c", program, "ssh://git.example/team/shop.git", str(folder)],
        env={**os.environ, "GIT_SSH": str(hanging)},
        start_new_session=True,
    )
    until = time.monotonic() + 30
    while not list(folder.glob(".*.git.*")) and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(cloning.pid, signal.SIGKILL)
    cloning.wait()
    with pytest.raises(GitError):
        mirror("ssh://git.example/team/shop.git", folder, seconds=0.1)
    assert not [one for one in folder.iterdir() if one.name.startswith("shop") and one.is_dir()]


@pytest.mark.parametrize("url", ["--upload-pack=x", "", "  ", "ext::sh -c touch% pwned", "no/such/place"])
def test_what_is_no_address_is_refused(url: str, tmp_path: Path):
    with pytest.raises(GitError):
        mirror(url, tmp_path / "mirrors")
    assert not (tmp_path / "pwned").exists()


def test_no_error_repeats_a_password(tmp_path: Path):
    with pytest.raises(GitError) as failed:
        mirror("http://ana:hunter2@127.0.0.1:9/shop.git", tmp_path / "mirrors")
    assert "hunter2" not in str(failed.value)
    assert "hunter2" not in "".join(path.name for path in (tmp_path / "mirrors").iterdir())


def test_an_address_is_shown_without_its_user():
    assert shown("https://ana:hunter2@git.example/team/shop.git") == "https://git.example/team/shop.git"


def test_a_folder_that_cannot_be_written_is_an_error_of_one_line(upstream: Repo, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GitError, match="cannot be written"):
        mirror(str(upstream.path), tmp_path / "file" / "mirrors")


@pytest.mark.parametrize("written", ["mirrors", "mirrors/", "./mirrors", "x/../mirrors"])
def test_a_mirror_is_refreshed_however_its_folder_is_written(
    upstream: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    (tmp_path / "x").mkdir()
    monkeypatch.setenv("UNSHIPPED_MIRRORS", f"{tmp_path}/{written}")
    refreshed: list[Path] = []
    monkeypatch.setattr("unshipped.git.mirror.refresh", refreshed.append)
    spec = RepositorySpec("main", "", str(upstream.path))
    fleet = Fleet(Config({"main": spec}, (), "main"), None, None, Cache(None))
    fleet._fetch("main")
    assert [place.parent.resolve() for place in refreshed] == [(tmp_path / "mirrors").resolve()]


def test_the_lock_of_a_mirror_empties_no_file_that_it_leads_to(upstream: Repo, tmp_path: Path):
    place = mirror(str(upstream.path), tmp_path / "mirrors")
    lock, other = place.with_name(f"{place.name}.lock"), tmp_path / "other"
    other.write_text("theirs")
    lock.unlink()
    lock.symlink_to(other)
    refresh(place)
    assert other.read_text() == "theirs"
