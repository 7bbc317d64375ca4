"""Titles, authors and times of commits."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from unshipped.core.history.subjects import pull_request
from unshipped.core.value import Value
from unshipped.errors import MissingObjectsError
from unshipped.git.freshness import FETCHED
from unshipped.git.process import run

_TITLE = "--format=%x00%H%x00%s%x00%aN%x00%P%x00%b%x00"
_AUTHOR = "--format=%aN%x00%aE"
_LONGEST = 1000
"""No title and no name has more characters that a person wrote; git takes any number of them."""
LAST_SECOND = 253402300799
"""Of the year 9999."""


class Title(Value):
    """What is shown of a commit."""

    subject: str = ""
    author: str = ""
    pull_request: int | None = None


def describe(git_dir: str, commits: Iterable[str]) -> dict[str, Title]:
    """The title of each commit, as text; bytes that are no UTF-8 are replaced."""
    asked = sorted(set(commits))
    if not asked:
        return {}
    listing = ["rev-list", "--no-walk=unsorted", "--stdin", "--encoding=UTF-8", _TITLE]
    out = _mapped(git_dir, listing, "\n".join(asked).encode() + b"\n")
    fields = out.decode("utf-8", "replace").split("\0")
    return {
        commit: Title(subject[:_LONGEST], author[:_LONGEST], numbered(subject, parents, body))
        for commit, subject, author, parents, body in zip(
            *(fields[at::6] for at in range(1, 6)), strict=False
        )
    }


def numbered(subject: str, parents: str, body: str) -> int | None:
    """The pull request that a commit names. In a body it counts for a merge alone: others only quote it."""
    return pull_request(subject, body if " " in parents else "")


def authors(git_dir: str, most: int) -> list[tuple[str, str]]:
    """(name, address) of whoever made the newest commits of all branches, as text, each once."""
    log = ["log", "--all", f"--max-count={most}", "--no-show-signature", "--encoding=UTF-8", "-z", _AUTHOR]
    fields = _mapped(git_dir, log).decode("utf-8", "replace").split("\0")
    return list(dict.fromkeys(zip(fields[::2], fields[1::2], strict=False)))


def _mapped(git_dir: str, words: Sequence[str], stdin: bytes = b"") -> bytes:
    """What git says, with the repository's own `.mailmap`, by which people have one name and address: git
    looks for it where it was started. HEAD of a mirror names no branch. A partial clone may lack the file:
    people are called as in their commits then.
    """
    head = "origin/HEAD" if os.path.exists(os.path.join(git_dir, FETCHED)) else "HEAD"
    try:
        return run(["-c", f"mailmap.blob={head}:.mailmap", *words], git_dir=git_dir, stdin=stdin)
    except MissingObjectsError:
        return run(["-c", "mailmap.blob=", *words], git_dir=git_dir, stdin=stdin)


def times(git_dir: str, commits: Iterable[str]) -> dict[str, datetime]:
    """When each commit was made, by its committer's clock. Left out where that is no date of our calendar."""
    out = run(
        ["rev-list", "--no-walk=unsorted", "--stdin", "--format=%x00%H %ct%x00"],
        git_dir=git_dir,
        stdin="".join(f"{commit}\n" for commit in sorted(set(commits))).encode(),
    )
    pairs = (pair.split() for pair in out.decode("ascii").split("\0")[1::2])
    return {
        commit: datetime.fromtimestamp(int(seconds), UTC)
        for commit, seconds in pairs
        if int(seconds) <= LAST_SECOND
    }


def equivalent(git_dir: str, tip: str, deployed: str) -> frozenset[str]:
    """Commits on either side of `tip...deployed` whose patch the other side has too (as `git cherry`).

    Raises `GitError` where a blob that it needs is missing in a partial clone.
    """
    out = run(["rev-list", "--no-merges", "--cherry-mark", f"{tip}...{deployed}"], git_dir=git_dir)
    return frozenset(line[1:] for line in out.decode("ascii").splitlines() if line.startswith("="))
