"""The content of files, by the id of their blobs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unshipped.errors import GitError
from unshipped.git.process import run
from unshipped.ports import MOST_BYTES


class MissingBlobsError(GitError):
    """This partial clone does not have what was asked for."""

    def __init__(self) -> None:
        super().__init__(
            "files that a closure is derived from are missing in this partial clone",
            "git fetch --refetch --filter=blob:limit=1m, or use a full clone",
        )


def read_blobs(git_dir: str, blobs: Iterable[str]) -> dict[str, bytes | None]:
    """The content of each blob; None where it is larger than `MOST_BYTES`. Raises `MissingBlobsError`."""
    wanted = sorted(set(blobs))
    sizes = _sizes(git_dir, wanted)
    small = [blob for blob in wanted if sizes[blob] <= MOST_BYTES]
    try:
        return dict.fromkeys(wanted) | contents(git_dir, small)
    except GitError as error:
        raise MissingBlobsError from error


def contents(git_dir: str, blobs: Sequence[str]) -> dict[str, bytes]:
    """The content of each blob, whatever its size. Raises `GitError` where one is not here."""
    out, at, found = _batch(git_dir, ["--batch"], blobs), 0, {}
    for blob in blobs:
        end = out.index(b"\n", at)
        size = int(out[at:end].rsplit(b" ", 1)[1])
        found[blob] = out[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return found


def _sizes(git_dir: str, blobs: Sequence[str]) -> dict[str, int]:
    try:
        out = _batch(git_dir, ["--buffer", "--batch-check=%(objectsize)"], blobs)
    except GitError as error:  # git before 2.44 gives up where it may not fetch what it lacks
        raise MissingBlobsError from error
    lines = out.decode("ascii").splitlines()
    if any(not line.isdecimal() for line in lines):
        raise MissingBlobsError
    return {blob: int(line) for blob, line in zip(blobs, lines, strict=True)}


def _batch(git_dir: str, options: Sequence[str], blobs: Sequence[str]) -> bytes:
    if not blobs:
        return b""
    return run(["cat-file", *options], git_dir=git_dir, stdin="\n".join(blobs).encode() + b"\n")
