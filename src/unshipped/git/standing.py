"""Is one commit in what serves? Asked for many closures and deployed commits at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from unshipped.core.closures.links import followed
from unshipped.core.history.graph import Graph
from unshipped.core.history.ledger import Ledger
from unshipped.core.history.standing import Evidence
from unshipped.core.model import Closure, Question
from unshipped.git import changes, history
from unshipped.git.memory import Memory
from unshipped.git.process import run
from unshipped.git.trees import read_links, read_tree


def standing(
    git_dir: str,
    tip: str,
    questions: Sequence[Question],
    commit: str,
    now: datetime,
    memory: Memory,
    boundary: frozenset[str] = frozenset(),
) -> list[Evidence]:
    """The evidence for each question, in order. `boundary` are the commits at which a shallow clone ends."""
    deployed = [question.deployed for question in questions]
    paths = followed([q.closure for q in questions], read_links(git_dir, tip)).paths
    wanted = [*deployed, commit]
    chain = history.list_chain(git_dir, tip, wanted)
    graph = history.walk(git_dir, tip, wanted, chain, memory)
    memory.keep_walked()
    ledger = Ledger(graph, deployed)
    at = graph.place[commit]
    parents = graph.parents[at]
    touched = changes.parse(changes.between_parents(git_dir, commit, parents)).paths
    touching, own = paths.union(touched), set(touched)
    apart, missing = (_paths(git_dir, deployed, other, own) for other in (commit, tip))
    ends = [*deployed, tip]
    kept = (
        _paths(git_dir, ends, parents[0], own)
        if parents
        else {end: own.intersection(read_tree(git_dir, end).files()) for end in set(ends)}
    )
    place = ledger.brought_by(at)
    landed_at = ledger.landed_at(now.timestamp())
    lacking = ledger.undeployed(at)
    cuts = _ends(graph, commit, boundary)
    ending = any(ledger.brought_by(end) is not None for end in cuts)
    cut = at in cuts
    cut_short = ledger.everyone if cut else 0
    for end in cuts:
        cut_short |= ledger.everyone & ~ledger.undeployed(end)
    landed = place is not None and not cut  # at a cut nobody knows what was there before

    def any_of(found: set[bytes], index: int) -> bool:
        return any(paths.of(path) >> index & 1 for path in found)

    return [
        Evidence(
            touches=bool(touching >> index & 1),
            in_deployed=not lacking >> index & 1 and (not cut or not any_of(apart[one], index)),
            in_expected=place is not None,
            same_content=not any_of(apart[one], index)
            or (landed and any_of(kept[tip], index) and not any_of(missing[one], index)),
            still_differs=any_of(missing[one], index),
            landed_at=None
            if place is None or not lacking >> index & 1
            else datetime.fromtimestamp(landed_at(index, ledger.chain[place]), UTC),
            undone=not any_of(kept[one], index),
            cut_short=bool(cut_short >> index & 1) or (place is None and ending),
        )
        for index, one in enumerate(deployed)
    ]


def _ends(graph: Graph, commit: str, boundary: frozenset[str]) -> set[int]:
    """Where history ends before it can be told whether the commit lies behind: not at what the commit itself
    stands on. Where it ends at the commit, nobody knows what that touched.
    """
    held = graph.reach({commit: 1})
    places = {graph.place[one] for one in boundary & graph.place.keys()}
    return {at for at in places if not held[at] or at == graph.place[commit]}


def touches(git_dir: str, commit: str, closures: Sequence[Closure]) -> list[bool]:
    """Which closures a commit touches, with the links of its own tree; or may touch, by one that cannot be
    read.
    """
    paths, _, unknown = followed(closures, read_links(git_dir, commit))
    parents = (
        run(["rev-list", "--parents", "--max-count=1", commit], git_dir=git_dir).decode("ascii").split()[1:]
    )
    mask = paths.union(changes.parse(changes.between_parents(git_dir, commit, parents)).paths)
    for closures_behind in unknown.values():
        mask |= closures_behind
    return [bool(mask >> at & 1) for at in range(len(closures))]


def _paths(git_dir: str, commits: Iterable[str], other: str, own: set[bytes]) -> dict[str, set[bytes]]:
    """Where each of the commits differs from another one, among the paths that are asked about."""
    found = changes.edges(git_dir, [(one, other) for one in dict.fromkeys(commits)], [b""])
    return {one: own.intersection(changes.parse(raw).paths) for one, raw in found.items()}
