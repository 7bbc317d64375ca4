"""Many blobs from one git, whatever their size."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.git.process import refusal, run


def contents(git_dir: str, blobs: Sequence[str]) -> dict[str, bytes]:
    """The content of each blob, whatever its size. Raises `GitError` where one is not here."""
    out, at, found = batch(git_dir, ["--batch"], blobs), 0, {}
    for blob in blobs:
        end = out.index(b"\n", at)
        said = out[at:end].rsplit(b" ", 1)[1]
        if said == b"missing":  # git before 2.44 ends where it may not fetch it
            raise refusal(f"git cat-file: unable to read sha1 {blob}: it is missing", git_dir)
        size = int(said)
        found[blob] = out[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return found


def short(git_dir: str, blobs: Sequence[str], most: int) -> dict[str, bytes]:
    """The content of each blob that has at most so many bytes; of a larger one, which may be of any size,
    nothing. Raises `GitError` where one is not here.
    """
    found = sizes(git_dir, blobs)
    return dict.fromkeys(blobs, b"") | contents(git_dir, [blob for blob in blobs if found[blob] <= most])


def sizes(git_dir: str, blobs: Sequence[str]) -> dict[str, int]:
    """How many bytes each blob has. Raises `GitError` where one is not here."""
    said = batch(git_dir, ["--buffer", "--batch-check=%(objectsize)"], blobs).decode("ascii").splitlines()
    for blob, size in zip(blobs, said, strict=True):
        if not size.isdecimal():  # git before 2.44 ends where it may not fetch it
            raise refusal(f"git cat-file: unable to read sha1 {blob}: it is missing", git_dir)
    return dict(zip(blobs, map(int, said), strict=True))


def batch(git_dir: str, options: Sequence[str], blobs: Sequence[str]) -> bytes:
    """What `git cat-file` says of blobs, with these options."""
    if not blobs:
        return b""
    return run(["cat-file", *options], git_dir=git_dir, stdin="\n".join(blobs).encode() + b"\n")
