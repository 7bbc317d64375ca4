"""Which closures differ between two commits."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.core.links import followed
from unshipped.core.model import Closure
from unshipped.core.paths import members
from unshipped.git import changes
from unshipped.git.beside import Beside
from unshipped.git.trees import read_links


def affected(git_dir: str, old: str, new: str, closures: Sequence[Closure]) -> list[list[str]]:
    """For each closure, the paths that differ. Links count as they stand in either commit."""
    before = Beside(lambda: read_links(git_dir, old))
    links = read_links(git_dir, new)
    paths = followed(closures, before.result() | links).paths
    found: list[list[str]] = [[] for _ in closures]
    for _entry, path in changes.entries(changes.between(git_dir, old, new, paths.roots())):
        for index in members(paths.of(path)):
            found[index].append(path.decode("utf-8", "surrogateescape"))
    return found
