"""A branch's landings with what each of them changed, newest first, as one git prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from unshipped.git.aside import Aside
from unshipped.git.process import Child, first_line, refusal

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
_HALVES = (1200, 848)
"""So many landings are printed by each of two gits that are begun at once: the second has to find where it
begins.
"""


Row = list[str]
"""A commit of a chain: its time in seconds since the epoch, its id, and those of its parents."""


class Landings:
    """The chain of some revisions: rows, each with git's raw difference to the first parent (`:modes ids
    status NUL path NUL …`), empty where nothing changed. git starts at once.
    """

    def __init__(self, git_dir: str, *revisions: str) -> None:
        self._child = Child([*_COMMAND, *revisions, "--"], git_dir=git_dir, room=_ROOMY)

    def __iter__(self) -> Iterator[tuple[Row, bytes]]:
        return map(_taken_apart, _printed(self._child, b"\0\0"))

    def stop(self) -> None:
        """Nobody asks for more."""
        self._child.stop()


class Halves:
    """The newest landings of a tip, the same way, printed by two gits at once: each has half of them.

    What the second one prints is kept until the first half has been read. Where it did not get through, what
    it did not print whole is left out.
    """

    def __init__(self, git_dir: str, tip: str) -> None:
        first, second = _HALVES
        self._first = Landings(git_dir, f"--max-count={first}", tip)
        rest = (*_COMMAND, f"--skip={first}", f"--max-count={second}", tip, "--")
        self._second = Aside(rest, git_dir)

    def __iter__(self) -> Iterator[tuple[Row, bytes]]:
        try:
            yield from self._first
            last = b""
            for record in _pieces(self._second.read, b"\0\0"):
                if last:
                    yield _taken_apart(last)
                last = record
            if last and self._second.code == 0:
                yield _taken_apart(last)
        finally:
            self.stop()

    def stop(self) -> None:
        """Nobody asks for more."""
        self._first.stop()
        self._second.stop()


def rows(git_dir: str, *revisions: str) -> Iterator[Row]:
    """The same rows without the differences, which is a tenth of the work."""
    for row in _printed(Child([*_CHAIN, *revisions], git_dir=git_dir), b"\n"):
        yield row.decode("ascii").split(" ")


def _taken_apart(record: bytes) -> tuple[Row, bytes]:
    row, _, raw = record.lstrip(b"\0").partition(b"\0\n")
    return row.rstrip(b"\0").decode("ascii").split(), raw.rstrip(b"\0")


def _printed(child: Child, end: bytes) -> Iterator[bytes]:
    """What git prints, piece by piece. It is stopped where nobody asks for more. Raises `GitError` where it
    failed by itself.
    """
    complete = False
    try:
        yield from _pieces(child.read, end)
        complete = True
    finally:
        said = child.end(kill=not complete)
    if child.code:
        raise refusal(f"git: {first_line(said) or f'exit {child.code}'}", child.git_dir)


def _pieces(read: Callable[[int], bytes], end: bytes) -> Iterator[bytes]:
    rest = b""
    while chunk := read(_ROOMY):
        *pieces, rest = (rest + chunk).split(end)
        yield from pieces
    if rest:
        yield rest
