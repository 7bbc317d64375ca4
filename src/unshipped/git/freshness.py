"""How old this clone's idea of a remote's branch is."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime

from unshipped.git.process import common_dir, lines, run

FETCHED = "unshipped-fetched"
"""The file of a mirror that is as old as the beginning of its last fetch."""
_TAIL = 4096
"""No line of a reflog is longer."""


def seen_at(git_dir: str, ref: str, commit: str) -> datetime | None:
    """When a remote's branch was last seen to be at that commit; None where nothing tells.

    Each worktree writes down for itself what it fetched, which then is there for all of them. A fetch that
    failed, or that was of something else, writes as well: what it wrote is held against the branch. The clone
    itself was a fetch, too, and a mirror knows when its last one began.
    """
    if not ref.startswith("refs/remotes/"):
        return None
    common = common_dir(git_dir)
    written = [
        _fetched(os.path.join(folder, "FETCH_HEAD"), ref, commit, common) for folder in _worktrees(common)
    ]
    logs = os.path.join(common, "logs")
    cloned = _cloned(os.path.join(logs, *ref.split("/")[:3], "HEAD"), commit)
    seen = [*written, _moved(os.path.join(logs, ref), commit), cloned, _mirrored(common)]
    return max(filter(None, seen), default=None)


def fetched_commits(git_dir: str) -> frozenset[str]:
    """The commits at which the last fetch, if it was one of all branches, found any."""
    with contextlib.suppress(OSError), open(os.path.join(git_dir, "FETCH_HEAD"), "rb") as file:
        return frozenset(line.partition(b"\t")[0].decode() for line in file if b"\ttag '" not in line)
    return frozenset()


def _worktrees(common: str) -> list[str]:
    """The directories that the worktrees have for themselves; the first one's is the common one."""
    linked = os.path.join(common, "worktrees")
    with contextlib.suppress(OSError):
        return [common, *(os.path.join(linked, name) for name in os.listdir(linked))]
    return [common]


def _fetched(path: str, ref: str, commit: str, common: str) -> datetime | None:
    """When a fetch was written down that found the branch of that remote there."""
    remote, _, branch = ref.removeprefix("refs/remotes/").partition("/")
    found = tuple(
        os.fsencode(f"{commit}\t{merged}\t{what} of ")
        for merged in ("", "not-for-merge")
        for what in (f"branch '{branch}'", f"'{commit}'")
    )
    with contextlib.suppress(OSError), open(path, "rb") as file:
        places = {os.fsdecode(line.partition(b" of ")[2]).strip() for line in file if line.startswith(found)}
        when = datetime.fromtimestamp(os.stat(file.fileno()).st_mtime, UTC)
        return when if places and _is_of(remote, places, common) else None
    return None


def _is_of(remote: str, places: set[str], common: str) -> bool:
    """Whether a remote lies in one of the places: of several, another one may have the same branch there."""
    with open(os.path.join(common, "config"), "rb") as file:
        if file.read().count(b"[remote ") < 2:
            return True
    from unshipped.core.history.addresses import is_among  # noqa: PLC0415 - most have one remote

    addresses = lines(run(["remote", "get-url", "--all", remote], git_dir=common, accept=(0, 2, 128)))
    return any(is_among(one, places) for one in addresses)


def _moved(path: str, commit: str) -> datetime | None:
    """When a fetch or a push moved the branch there, by its reflog."""
    with contextlib.suppress(OSError, IndexError), open(path, "rb") as file:
        file.seek(max(0, os.stat(path).st_size - _TAIL))
        return _written(file.read().splitlines()[-1], commit)
    return None


def _cloned(path: str, commit: str) -> datetime | None:
    """When the clone was made, where it found the remote's default branch there. What was written since names
    that branch anew, and fetches nothing.
    """
    with contextlib.suppress(OSError), open(path, "rb") as file:
        first = file.readline(_TAIL)
        return _written(first, commit) if b"\tclone:" in first else None
    return None


def _written(entry: bytes, commit: str) -> datetime | None:
    """The time of an entry of a reflog, where it is about that commit."""
    with contextlib.suppress(ValueError, OverflowError):
        _, new, *_, seconds, _ = entry.partition(b"\t")[0].split(b" ")
        return datetime.fromtimestamp(int(seconds), UTC) if new == commit.encode() else None
    return None


def _mirrored(common: str) -> datetime | None:
    """When the last fetch of a mirror began: whatever it has is as the remote had it then, or later."""
    with contextlib.suppress(OSError):
        return datetime.fromtimestamp(os.stat(os.path.join(common, FETCHED)).st_mtime, UTC)
    return None
