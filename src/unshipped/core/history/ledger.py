"""What is not live, for all closures of one branch at once: landings, commits, content.

The definitions are those of `docs/concepts/drift.md`. A closure's content differs where a path that it
holds has another entry (object id or mode) in the deployed tree than in the expected one. Along the
first-parent chain that follows from the changes themselves: the entry before the oldest undeployed change
of a path is the deployed one, the entry after the newest is the expected one. So no tree is compared, and
a thousand closures cost little more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from unshipped.core.closures.counter import Counter
from unshipped.core.closures.eras import Eras
from unshipped.core.closures.patterns import decode
from unshipped.core.history.difference import Difference
from unshipped.core.history.graph import Graph
from unshipped.core.history.times import Times
from unshipped.core.model import Question
from unshipped.core.paths import PathMap, members
from unshipped.core.value import Value

_OLD_ID = len(":100644 100644 ")
"""Where, in what git says of a changed path, the id of its content before begins."""


class Landing(Value):
    """One commit of the chain, with the closures for which it is undeployed and touches something."""

    commit: int
    touched: int
    effective: int
    """Those of `touched` for which it touches a path whose content still differs."""


class Tally(Value):
    """The counts of one closure. `oldest` is an index into the graph, or None where nothing is missing."""

    differs: bool
    changes: int
    cancelled: int
    behind: int
    oldest: int | None


class Ledger:
    """The range between a tip and what serves, arranged so that every question is a look-up.

    Without `asked` all closures are asked about; it is the set of those that are.
    """

    def __init__(
        self,
        graph: Graph,
        deployed: Sequence[str],
        boundary: frozenset[str] = frozenset(),
        asked: int | None = None,
    ) -> None:
        owners: dict[str, int] = {}
        for at, commit in enumerate(deployed):
            owners[commit] = owners.get(commit, 0) | 1 << at
        self.graph = graph
        self.deployed = deployed
        self._all = (1 << len(deployed)) - 1
        self.everyone = self._all if asked is None else asked
        self.chain = graph.chain()
        self._contained = graph.reach({graph.tip: 1})
        self._deployed_in = graph.reach(owners)
        on_chain = {graph.commits[at] for at in self.chain}
        self.off_chain = sum(mask for commit, mask in owners.items() if commit not in on_chain)
        ends = [graph.place[commit] for commit in boundary & graph.place.keys()]
        self.cut_short = self._cut_short(ends)
        self.uncounted = self.cut_short | (self._perhaps_deployed(ends) if ends else 0)
        self._brought: list[int] | None = None
        self._inside: dict[int, list[int]] | None = None
        self._held: dict[int, list[tuple[str, int]]] = {}

    def _cut_short(self, ends: Sequence[int]) -> int:
        """Closures between whose two commits history ends because the clone is shallow."""
        short = 0
        for at in ends:
            short |= self.undeployed(at) if self._contained[at] else self._deployed_in[at]
        return short

    def _perhaps_deployed(self, ends: Sequence[int]) -> int:
        """Closures that may have what the tip brings: behind an end, in what does not itself stand on it."""
        brought = [at for at, there in enumerate(self._contained) if there and self.undeployed(at)]
        standing = self.graph.reach({self.graph.commits[at]: 1 << bit for bit, at in enumerate(brought)})
        perhaps = 0
        for end in ends:
            for bit in members(~standing[end] & ((1 << len(brought)) - 1)):
                perhaps |= self._deployed_in[end] & self.undeployed(brought[bit])
        return perhaps

    def undeployed(self, at: int) -> int:
        """The closures whose deployed commit does not contain commit `at`."""
        return self.everyone & ~self._deployed_in[at]

    def edges(self) -> list[tuple[str, str]]:
        """The (commit, first parent) pairs whose differences are needed."""
        graph, chain = self.graph, set(self.chain)
        wanted = []
        for at, commit in enumerate(graph.commits):
            parents = graph.parents[at]
            if len(parents) > 1 and at not in chain:
                continue
            if self.undeployed(at) if self._contained[at] else self._deployed_in[at]:
                wanted.append((commit, parents[0] if parents else ""))
        return wanted

    def settle(
        self,
        paths: PathMap,
        changes: Mapping[str, Difference],
        apart: Mapping[str, Difference],
        questions: Sequence[Question] = (),
        *,
        commits: bool = True,
    ) -> None:
        """Count everything; single commits only where `commits` asks for them. `changes` answers `edges()`;
        `apart[D]` is the difference between the tip and each deployed commit `D` that lies off the chain.
        `questions` say which closures changed on the way.
        """
        self._paths, self._changes = paths, changes
        self._eras = Eras(questions, [self.graph.commits[at] for at in self.chain])
        self._differ = self._differing(apart)
        self.landings = self._settle_landings()
        self._touching = self._settle_commits() if commits or self.off_chain else {}
        self._count()

    def _differing(self, apart: Mapping[str, Difference]) -> dict[bytes, int]:
        """For closures deployed off the chain: which of them have another entry at each path."""
        differ: dict[bytes, int] = {}
        for at in members(self.off_chain):
            for path in apart[self.deployed[at]].paths:
                if self._paths.of(path) >> at & 1:
                    differ[path] = differ.get(path, 0) | 1 << at
        return differ

    def _settle_landings(self) -> list[Landing]:
        landings: list[Landing] = []
        held: list[int] = []
        newest: dict[bytes, bytes] = {}
        alike: set[bytes] = set()
        of = self._paths.of
        for place, at in enumerate(self.chain):
            open_for = self.undeployed(at)
            if not open_for:
                break
            change, here = self._changes[self.graph.commits[at]], 0
            for entry, path in zip(change.entries, change.paths, strict=True):
                holders = of(path) & open_for
                if not holders:
                    continue
                here |= holders
                expected = newest.get(path)
                if expected is None:
                    newest[path] = _after(entry)[1]
                elif entry.startswith(expected, _OLD_ID):
                    alike.add(path)
            held.append(here)
            touched = self._eras.counted(place, change.paths, here)
            landings.append(Landing(at, touched, touched))
        events = self._events(landings, held, alike)
        came_back = {
            path: self._differs_at(path, found) for path, found in events.items() if _came_back(found)
        }
        weighed = {place for path in came_back for place, _ in events[path]}
        for place, landing in enumerate(landings):
            if place in weighed or landing.touched & self.off_chain:
                landings[place] = self._weighed(landing, came_back)
        return landings

    def _events(
        self, landings: list[Landing], held: list[int], paths: set[bytes]
    ) -> dict[bytes, list[tuple[int, bytes]]]:
        """For some paths, the landings that touch them: where, newest first, and what git says of each. Of
        closures that changed on the way also what does not count: content is what it is.
        """
        events: dict[bytes, list[tuple[int, bytes]]] = {path: [] for path in paths}
        for place, landing in enumerate(landings if paths else ()):
            change = self._changes[self.graph.commits[landing.commit]]
            if paths.isdisjoint(change.paths):
                continue
            for entry, path in zip(change.entries, change.paths, strict=True):
                if path in paths and self._paths.of(path) & held[place]:
                    events[path].append((place, entry))
        return events

    def _weighed(self, landing: Landing, came_back: Mapping[bytes, int]) -> Landing:
        """The landing, effective only where it touches something that still differs: content may have come
        back to what it was, and off the chain the deployed tree is another one.
        """
        paths = self._changes[self.graph.commits[landing.commit]].paths
        effective = self._paths.union([path for path in paths if path not in came_back])
        for path in came_back.keys() & paths:
            effective |= came_back[path]
        effective &= ~self.off_chain
        if landing.touched & self.off_chain:
            for path in self._differ.keys() & paths:
                effective |= self._differ[path]
        return Landing(landing.commit, landing.touched, effective & landing.touched)

    def _differs_at(self, path: bytes, events: list[tuple[int, bytes]]) -> int:
        """The closures on the chain that hold the path and whose deployed entry is not the expected one."""
        expected, differs = _after(events[0][1]), 0
        for order, (place, entry) in enumerate(events):
            if _before(entry) != expected:
                oldest_here = self.undeployed(self.chain[place])
                if order + 1 < len(events):
                    oldest_here &= ~self.undeployed(self.chain[events[order + 1][0]])
                differs |= oldest_here
        return differs & self._paths.of(path)

    def _settle_commits(self) -> dict[int, int]:
        """Non-merge commits that touch a closure which lacks them, or which alone has them."""
        touching = {}
        landed = {landing.commit: landing.touched for landing in self.landings}
        for at, commit in enumerate(self.graph.commits):
            if len(self.graph.parents[at]) > 1 or commit not in self._changes:
                continue
            mask = landed.get(at)
            if mask is None:
                mask = self.undeployed(at) if self._contained[at] else self._deployed_in[at]
                paths = self._changes[commit].paths
                mask &= self._paths.union(paths)
                if mask & self._eras.changing and (place := self.brought_by(at)) is not None:
                    mask = self._eras.counted(place, paths, mask)
            if mask:
                touching[at] = mask
        return touching

    def _count(self) -> None:
        size = len(self.deployed)
        changes, cancelled, behind = Counter(), Counter(), Counter()
        differs, seen = 0, 0
        self._oldest: dict[int, int] = {}
        for landing in reversed(self.landings):
            changes.add(landing.effective)
            cancelled.add(landing.touched & ~landing.effective)
            differs |= landing.effective
            if fresh := landing.effective & ~seen:
                seen |= fresh
                for member in members(fresh):
                    self._oldest[member] = landing.commit
        for at, mask in self._touching.items():
            if self._contained[at]:
                behind.add(mask)
        for mask in self._differ.values():
            differs |= mask
        self._differs = differs
        self._changes_of, self._cancelled_of = changes.totals(size), cancelled.totals(size)
        self._behind_of = behind.totals(size)

    def tally(self, closure: int) -> Tally:
        """The counts of one closure."""
        return Tally(
            bool(self._differs >> closure & 1),
            self._changes_of[closure],
            self._cancelled_of[closure],
            self._behind_of[closure],
            self._oldest.get(closure),
        )

    def landed_at(self, now: float) -> Callable[[int, int], float]:
        """What tells of a closure and a landing that it lacks when that landed: seconds since the epoch."""
        # From the newest landing that is live in it on: what else is asked about, and how much further the
        # graph goes, must not change the answer.
        bases = self._bases()
        chain = self.chain[: max(bases, default=0) + 1]
        places = {at: place for place, at in enumerate(chain)}
        times = Times([self.graph.times[at] for at in chain], now)
        return lambda closure, at: times.landed(places[at], bases[closure])

    def _bases(self) -> list[int]:
        """For each closure, the place of the newest landing that it has; the last one where it has none."""
        bases, open_for = [len(self.chain) - 1] * len(self.deployed), self._all
        for place, at in enumerate(self.chain):
            for member in members(open_for & self._deployed_in[at]):
                bases[member] = place
            open_for &= ~self._deployed_in[at]
            if not open_for:
                break
        return bases

    def ahead(self, closure: int) -> list[str]:
        """Non-merge commits that touch the closure and that only production has, newest first."""
        return [
            self.graph.commits[at]
            for at, mask in self._touching.items()
            if mask >> closure & 1 and not self._contained[at]
        ]

    def newest(self, limit: int) -> list[list[Landing]]:
        """For each closure, its undeployed landings, newest first, at most `limit`."""
        listed: list[list[Landing]] = [[] for _ in self.deployed]
        wanting = self.everyone if limit > 0 else 0
        for landing in self.landings:
            for member in members(landing.touched & wanting):
                listed[member].append(landing)
                if len(listed[member]) >= limit:
                    wanting &= ~(1 << member)
        return listed

    def paths_of(self, commit: int, closure: int) -> list[str]:
        """The paths of the closure that a commit touched, as text; undecodable bytes are escaped."""
        if commit not in self._held:
            paths = self._changes[self.graph.commits[commit]].paths
            self._held[commit] = [(decode(path), self._paths.of(path)) for path in paths]
        return [path for path, mask in self._held[commit] if mask >> closure & 1]

    def commits_of(self, landing: int, closure: int) -> list[str]:
        """The non-merge commits that a landing brought and that touch the closure, newest first."""
        if self._inside is None:
            self._inside = {}
            for at in self._touching:
                if (place := self.brought_by(at)) is not None:
                    self._inside.setdefault(self.chain[place], []).append(at)
        inside = self._inside.get(landing, ())
        return [self.graph.commits[at] for at in inside if self._touching[at] >> closure & 1]

    def brought_by(self, at: int) -> int | None:
        """The place in the chain of the landing that brought commit `at`; None where the tip lacks it."""
        if self._brought is None:
            self._brought = self.graph.landings(self.chain, self._contained)
        return self._brought[at] if self._contained[at] else None


def _came_back(events: list[tuple[int, bytes]]) -> bool:
    """Whether a path had, at some point of the range, the entry that it has at the end of it."""
    expected = _after(events[0][1])
    return any(_before(entry) == expected for _, entry in events[1:])


def _before(entry: bytes) -> tuple[bytes, bytes]:
    """(mode, object id) on the old side of `:oldmode newmode oldid newid status`."""
    old, _new, before, *_ = entry[1:].split(b" ")
    return old, before


def _after(entry: bytes) -> tuple[bytes, bytes]:
    """(mode, object id) on the new side."""
    _old, new, _before_id, after, *_ = entry[1:].split(b" ")
    return new, after
