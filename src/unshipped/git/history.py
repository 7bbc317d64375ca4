"""The commits between what serves and what should serve: the chain, and where it is needed the rest."""

from __future__ import annotations

from collections.abc import Iterable

from unshipped.core.history.difference import Difference
from unshipped.core.history.graph import Graph
from unshipped.core.value import Value
from unshipped.errors import GitError
from unshipped.git.aside import Aside
from unshipped.git.changes import parse
from unshipped.git.landings import Ahead, Landings, Row, rows
from unshipped.git.memory import Memory, Walked
from unshipped.git.process import run
from unshipped.git.trees import begin_tree

_MOST_AT_FIRST = 8192
_NEAR = 512
"""From so many landings on, their differences are not looked at one by one."""
_GAP = 1024
"""How many landings may go by without one that is looked for, before git is asked without differences."""
_STEP = 256
_MOST_TOPS = 256
_FLOOR = 512
"""So many landings and commits below a range are left out one by one, where a branch leads below it."""


class Chain(Value):
    """The tip's first-parent chain down to the oldest deployed commit on it, as git listed it.

    `missing` are deployed commits that were not met on the way.
    """

    rows: list[Row]
    missing: frozenset[str]
    complete: bool

    def graph(self, tip: str) -> Graph:
        return Graph.of(self.rows, tip)


class Listing:
    """A tip's first-parent chain, newest first, listed as far down as it was asked for.

    `changes` are raw differences that git printed along with it, by commit, and `parsed` those of them that
    were taken apart while it went on printing. `tree` is the tip's tree, where git was let list that too.
    """

    def __init__(self, git_dir: str, tip: str, memory: Memory | None = None) -> None:
        self.tip = tip
        self.changes: dict[str, bytes] = {}
        self.parsed: dict[str, Difference] = {}
        self.tree: Aside | None = None
        self._git_dir, self._memory = git_dir, memory
        self._rows: list[Row] = []
        self._places: dict[str, int] = {}
        self._next = tip
        self._remembered = memory is None
        self._begun: Ahead | None = None

    def begin(self) -> None:
        """Let git go down the chain, with what each landing changed, beside whatever is done meanwhile."""
        self._remember()
        if not self._rows and not self._begun:
            self._begun = Ahead(self._git_dir, self.tip)

    def begin_tree(self) -> None:
        """Let git list the tip's tree likewise."""
        if self.tree is None:
            self.tree = begin_tree(self._git_dir, self.tip)

    def chain(self, deployed: Iterable[str], most: int = _MOST_AT_FIRST) -> Chain:
        """Down to the oldest deployed commit, or far enough to look for the rest elsewhere."""
        wanted = set(deployed)
        self._remember()
        missing = wanted - self._places.keys()
        last = 1 + max((self._places[commit] for commit in wanted - missing), default=-1)
        if missing and self._next and len(self._rows) - last < most:
            last = self._list(missing, last, most)
            if self._memory:
                self._memory.keep_chain(self._rows)
        listed = self._rows if missing else self._rows[:last]
        return Chain(listed, frozenset(missing), not self._next and len(listed) == len(self._rows))

    def _list(self, missing: set[str], last: int, most: int) -> int:
        """Go on until nothing is missing or too little is met; where the last of them was met."""
        begun, self._begun = self._begun, None
        if begun:
            last = self._walk(begun, missing, last, _GAP)
        if missing and self._next:
            plain = ((row, None) for row in rows(self._git_dir, self._next))
            last = self._walk(plain, missing, last, most)
        return last

    def _walk(
        self, listed: Iterable[tuple[Row, bytes | None]], missing: set[str], last: int, most: int
    ) -> int:
        for row, raw in listed:
            commit = self._add(row)
            if raw is not None:
                self.changes[commit], self.parsed[commit] = raw, parse(raw)
            if commit in missing:
                missing.discard(commit)
                last = len(self._rows)
            if not missing or len(self._rows) - last >= most:
                break
        return last

    def stop(self) -> None:
        """What was begun is not asked for."""
        begun, self._begun = self._begun, None
        tree, self.tree = self.tree, None
        for one in (begun, tree):
            if one:
                one.stop()

    def _add(self, row: Row) -> str:
        commit = row[1]
        self._places[commit] = len(self._rows)
        self._rows.append(row)
        self._next = row[2] if len(row) > 2 else ""
        return commit

    def _remember(self) -> None:
        """Begin with the chain that was listed before, and with what is new above it."""
        if self._remembered:
            return
        self._remembered = True
        known = self._memory.chain() if self._memory else []
        if not known:
            return
        top = known[0][1]
        try:
            new = list(Landings(self._git_dir, self.tip, f"^{top}")) if self.tip != top else []
        except GitError:  # what it was made of is gone
            return
        above = new[-1][0][2:3] if new else [self.tip]
        if above != [top]:  # also where the branch was set back, and nothing is above
            return
        for row, raw in new:
            self.changes[self._add(row)] = raw
        for row in known:
            self._add(row)
        if new and self._memory:
            self._memory.keep_chain(self._rows)

    def among(self, texts: Iterable[str]) -> set[str]:
        """Those that are whole ids of commits on the chain, as far as it was listed before."""
        self._remember()
        return {text for text in texts if text in self._places}

    def has(self, commits: Iterable[str]) -> bool:
        """Whether all of them stand on the chain, as far as it was listed."""
        return self._places.keys() >= set(commits)

    def since(self, commit: str) -> list[tuple[Row, bytes]] | None:
        """What landed above a commit of the chain, with its changes; None where that is not at hand."""
        self._remember()
        new = self._rows[: self._places.get(commit, _NEAR + 1)]
        found = [(row, self.changes.get(row[1])) for row in new]
        known = [(row, raw) for row, raw in found if raw is not None]
        return known if len(known) == len(found) <= _NEAR and commit in self._places else None


