"""Whether a target went back: it serves an ancestor of what it served before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from unshipped.core.model import Remark, Sign
from unshipped.core.signals import FLAGS, Serving

Pair = tuple[str, str]
"""Two commits: whether the first one has the second one in its history."""


def to_ask(serving: Serving, before: Iterable[str]) -> set[Pair]:
    """What history has to be asked about."""
    past = set(before)
    return {(later, one.commit) for one in serving.served for later in past if later != one.commit}


def regressed(serving: Serving, before: Iterable[str], holding: AbstractSet[Pair]) -> Serving:
    """What serves, flagged where any of it is an ancestor of a commit that served before: newest first.
    `holding` has the pairs that history said yes to.
    """
    past = tuple(dict.fromkeys(before))
    remarks = tuple(
        Remark(Sign.ROLLED_BACK, f"{one.commit[:12]} is older than {later[:12]}, which served before")
        for one in serving.served
        if (later := _newer(one.commit, past, holding))
    )
    if not remarks:
        return serving
    flags = tuple(dict.fromkeys((*serving.flags, FLAGS[Sign.ROLLED_BACK])))
    return serving._replace(flags=flags, remarks=(*serving.remarks, *remarks))


def _newer(commit: str, past: Sequence[str], holding: AbstractSet[Pair]) -> str:
    return next((one for one in past if one != commit and (one, commit) in holding), "")
