"""Who contains whom: reachability over a range of history, for many deployed commits at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from unshipped.core.value import Value


class Graph(Value):
    """Commits with times (seconds since the epoch) and parents, children before parents.

    `parents[i]` are commit ids, `links[i]` the indices of those that are in the graph.
    """

    tip: str
    commits: list[str]
    times: list[int]
    parents: list[list[str]]
    links: list[list[int]]
    place: dict[str, int]

    @classmethod
    def parse(cls, lines: Iterable[str], tip: str) -> Graph:
        """From the lines `TIME COMMIT PARENT…` of `git rev-list --topo-order --parents --timestamp`."""
        return cls.of([line.split(" ") for line in lines], tip)

    @classmethod
    def of(cls, rows: Sequence[list[str]], tip: str) -> Graph:
        """From such lines, each of them its words."""
        commits = [row[1] for row in rows]
        place = {commit: at for at, commit in enumerate(commits)}
        parents = [row[2:] for row in rows]
        links = [[place[parent] for parent in row if parent in place] for row in parents]
        return cls(tip, commits, [int(row[0]) for row in rows], parents, links, place)

    def chain(self) -> list[int]:
        """Indices of the tip's first-parent chain, newest first, as far as the graph goes."""
        chain, at = [], self.place.get(self.tip)
        while at is not None:
            chain.append(at)
            parents = self.parents[at]
            at = self.place.get(parents[0]) if parents else None
        return chain

    def all_contain(self, base: str, commits: Iterable[str]) -> bool:
        """Whether every one of `commits` has `base` among its ancestors, or is it."""
        owners = {commit: 1 << at for at, commit in enumerate(commits)}
        everyone = (1 << len(owners)) - 1
        return self.reach(owners)[self.place[base]] == everyone

    def reach(self, owners: Mapping[str, int]) -> list[int]:
        """For each commit, the set of owners whose commit contains it. `owners` maps a commit to a set."""
        reached = [0] * len(self.commits)
        for commit, owner in owners.items():
            if commit in self.place:
                reached[self.place[commit]] |= owner
        for at, links in enumerate(self.links):
            if mask := reached[at]:
                for parent in links:
                    reached[parent] |= mask
        return reached

    def landings(self, chain: list[int], contained: list[int]) -> list[int]:
        """For each commit of the tip's history, the place in `chain` of the landing that brought it.

        `contained[i]` is not 0 where the tip contains commit `i`; elsewhere the answer is -1.
        """
        brought = [-1] * len(self.commits)
        on_chain = set(chain)
        for place, at in enumerate(chain):
            brought[at] = place
        for at, links in enumerate(self.links):
            if not contained[at]:
                continue
            for parent in links:
                if parent not in on_chain and brought[parent] < brought[at]:
                    brought[parent] = brought[at]
        return brought