def list_chain(git_dir: str, tip: str, deployed: Iterable[str]) -> Chain:
    """The chain of a tip of which nothing is known yet."""
    return Listing(git_dir, tip).chain(deployed)


def first_parents(git_dir: str, tip: str) -> list[Row]:
    """The whole chain of a tip, newest first."""
    return list(rows(git_dir, tip))


def walk(
    git_dir: str, tip: str, deployed: Iterable[str], chain: Chain, memory: Memory, *, whole: bool = False
) -> Graph:
    """Every commit reachable from `tip` or a deployed commit, down to one that all of them contain.

    The bottom is a commit of the chain. A deployed commit off the chain is looked for further and further
    back; one that shares no history with the tip leads to the `whole` history, as who asks for it.
    """
    wanted, tops = set(deployed), [tip, *sorted(chain.missing)]
    if whole:
        return _load(git_dir, tops, None, tip, memory, merged=False)
    rows = chain.rows
    depth = len(rows) - 1 if not chain.missing else min(len(rows) - 1, max(_STEP, _last_met(rows, wanted)))
    while True:
        base = _commit(rows, depth)
        if base is None and not chain.complete:
            base = _ancestor(git_dir, tip, depth)
        merged = bool(chain.missing) or any(len(row) > 3 for row in rows[:depth])
        graph = _load(git_dir, tops, base, tip, memory, merged=merged)
        if base is None or graph.all_contain(base, wanted):
            return graph
        depth = depth * 4 + _STEP


def _last_met(rows: list[Row], wanted: set[str]) -> int:
    return max((at for at, row in enumerate(rows) if row[1] in wanted), default=0)


def _commit(rows: list[Row], depth: int) -> str | None:
    return rows[depth][1] if depth < len(rows) else None


def _ancestor(git_dir: str, tip: str, depth: int) -> str | None:
    out = run(["rev-list", "--first-parent", f"--skip={depth}", "--max-count=1", tip], git_dir=git_dir)
    return out.decode("ascii").strip() or None


def _load(
    git_dir: str, tops: list[str], base: str | None, tip: str, memory: Memory, *, merged: bool
) -> Graph:
    """The graph from `tops` down to `base`, children before parents; to the roots where there is none.

    Rows that were listed before are not asked for again: what is new is listed, and stands above them.
    """
    known = memory.walked()
    walked = _continued(git_dir, tops, known) if known and _reaches(known, base) else None
    if walked is None:
        walked = Walked(tuple(tops), base or "", _down_to(git_dir, tops, base, merged=merged))
    if walked != known:
        memory.listed(walked)
    return Graph.parse(walked.rows, tip)


def _down_to(git_dir: str, tops: list[str], base: str | None, *, merged: bool) -> list[str]:
    """Everything from `tops` down to `base`.

    git looks by date for what is to be left out, and lists what lies below a commit whose clock was behind.
    So where merges may lead below the range, what is nearest there is named: the landings and the newest.
    """
    if base is None:
        return _list(git_dir, tops)
    asked = [*tops, f"^{base}^@"]
    for way in (["--first-parent"], []) if merged else ():
        found = run(["rev-list", *way, f"--max-count={_FLOOR}", base], git_dir=git_dir).decode("ascii")
        asked += [f"^{commit}" for commit in found.split()[1:]]
    return _list(git_dir, asked)


def _leads_out(new: list[str], held: set[str]) -> bool:
    """Whether one of the new rows has a parent that is neither among them nor held, or none at all."""
    listed = [row.split(" ")[1:] for row in new]
    inside = held.union(commit for commit, *_ in listed)
    return any(not inside.issuperset(parents or [""]) for _, *parents in listed)


def _continued(git_dir: str, tops: list[str], known: Walked) -> Walked | None:
    """The known graph with what is new above it; None where it is of no use any more, or where what is new
    may lie below it: see `_down_to`.
    """
    try:
        new = _list(git_dir, [*tops, *(f"^{top}" for top in known.tops)])
    except GitError:  # the objects that it was made of are gone
        return None
    if new:
        held = {row.split(" ", 2)[1] for row in known.rows}
        new = [row for row in new if row.split(" ", 2)[1] not in held]
    if not new:
        return known
    if _leads_out(new, held):
        return None
    united = tuple(dict.fromkeys([*tops, *known.tops]))
    return Walked(united, known.base, [*new, *known.rows]) if len(united) <= _MOST_TOPS else None


def _reaches(known: Walked, base: str | None) -> bool:
    """Whether a graph that was listed before goes down at least to `base`."""
    if not known.base:
        return True
    return base is not None and (
        base == known.base or any(row.split(" ", 2)[1] == base for row in known.rows)
    )


def _list(git_dir: str, revisions: list[str]) -> list[str]:
    out = run(
        ["rev-list", "--topo-order", "--parents", "--timestamp", "--stdin"],
        git_dir=git_dir,
        stdin="\n".join(revisions).encode() + b"\n",
    )
    return out.decode("ascii").splitlines()
