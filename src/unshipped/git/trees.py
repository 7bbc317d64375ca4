"""What one commit's tree holds: paths, symbolic links and where they point."""

from __future__ import annotations

import re
from collections.abc import Mapping

from unshipped.core.closures.links import LONGEST
from unshipped.core.value import Value
from unshipped.errors import GitError, MissingObjectsError
from unshipped.git.aside import Aside
from unshipped.git.batch import short
from unshipped.git.process import run

_LISTED = ("ls-tree", "-r", "-z", "--full-tree")
_LINK = re.compile(rb"120000 blob ([0-9a-f]+)\t([^\0]*)\0")


class Tree(Value):
    """All files of a commit, and its symbolic links. A target of None could not be read."""

    listing: bytes
    links: dict[bytes, bytes | None]

    def files(self) -> list[bytes]:
        return [entry.partition(b"\t")[2] for entry in self.listing.split(b"\0")[:-1]]


def read_tree(git_dir: str, commit: str, begun: Aside | None = None) -> Tree:
    """The tree of a commit. A link whose blob this clone does not have has the target None. `begun` may have
    listed it already.
    """
    listing = begun.answer() if begun else None
    if listing is None:
        listing = run([*_LISTED, commit], git_dir=git_dir)
    return Tree(listing, link_texts(git_dir, commit, _links(listing)))


def unread(link: bytes) -> MissingObjectsError:
    """What a link leads to is not known, and so neither is what changed behind it."""
    return MissingObjectsError(
        f"the symbolic link {link.decode('utf-8', 'replace')!r} cannot be read in this partial clone",
        "git fetch --refetch --filter=blob:limit=1k, or use a full clone",
    )


def begin_tree(git_dir: str, commit: str) -> Aside:
    """Let git list the tree of a commit beside whatever is done meanwhile."""
    return Aside([*_LISTED, commit], git_dir)


def read_links(git_dir: str, commit: str) -> dict[bytes, bytes | None]:
    """The symbolic links of a commit's tree, each with its text; None where this clone lacks it."""
    return read_tree(git_dir, commit).links


def _links(listing: bytes) -> dict[bytes, bytes]:
    """Path and blob of every link. A path may hold the text of an entry: only where one begins it counts."""
    return {
        found[2]: found[1]
        for found in _LINK.finditer(listing)
        if found.start() == 0 or listing[found.start() - 1] == 0
    }


def link_texts(git_dir: str, commit: str, found: Mapping[bytes, bytes]) -> dict[bytes, bytes | None]:
    """The text of each link of a commit, from path and blob; None where this clone lacks the blob. What is
    longer than a link can be leads nowhere, and is empty.
    """
    named = {path: blob.decode("ascii") for path, blob in found.items()}
    blobs = sorted(set(named.values()))
    try:
        targets = short(git_dir, blobs, LONGEST)
    except GitError:  # a partial clone, and git may not fetch what it lacks
        missing = _missing(git_dir, commit)
        targets = short(git_dir, [blob for blob in blobs if blob not in missing], LONGEST)
    return {path: targets.get(blob) for path, blob in named.items()}


def _missing(git_dir: str, commit: str) -> frozenset[str]:
    """The objects of a commit's tree that this clone does not have."""
    out = run(["rev-list", "--objects", "--missing=print", "--max-count=1", commit], git_dir=git_dir)
    return frozenset(line[1:] for line in out.decode("ascii").splitlines() if line.startswith("?"))
