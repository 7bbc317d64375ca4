"""Whether the patterns of the map hold anything: one that matches nothing is an error, not an empty match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from unshipped.core.closures.links import followed, through
from unshipped.core.closures.patterns import compile_glob, encode, is_glob, literal_base
from unshipped.core.model import Closure, Code, Problem
from unshipped.core.paths import PathMap, members
from unshipped.core.value import Value
from unshipped.errors import GitError
from unshipped.git import changes
from unshipped.git.aside import Aside
from unshipped.git.memory import Covered
from unshipped.git.trees import Tree, read_tree, unread


class Coverage(Value):
    """The map with its links followed, and what is wrong with single closures."""

    paths: PathMap
    led: list[dict[bytes, bytes]]
    links: Mapping[bytes, bytes | None]
    """The links of the expected tree, each with its text; None where this clone lacks that."""
    problems: dict[int, Problem]
    covered: Covered | None = None
    """What may be remembered of the expected tree: where it was read, and alone has something for all."""
    gone: frozenset[int] = frozenset()
    """The closures of which the deployed tree alone has a file."""


def cover(
    git_dir: str,
    tip: str,
    closures: Sequence[Closure],
    deployed: Sequence[str],
    known: Covered | None,
    begun: Aside | None = None,
) -> Coverage:
    """Hold the closures against the expected tree and, where that has nothing, the deployed one. `known` is
    what was found for another commit: the tree is not read where nothing since can have changed the answer.
    `begun` may have listed the expected tree.
    """
    if known and _still(git_dir, known, tip):
        linked = followed(closures, known.links)
        return Coverage(linked.paths, linked.led, known.links, {}, Covered(tip, known.links))
    return _cover(git_dir, tip, closures, deployed, begun)


def _still(git_dir: str, known: Covered, tip: str) -> bool:
    """Whether nothing since can have left a pattern without anything, or turned a link."""
    if known.commit == tip:
        return True
    try:
        raw = changes.between(git_dir, known.commit, tip, [b""])
    except GitError:  # the commit is gone
        return False
    return changes.keeps_map(changes.parse(raw))


def _cover(
    git_dir: str, tip: str, closures: Sequence[Closure], deployed: Sequence[str], begun: Aside | None
) -> Coverage:
    tree = read_tree(git_dir, tip, begun)
    linked = followed(closures, tree.links)
    paths = linked.paths
    held = _Held(tree)
    problems: dict[int, Problem] = {}
    trees: dict[str, _Held] = {}

    def deployed_tree(at: int) -> _Held:
        commit = deployed[at]
        if commit not in trees:
            trees[commit] = _Held(read_tree(git_dir, commit))
        return trees[commit]

    for at, closure in enumerate(closures):
        for pattern in closure.paths:
            if held.has(pattern) or pattern in closure.optional or deployed_tree(at).has(pattern):
                continue
            problems.setdefault(at, _dead(pattern))
    gone = frozenset(at for at in members(_empty(closures, paths, held)) if at not in problems)
    for at in gone:
        if not _present(paths, deployed_tree(at).files) >> at & 1:
            problems[at] = Problem(
                Code.EMPTY_CLOSURE,
                "its patterns, less what is ignored, hold no file",
                "widen `paths` or narrow `ignore`",
            )
    for link, mask in linked.unread.items():
        for at in members(mask):
            problems.setdefault(at, unread(link).problem())
    links = {link: text for link, text in tree.links.items() if text is not None}
    whole = not trees and len(links) == len(tree.links)
    return Coverage(paths, linked.led, tree.links, problems, Covered(tip, links) if whole else None, gone)


class _Held:
    """What is in one tree: files, and every directory above them."""

    def __init__(self, tree: Tree) -> None:
        self.files = tree.files()
        self._links = tree.links
        self._all = set(self.files)
        for path in {path.rpartition(b"/")[0] for path in self.files}:
            part = path
            while part and part not in self._all:
                self._all.add(part)
                part = part.rpartition(b"/")[0]
        self._known: dict[str, bool] = {}

    def has(self, pattern: str) -> bool:
        answer = self._known.get(pattern)
        if answer is None:
            answer = self._known[pattern] = self._look(encode(pattern))
        return answer

    def _look(self, pattern: bytes) -> bool:
        if pattern in self._all or not pattern:
            return bool(self.files)
        if not is_glob(pattern):
            return not self._all.isdisjoint(through(pattern, self._links)[0])
        base, match = literal_base(pattern), compile_glob(pattern)
        return any(match(path) for path in self.files if path.startswith(base))


def _empty(closures: Sequence[Closure], paths: PathMap, held: _Held) -> int:
    """The closures of which the tree has no file. Who ignores nothing has what any of its patterns has."""
    doubtful = [
        at for at, one in enumerate(closures) if one.ignore or not any(held.has(path) for path in one.paths)
    ]
    present = _present(paths, held.files) if doubtful else 0
    return sum(1 << at for at in doubtful if not present >> at & 1)


def _present(paths: PathMap, files: Iterable[bytes]) -> int:
    mask = 0
    for path in files:
        mask |= paths.of(path)
    return mask


def _dead(pattern: str) -> Problem:
    return Problem(
        Code.DEAD_PATTERN,
        f"the pattern {pattern!r} matches nothing in either of the two commits",
        "correct it, or mark it: {path: …, optional: true}",
    )
