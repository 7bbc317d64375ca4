"""How old this clone's idea of a remote's branch is."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime

from unshipped.git.process import common_dir

_TAIL = 4096
"""No line of a reflog is longer."""


def seen_at(git_dir: str, ref: str, commit: str) -> datetime | None:
    """When a remote's branch was last seen to be at that commit; None where nothing tells.

    Each worktree writes down for itself what it fetched, which then is there for all of them. A fetch that
    failed, or that was of something else, writes as well: what it wrote is held against the branch.
    """
    if not ref.startswith("refs/remotes/"):
        return None
    common = common_dir(git_dir)
    written = [_fetched(os.path.join(folder, "FETCH_HEAD"), ref, commit) for folder in _worktrees(common)]
    return max(filter(None, [*written, _moved(os.path.join(common, "logs", ref), commit)]), default=None)


def left_out(git_dir: str, commit: str) -> bool:
    """Whether the last fetch, if it was one of all branches, found none at that commit."""
    with contextlib.suppress(OSError), open(os.path.join(git_dir, "FETCH_HEAD"), "rb") as file:
        found = f"{commit}\t".encode()
        return not any(line.startswith(found) and b"\ttag '" not in line for line in file)
    return True


def _worktrees(common: str) -> list[str]:
    """The directories that the worktrees have for themselves; the first one's is the common one."""
    linked = os.path.join(common, "worktrees")
    with contextlib.suppress(OSError):
        return [common, *(os.path.join(linked, name) for name in os.listdir(linked))]
    return [common]


def _fetched(path: str, ref: str, commit: str) -> datetime | None:
    """When a fetch was written down that found the branch there."""
    branch = ref.removeprefix("refs/remotes/").partition("/")[2]
    with contextlib.suppress(OSError), open(path, "rb") as file:
        said = file.read()
        found = any(
            os.fsencode(f"{commit}\t{merged}\t{what} of ") in said
            for merged in ("", "not-for-merge")
            for what in (f"branch '{branch}'", f"'{commit}'")
        )
        return datetime.fromtimestamp(os.stat(file.fileno()).st_mtime, UTC) if found else None
    return None


def _moved(path: str, commit: str) -> datetime | None:
    """When a fetch or a push moved the branch there, by its reflog."""
    with contextlib.suppress(OSError, ValueError, IndexError, OverflowError), open(path, "rb") as file:
        file.seek(max(0, os.stat(path).st_size - _TAIL))
        entry = file.read().splitlines()[-1].partition(b"\t")[0]
        _, new, *_, seconds, _ = entry.split(b" ")
        return datetime.fromtimestamp(int(seconds), UTC) if new == commit.encode() else None
    return None
