"""A branch's landings with what each of them changed, newest first, as one git prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from unshipped.git.aside import Aside
from unshipped.git.child import MOST, Child
from unshipped.git.process import endless, first_line, refusal

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
_MOST = 2048
"""Going ahead, git prints so many landings with what they changed; further down they are listed without."""
_BETWEEN = b"\0\0"


Row = list[str]
"""A commit of a chain: its time in seconds since the epoch, its id, and those of its parents."""


class Landings:
    """The chain of some revisions: rows, each with git's raw difference to the first parent (`:modes ids
    status NUL path NUL …`), empty where nothing changed. git starts at once.
    """

    def __init__(self, git_dir: str, *revisions: str) -> None:
        self._child = Child([*_COMMAND, *revisions, "--"], git_dir=git_dir, room=_ROOMY)
        self._there = b""

    def __iter__(self) -> Iterator[tuple[Row, bytes]]:
        return map(_taken_apart, _printed(self._child, _BETWEEN, self._there))

    def at_hand(self) -> int | None:
        """How many landings can be read without waiting, at least; None where they are all."""
        while self._child.ready(0):
            if not (chunk := self._child.read()):
                return None
            self._there += chunk
        return self._there.count(_BETWEEN)

    def stop(self) -> None:
        """Nobody asks for more."""
        self._child.stop()


class Ahead:
    """The newest landings of a tip, the same way, begun before anybody reads them.

    Who begins to read has nothing else to do: where what was printed by then is not enough, and the end far
    off, a second git prints what lies behind. That is kept until the first one's share has been read; where
    the second one did not get through, what it did not print whole is left out.
    """

    def __init__(self, git_dir: str, tip: str) -> None:
        self._git_dir, self._tip = git_dir, tip
        self._first = Landings(git_dir, f"--max-count={_MOST}", tip)
        self._second: Aside | None = None

    def __iter__(self) -> Iterator[tuple[Row, bytes]]:
        try:
            printed = self._first.at_hand()
            reading = iter(self._first)
            yield from islice(reading, printed)
            share = _share(printed)
            if share < _MOST:
                behind = (f"--skip={share}", f"--max-count={_MOST - share}", self._tip, "--")
                self._second = Aside((*_COMMAND, *behind), self._git_dir)
            yield from islice(reading, share - (printed or 0))
            if self._second:
                self._first.stop()
                yield from _whole(self._second)
        finally:
            self.stop()

    def stop(self) -> None:
        """Nobody asks for more."""
        self._first.stop()
        if self._second:
            self._second.stop()


def _share(printed: int | None) -> int:
    """How many landings the first of two gits prints, of which it has printed some; all where it would have
    finished before a second one came so far. That one finds its way faster than the first one prints.
    """
    if printed is None or printed >= _MOST // 4:
        return _MOST
    return (_MOST + printed) * 5 // 9


def _whole(printing: Aside) -> Iterator[tuple[Row, bytes]]:
    """What was printed, but for a last landing that was cut off."""
    last = b""
    for record in _pieces(printing.read, _BETWEEN):
        if last:
            yield _taken_apart(last)
        last = record
    if last and printing.code == 0:
        yield _taken_apart(last)


def rows(git_dir: str, *revisions: str) -> Iterator[Row]:
    """The same rows without the differences, which is a tenth of the work."""
    for row in _printed(Child([*_CHAIN, *revisions], git_dir=git_dir), b"\n"):
        yield row.decode("ascii").split(" ")


def _taken_apart(record: bytes) -> tuple[Row, bytes]:
    row, _, raw = record.lstrip(b"\0").partition(b"\0\n")
    return row.rstrip(b"\0").decode("ascii").split(), raw.rstrip(b"\0")


def _printed(child: Child, end: bytes, there: bytes = b"") -> Iterator[bytes]:
    """What git prints, piece by piece, after what was read already. It is stopped where nobody asks for more.
    Raises `GitError` where it failed by itself.
    """
    complete = False
    try:
        yield from _pieces(child.read, end, there)
        complete = True
    finally:
        said = child.end(kill=not complete)
    if child.code:
        raise refusal(f"git: {first_line(said) or f'exit {child.code}'}", child.git_dir)


def _pieces(read: Callable[[int], bytes], end: bytes, there: bytes = b"") -> Iterator[bytes]:
    *pieces, rest = there.split(end)
    yield from pieces
    while chunk := read(_ROOMY):
        *pieces, rest = (rest + chunk).split(end)
        yield from pieces
        if len(rest) > MOST:
            raise endless("what one commit changed")
    if rest:
        yield rest
