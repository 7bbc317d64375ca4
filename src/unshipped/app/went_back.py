"""Which targets went back: what serves, held against what is known to have served before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from unshipped.core.history.regression import Pair, regressed, to_ask
from unshipped.core.model import Origin, Problem, Target
from unshipped.core.signals import Serving
from unshipped.errors import GitError

if TYPE_CHECKING:
    from unshipped.ports import Repository


def went_back(
    parts: Sequence[tuple[Target, Origin]],
    opened: Mapping[str, Repository | Problem],
    found: Sequence[Serving],
    before: Sequence[Sequence[str]],
) -> list[Serving]:
    """What each part serves, flagged where that is older than what it served before: newest first. Each
    repository is asked once.
    """
    asked: dict[str, set[Pair]] = {}
    for (_, origin), serving, past in zip(parts, found, before, strict=True):
        asked.setdefault(origin.repository, set()).update(to_ask(serving, past))
    holding = {name: _holding(opened[name], pairs) for name, pairs in asked.items()}
    return [
        regressed(serving, past, holding[origin.repository])
        for (_, origin), serving, past in zip(parts, found, before, strict=True)
    ]


def _holding(repository: Repository | Problem, pairs: set[Pair]) -> frozenset[Pair]:
    if isinstance(repository, Problem) or not pairs:
        return frozenset()
    try:
        return repository.holding(pairs)
    except GitError:  # what served before is not worth the answer for all that serves now
        return frozenset()
