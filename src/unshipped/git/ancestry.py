"""Which commits have which others in their history: asked for many pairs at once."""

from __future__ import annotations

from collections.abc import Iterable

from unshipped.git import history
from unshipped.git.memory import Memory
from unshipped.git.process import lines, run

Pair = tuple[str, str]


def holding(git_dir: str, listing: history.Listing, pairs: Iterable[Pair], memory: Memory) -> frozenset[Pair]:
    """Those pairs of which the first commit has the second one in its history. Of two on the chain of a tip
    the newer one does; for the others one graph is walked.
    """
    asked = frozenset(pairs)
    chain = listing.chain({commit for pair in asked for commit in pair})
    places = {row[1]: at for at, row in enumerate(chain.rows)}
    apart = [pair for pair in asked if not chain.missing.isdisjoint(pair)]
    found = {(one, other) for one, other in asked.difference(apart) if places[one] <= places[other]}
    if apart:
        graph = history.walk(
            git_dir, listing.tip, {commit for pair in apart for commit in pair}, chain, memory
        )
        memory.keep_walked()
        owners = {commit: 1 << at for at, commit in enumerate({one for one, _ in apart})}
        reached = graph.reach(owners)
        found |= {(one, other) for one, other in apart if reached[graph.place[other]] & owners[one]}
    return frozenset(found)


def parted(git_dir: str, one: str, other: str) -> str:
    """The commit at which the history of `other` left that of `one`; `one` where none is known here."""
    return next(iter(lines(run(["merge-base", one, other], git_dir=git_dir, accept=(0, 1)))), one)
