"""The commits between what serves and what should serve: the chain, and where it is needed the rest."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from typing import NamedTuple

from unshipped.core.graph import Graph
from unshipped.errors import GitError
from unshipped.git.memory import Memory, Walked
from unshipped.git.process import run, spawn

_MOST_AT_FIRST = 8192
_STEP = 256
_CHUNK = 1 << 16
_MOST_TOPS = 256


class Chain(NamedTuple):
    """The tip's first-parent chain down to the oldest deployed commit on it, as git listed it.

    `rows` are `TIME COMMIT PARENT…`. `missing` are deployed commits that were not met on the way.
    """

    rows: list[str]
    missing: frozenset[str]
    complete: bool

    def graph(self, tip: str) -> Graph:
        return Graph.parse(self.rows, tip)


def list_chain(git_dir: str, tip: str, deployed: Iterable[str]) -> Chain:
    """Walk the chain until every deployed commit was met, or far enough to look for the rest elsewhere."""
    wanted = set(deployed)
    child = spawn(["rev-list", "--first-parent", "--parents", "--timestamp", tip], git_dir=git_dir)
    listing = child.stdout.fileno() if child.stdout else -1
    rows: list[str] = []
    last, rest, complete = 0, b"", False
    while wanted and len(rows) - last < _MOST_AT_FIRST:
        chunk = os.read(listing, _CHUNK)
        if not chunk:
            complete = True
            break
        *lines, rest = (rest + chunk).split(b"\n")
        for row in b"\n".join(lines).decode("ascii").splitlines():
            rows.append(row)
            commit = row.split(" ", 2)[1]
            if commit in wanted:
                wanted.discard(commit)
                last = len(rows)
    _end(child, complete=complete)
    return Chain(rows if wanted else rows[:last], frozenset(wanted), complete)


def _end(child: subprocess.Popen[bytes], *, complete: bool) -> None:
    """Stop a listing that was read far enough. Raises `GitError` where it failed by itself."""
    if not complete:
        child.kill()
    _, stderr = child.communicate()
    if complete and child.returncode:
        raise GitError(f"git rev-list: {stderr.decode('utf-8', 'replace').strip()[:300]}")


def walk(git_dir: str, tip: str, deployed: Iterable[str], chain: Chain, memory: Memory) -> Graph:
    """Every commit reachable from `tip` or a deployed commit, down to one that all of them contain.

    The bottom is a commit of the chain. A deployed commit off the chain is looked for further and further
    back; one that shares no history with the tip leads to the whole history.
    """
    wanted = set(deployed)
    rows = chain.rows
    depth = len(rows) - 1 if not chain.missing else min(len(rows) - 1, max(_STEP, _last_met(rows, wanted)))
    while True:
        base = _commit(rows, depth)
        if base is None and not chain.complete:
            base = _ancestor(git_dir, tip, depth)
        graph = _load(git_dir, [tip, *sorted(chain.missing)], base, tip, memory)
        if base is None or graph.all_contain(base, wanted):
            return graph
        depth = depth * 4 + _STEP


def _last_met(rows: list[str], wanted: set[str]) -> int:
    return max((at for at, row in enumerate(rows) if row.split(" ", 2)[1] in wanted), default=0)


def _commit(rows: list[str], depth: int) -> str | None:
    return rows[depth].split(" ", 2)[1] if depth < len(rows) else None


def _ancestor(git_dir: str, tip: str, depth: int) -> str | None:
    out = run(["rev-list", "--first-parent", f"--skip={depth}", "--max-count=1", tip], git_dir=git_dir)
    return out.decode("ascii").strip() or None


def _load(git_dir: str, tops: list[str], base: str | None, tip: str, memory: Memory) -> Graph:
    """The graph from `tops` down to `base`, children before parents; to the roots where there is none.

    Rows that were listed before are not asked for again: what is new is listed, and stands above them.
    """
    known = memory.walked()
    walked = _continued(git_dir, tops, known) if known and _reaches(known, base) else None
    if walked is None:
        bottom = [f"^{base}^@"] if base else []
        walked = Walked(tuple(tops), base or "", _list(git_dir, [*tops, *bottom]))
    if walked != known:
        memory.listed(walked)
    return Graph.parse(walked.rows, tip)


def _continued(git_dir: str, tops: list[str], known: Walked) -> Walked | None:
    """The known graph with what is new above it; None where it is of no use any more."""
    try:
        new = _list(git_dir, [*tops, *(f"^{top}" for top in known.tops)])
    except GitError:  # the objects that it was made of are gone
        return None
    if not new:
        return known
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
