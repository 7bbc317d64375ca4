"""A branch's landings with what each of them changed, newest first, as one git prints them."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.errors import GitError
from unshipped.git.process import Child

# One pass instead of a list of the chain and then the differences: a commit is read once for both. Settings
# that `git log` heeds, and plumbing does not, are said here; the tests turn each of them.
_COMMAND = (
    *("-c", "log.diffMerges=separate", "-c", "log.showRoot=true"),
    *("log", "--first-parent", "-m", "--raw", "-r", "-z", "--no-abbrev", "--no-renames", "--no-relative"),
    *("--ignore-submodules=none", "--no-color", "--no-decorate", "--no-notes", "--no-show-signature"),
    "--format=%x00%ct %H %P",
)
_CHAIN = ("rev-list", "--first-parent", "--parents", "--timestamp")
_ROOMY = 1 << 20
"""As many bytes wait in a pipe, where the system can do that: git goes on while nobody reads."""


class Landings:
    """The chain of some revisions: rows of `TIME COMMIT PARENT…`, each with git's raw difference to the first
    parent, `:modes ids status NUL path NUL …`, empty where nothing changed. git starts at once.
    """

    def __init__(self, git_dir: str, *revisions: str) -> None:
        self._child = Child([*_COMMAND, *revisions, "--"], git_dir=git_dir, room=_ROOMY)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        for record in _printed(self._child, b"\0\0"):
            row, _, raw = record.lstrip(b"\0").partition(b"\0\n")
            yield row.rstrip(b"\0").decode("ascii").rstrip(" "), raw.rstrip(b"\0")

    def stop(self) -> None:
        """Nobody asks for more."""
        if self._child.code is None:
            self._child.end(kill=True)


def rows(git_dir: str, *revisions: str) -> Iterator[str]:
    """The same rows without the differences, which is a tenth of the work."""
    for row in _printed(Child([*_CHAIN, *revisions], git_dir=git_dir), b"\n"):
        yield row.decode("ascii")


def _printed(child: Child, end: bytes) -> Iterator[bytes]:
    """What git prints, piece by piece. It is stopped where nobody asks for more. Raises `GitError` where it
    failed by itself.
    """
    rest, complete = b"", False
    try:
        while chunk := child.read():
            *pieces, rest = (rest + chunk).split(end)
            yield from pieces
        complete = True
        if rest:
            yield rest
    finally:
        said = child.end(kill=not complete)
    if child.code:
        raise GitError(f"git: {said.decode('utf-8', 'replace').strip()[:300]}")
