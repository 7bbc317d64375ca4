"""Which closures differ between two commits."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.core.closures.links import followed
from unshipped.core.closures.patterns import decode
from unshipped.core.history.difference import Difference
from unshipped.core.model import Closure, Problem
from unshipped.core.paths import members
from unshipped.git import changes
from unshipped.git.beside import beside
from unshipped.git.coverage import cover
from unshipped.git.memory import Memory
from unshipped.git.trees import link_texts, unread

_LINK = b"120000"


def affected(
    git_dir: str, old: str, new: str, closures: Sequence[Closure], memory: Memory
) -> list[list[str] | Problem]:
    """For each closure, the paths that differ; where none does and neither commit has what the map names, the
    reason why nobody knows. Links count as they stand in either commit. Raises `MissingObjectsError` where
    one of them cannot be read.
    """
    known = memory.covered(closures)
    covering = beside(lambda: cover(git_dir, new, closures, [old] * len(closures), known))
    differing = changes.parse(changes.between(git_dir, old, new, [b""]))
    before = _links_before(git_dir, old, differing)
    coverage = covering()
    if coverage.covered and not known:
        memory.keep_covered(closures, coverage.covered)
    links = {**before, **coverage.links}
    paths = followed(closures, links).paths if before else coverage.paths
    for link in (link for link, text in links.items() if text is None and paths.of(link)):
        raise unread(link)
    found: list[list[str]] = [[] for _ in closures]
    for path in differing.paths:
        for index in members(paths.of(path)):
            found[index].append(decode(path))
    return [paths or coverage.problems.get(at, paths) for at, paths in enumerate(found)]


def _links_before(git_dir: str, old: str, differing: Difference) -> dict[bytes, bytes | None]:
    """The links of the older tree that the newer one does not have as they were."""
    pairs = zip(differing.entries, differing.paths, strict=True)
    gone = {path: entry.split(b" ")[2] for entry, path in pairs if entry[1:7] == _LINK}
    return link_texts(git_dir, old, gone)
