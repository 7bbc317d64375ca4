"""What one commit's tree holds: paths, symbolic links and where they point."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from unshipped.git.process import run

_LINK = re.compile(rb"(?:\A|(?<=\0))120000 blob ([0-9a-f]+)\t([^\0]*)\0")
_GITLINK = re.compile(rb"(?:\A|(?<=\0))160000 commit [0-9a-f]+\t([^\0]*)\0")


@dataclass(frozen=True, slots=True)
class Tree:
    """All files of a commit, and its symbolic links. A target of None could not be read."""

    listing: bytes
    links: dict[bytes, bytes | None]
    submodules: frozenset[bytes]

    def files(self) -> list[bytes]:
        return [entry.partition(b"\t")[2] for entry in self.listing.split(b"\0")[:-1]]


def read_tree(git_dir: str, commit: str) -> Tree:
    """The tree of a commit. A link whose blob this clone does not have has the target None."""
    listing = run(["ls-tree", "-r", "-z", "--full-tree", commit], git_dir=git_dir)
    return Tree(listing, _links(git_dir, listing), frozenset(_GITLINK.findall(listing)))


def read_links(git_dir: str, commit: str) -> dict[bytes, bytes | None]:
    """The symbolic links of a commit's tree, each with its text; None where this clone lacks it."""
    return _links(git_dir, run(["ls-tree", "-r", "-z", "--full-tree", commit], git_dir=git_dir))


def _links(git_dir: str, listing: bytes) -> dict[bytes, bytes | None]:
    found = {path: blob for blob, path in _LINK.findall(listing)}
    targets = _contents(git_dir, sorted(set(found.values())))
    return {path: targets.get(blob) for path, blob in found.items()}


def _contents(git_dir: str, blobs: Iterable[bytes]) -> dict[bytes, bytes]:
    """The text of small blobs, of those that are here."""
    asked = list(blobs)
    if not asked:
        return {}
    out = run(["cat-file", "--batch"], git_dir=git_dir, stdin=b"\n".join(asked) + b"\n")
    contents, at = {}, 0
    for blob in asked:
        header, _, _ = out[at : at + 200].partition(b"\n")
        at += len(header) + 1
        if header.endswith(b" missing"):
            continue
        size = int(header.rsplit(b" ", 1)[1])
        contents[blob] = out[at : at + size]
        at += size + 1
    return contents
