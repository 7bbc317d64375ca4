"""What one commit's tree holds: paths, symbolic links and where they point."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from unshipped.git.process import run

_LINK = re.compile(rb"120000 blob ([0-9a-f]+)\t([^\0]*)\0")
_GITLINK = re.compile(rb"160000 commit [0-9a-f]+\t([^\0]*)\0")


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
    found = {path: blob for blob, path in _LINK.findall(listing)}
    targets = _contents(git_dir, sorted(set(found.values())))
    links = {path: targets.get(blob) for path, blob in found.items()}
    return Tree(listing, links, frozenset(_GITLINK.findall(listing)))


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
