"""The content of files, by the id of their blobs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from typing import IO, Self

from unshipped.errors import GitError, MissingObjectsError
from unshipped.git.batch import contents, sizes
from unshipped.git.child import command, environment
from unshipped.ports import MOST_BYTES

_FEW = 200
"""More at once are read by a git of their own, which need not wait for each question."""


class MissingBlobsError(MissingObjectsError):
    """This partial clone does not have what was asked for."""

    def __init__(self) -> None:
        super().__init__(
            "files that a closure is derived from are missing in this partial clone",
            "git fetch --refetch --filter=blob:limit=1m, or use a full clone",
        )


def read_blobs(git_dir: str, blobs: Iterable[str]) -> dict[str, bytes | None]:
    """The content of each blob; None where it is larger than `MOST_BYTES`. Raises `MissingBlobsError`."""
    wanted = sorted(set(blobs))
    try:
        found = sizes(git_dir, wanted)
        small = [blob for blob in wanted if found[blob] <= MOST_BYTES]
        return dict.fromkeys(wanted) | contents(git_dir, small)
    except GitError as error:
        raise MissingBlobsError from error


class Blobs:
    """The same, for many small questions: one git answers them for as long as this is open."""

    def __init__(self, git_dir: str) -> None:
        self._git_dir = git_dir
        self._asked: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._asked.values():
            child.kill()
            child.communicate()
        self._asked.clear()

    def __call__(self, blobs: Iterable[str]) -> dict[str, bytes | None]:
        wanted = sorted(set(blobs))
        if len(wanted) > _FEW:
            return read_blobs(self._git_dir, wanted)
        try:
            return self._contents(wanted)
        except (OSError, ValueError):  # it is not here: the other way says why
            self.__exit__()
            return read_blobs(self._git_dir, wanted)

    def _contents(self, blobs: Sequence[str]) -> dict[str, bytes | None]:
        """Everything is asked before anything is read: what is asked fits into a pipe."""
        sizes = self._ask("--batch-check=%(objectsize)", blobs)
        small = [blob for blob in blobs if int(sizes.readline()) <= MOST_BYTES]
        answers = self._ask("--batch", small)
        found: dict[str, bytes | None] = dict.fromkeys(blobs)
        for blob in small:
            size = int(answers.readline().rsplit(b" ", 1)[-1])
            read = answers.read(size + 1)
            if len(read) <= size:
                raise OSError("git left in the middle of an answer")
            found[blob] = read[:size]
        return found

    def _ask(self, option: str, blobs: Sequence[str]) -> IO[bytes]:
        """What git says of them is read from there."""
        child = self._child(option)
        if child.stdin is None or child.stdout is None:
            raise OSError("git cannot be asked")
        child.stdin.write("".join(f"{blob}\n" for blob in blobs).encode())
        child.stdin.flush()
        return child.stdout

    def _child(self, option: str) -> subprocess.Popen[bytes]:
        if option not in self._asked:
            self._asked[option] = subprocess.Popen(
                command(["cat-file", option], self._git_dir),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
            )
        return self._asked[option]
