"""Repositories that are given by an address: cloned once, fetched from then on, shared by all processes.

A mirror is a bare repository with one remote, `origin`. Whoever makes or fetches it holds a lock on a file
beside it; a clone is made elsewhere and renamed, so that nobody ever sees half of one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from unshipped.errors import GitError
from unshipped.git.freshness import FETCHED
from unshipped.git.process import run

CLONE_SECONDS = 3600.0
FETCH_SECONDS = 300.0
_OTHER_IDS = ("mismatched algorithms", "support this repository's object format")
_USER = re.compile(r"(?<=://)[^/@]*@")


def mirror(url: str, folder: Path, *, seconds: float = CLONE_SECONDS) -> Path:
    """The mirror of an address in that folder, made now where there is none. Raises `GitError`."""
    if url.startswith("-") or not url.strip():
        raise GitError(f"{shown(url)!r} is no address of a repository")
    place = folder / f"{_name(url)}.git"
    if not place.is_dir():
        with _alone(place):
            if not place.is_dir():  # somebody else may have made it meanwhile
                _clone(url, place, seconds)
    return place


def refresh(place: Path, *, seconds: float = FETCH_SECONDS) -> None:
    """Fetch what is new. Somebody else's fetch will do that began after this was asked for. Raises
    `GitError`.
    """
    asked = time.time_ns()  # compared with the time of a file, and with nothing else
    with _alone(place):
        if asked <= _fetched(place) <= time.time_ns():  # a later one is of a clock that was set back
            return
        _ask(place, seconds)


def shown(url: str) -> str:
    """An address as messages may show it: without user and password."""
    return _USER.sub("", url)


def _clone(url: str, place: Path, seconds: float) -> None:
    # The process that began this one may have been killed: what it left behind is in nobody's way.
    unfinished = place.with_name(f".{place.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        try:
            _fill(url, unfinished, "sha1", seconds)
        except GitError as error:
            if not any(sign in error.message for sign in _OTHER_IDS):
                raise
            shutil.rmtree(unfinished)
            _fill(url, unfinished, "sha256", seconds)
        unfinished.rename(place)
    except OSError as error:
        raise GitError(f"{place.parent} cannot hold a mirror: {error.strerror or error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _fill(url: str, place: Path, ids: str, seconds: float) -> None:
    """A new repository there. Its kind of ids must be that of the remote, which tells it when it is asked."""
    git_dir = str(place)
    run(["init", "--quiet", "--bare", f"--object-format={ids}", git_dir])
    run(["config", "remote.origin.url", url], git_dir=git_dir)
    run(["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"], git_dir=git_dir)
    run(["config", "fetch.writeCommitGraph", "true"], git_dir=git_dir)
    _ask(place, seconds)


def _ask(place: Path, seconds: float) -> None:
    git_dir, began = str(place), time.time_ns()
    try:
        run(
            ["fetch", "--quiet", "--prune", "--prune-tags", "--tags", "--force", "origin"],
            git_dir=git_dir,
            network=True,
            seconds=seconds,
        )
        # The default branch of the remote may be another one by now; without any there is nothing to name.
        run(
            ["remote", "set-head", "origin", "--auto"],
            git_dir=git_dir,
            network=True,
            seconds=seconds,
            accept=(0, 1, 128),
        )
    except GitError as error:
        raise GitError(_USER.sub("", error.message), error.hint) from None
    _stamp(place).touch()
    os.utime(_stamp(place), ns=(began, began))


def _name(url: str) -> str:
    """Readable, and like no other address's."""
    last = re.sub(r"[^A-Za-z0-9._-]", "-", shown(url).rstrip("/").rpartition("/")[2]).removesuffix(".git")
    return f"{last[:60] or 'repository'}-{sha256(url.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"


def _stamp(place: Path) -> Path:
    return place / FETCHED


def _fetched(place: Path) -> int:
    """When the last fetch began, in nanoseconds; 0 where there was none."""
    try:
        return _stamp(place).stat().st_mtime_ns
    except OSError:
        return 0


@contextlib.contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Nobody else makes or fetches this mirror meanwhile; the lock goes with the process that holds it."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = place.with_name(f"{place.name}.lock").open("a")  # nothing of it is lost if it leads elsewhere
    except OSError as error:
        raise GitError(f"{place.parent} cannot be written: {error.strerror or error}") from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
