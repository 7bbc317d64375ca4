"""Small histories by hand, without git: commits are numbers, trees are mappings from path to content.

story = Story()
base = story.commit({"api/app": "1"})
fix = story.commit({"api/app": "2"}, base)
story.ledger(fix, [(base, Closure(("api",)))]).tally(0)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from unshipped.core.history.difference import Difference
from unshipped.core.history.graph import Graph
from unshipped.core.history.ledger import Ledger
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap

Content = dict[str, str | None]
Tree = dict[str, str]
Asked = Sequence[tuple[int, Closure]]
"""(deployed commit, closure)."""


@dataclass
class Commit:
    parents: tuple[int, ...]
    tree: Tree
    time: int


@dataclass
class Story:
    """Commits are written parents first; each has its first parent's tree, changed by what it says."""

    commits: list[Commit] = field(default_factory=list)

    def commit(self, changed: Content, *parents: int, time: int | None = None) -> int:
        tree = dict(self.commits[parents[0]].tree) if parents else {}
        for path, content in changed.items():
            if content is None:
                tree.pop(path, None)
            else:
                tree[path] = content
        number = len(self.commits)
        self.commits.append(Commit(parents, tree, number if time is None else time))
        return number

    def tree(self, number: int) -> Tree:
        return self.commits[number].tree

    def reach(self, *tops: int) -> set[int]:
        """The commits and all of their ancestors."""
        found, waiting = set(), list(tops)
        while waiting:
            if (number := waiting.pop()) not in found:
                found.add(number)
                waiting += self.commits[number].parents
        return found

    def graph(self, tip: int, *others: int) -> Graph:
        """What `git rev-list` would list: children before parents."""
        listed = sorted(self.reach(tip, *others), reverse=True)
        rows = [(self.commits[n].time, n, *self.commits[n].parents) for n in listed]
        return Graph.parse([" ".join(map(str, row)) for row in rows], str(tip))

    def difference(self, old: int | None, new: int) -> Difference:
        """What `git diff-tree` would print of two trees."""
        before, after = {} if old is None else self.tree(old), self.tree(new)
        paths = differing(before, after)
        entries = [_entry(before.get(path), after.get(path)) for path in paths]
        return Difference(entries, [path.encode() for path in paths])

    def ledger(self, tip: int, asked: Asked) -> Ledger:
        """The ledger of all questions at once, settled."""
        deployed = [commit for commit, _ in asked]
        ledger = Ledger(self.graph(tip, *deployed), [str(commit) for commit in deployed])
        changes = {
            commit: self.difference(int(parent) if parent else None, int(commit))
            for commit, parent in ledger.edges()
        }
        apart = {str(commit): self.difference(commit, tip) for commit in deployed}
        ledger.settle(PathMap([closure for _, closure in asked]), changes, apart)
        return ledger


def differing(before: Tree, after: Tree) -> list[str]:
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _entry(before: str | None, after: str | None) -> bytes:
    old, new = ("000000" if content is None else "100644" for content in (before, after))
    status = "A" if before is None else "D" if after is None else "M"
    return f":{old} {new} {before or 0} {after or 0} {status}".encode()
