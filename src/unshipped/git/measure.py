"""Gather what history says about many closures of one branch, and have the ledger settle it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime

from unshipped.core.history.difference import Difference
from unshipped.core.history.ledger import Ledger
from unshipped.core.model import Facts, Problem, Question
from unshipped.core.paths import members
from unshipped.git import changes, history
from unshipped.git.answers import Answers
from unshipped.git.beside import beside
from unshipped.git.carried import Carried
from unshipped.git.coverage import Coverage, cover
from unshipped.git.differences import Differences
from unshipped.git.memory import Memory
from unshipped.git.process import run


def measure(
    git_dir: str,
    listing: history.Listing,
    questions: Sequence[Question],
    *,
    now: datetime,
    limit: int,
    commits: bool,
    memory: Memory,
    boundary: frozenset[str] = frozenset(),
    held: Carried | None = None,
) -> tuple[list[Facts | Problem], float]:
    """Facts for each question, or the reason why there are none, in order; and the latest commit's time.

    `limit` bounds the listed changes of each answer. `commits` asks for the count of single commits too:
    that needs the whole graph, where landings alone need only the chain. `boundary` holds the commits at
    which a shallow clone's history ends. `held` are answers of which only some have to be asked anew.
    """
    if held and not held.open:
        if held.coverage.covered:
            memory.keep_covered([question.closure for question in questions], held.coverage.covered)
        return list(held.answers), held.until
    ledger, coverage = _settled(git_dir, listing, questions, commits, memory, boundary, held)
    found = Answers(git_dir, ledger, coverage, now, limit, commits)
    answers = [
        found.answer(at) if ledger.everyone >> at & 1 or not held else held.answers[at]
        for at in range(len(questions))
    ]
    return answers, max(ledger.graph.times, default=0)


def _settled(
    git_dir: str,
    listing: history.Listing,
    questions: Sequence[Question],
    commits: bool,
    memory: Memory,
    boundary: frozenset[str],
    held: Carried | None,
) -> tuple[Ledger, Coverage]:
    """The ledger of the range, with everything counted. What git is asked runs side by side."""
    tip = listing.tip
    deployed = [question.deployed for question in questions]
    closures = [question.closure for question in questions]
    everywhere = changes.roots(closures)
    roots = held.coverage.paths.roots() if held else everywhere
    narrow = changes.specs(roots)
    if not narrow:
        listing.begin()

    def covered() -> Coverage:
        if held:
            return held.coverage
        return cover(git_dir, tip, closures, deployed, memory.covered(closures), listing.tree)

    covering = beside(covered)
    chain = listing.chain(deployed)
    walking = None
    if commits or chain.missing:
        # A shallow clone is walked down to where it ends: what lies there tells what nobody can know.
        walking = beside(lambda: history.walk(git_dir, tip, deployed, chain, memory, whole=bool(boundary)))
    # The tree is still being read: differences are asked for where the patterns lead, and once more in the
    # rare case that a symbolic link leads elsewhere.
    known = Differences(git_dir, roots, memory, listing, everywhere if held else ())
    known.read(_chain_edges(chain), jobs=1 if walking else 2)
    coverage = covering()
    if narrow and not changes.covers(narrow, coverage.paths.roots()):
        known = Differences(git_dir, coverage.paths.roots(), memory)
    ledger = Ledger(
        walking() if walking else chain.graph(tip), deployed, boundary, held.open if held else None
    )
    edges = ledger.edges()
    known.read(edges, jobs=2)

    def keep() -> None:
        known.keep()
        memory.keep_walked()
        if coverage.covered:
            memory.keep_covered(closures, coverage.covered)

    keeping = beside(keep)
    try:
        differing = known.parsed(edges, coverage.paths)
        ledger.settle(coverage.paths, differing, _apart(known, ledger), questions, commits=commits)
    finally:
        keeping()  # an interrupt must not leave it in the middle of a file
    return ledger, coverage


def _apart(known: Differences, ledger: Ledger) -> dict[str, Difference]:
    """The difference to the tip of each deployed commit that lies off the chain."""
    alone = sorted({ledger.deployed[at] for at in members(ledger.off_chain)})
    return {one: known.between(one, ledger.graph.tip) for one in alone}


def _chain_edges(chain: history.Chain) -> list[tuple[str, str]]:
    """The landings that are undeployed for the oldest deployed commit on the chain."""
    if chain.missing:
        return []
    return [(row[1], row[2] if len(row) > 2 else "") for row in chain.rows[:-1]]


def shallow_boundary(git_dir: str) -> frozenset[str]:
    """The commits whose parents a shallow clone does not have."""
    out = run(["rev-parse", "--git-path", "shallow"], git_dir=git_dir)
    try:
        with open(os.fsdecode(out).strip(), encoding="ascii") as file:
            return frozenset(file.read().split())
    except OSError:
        return frozenset()
