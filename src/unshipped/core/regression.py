"""Whether a target went back: it serves an ancestor of what it served before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from unshipped.core.model import Remark, Sign
from unshipped.core.signals import FLAGS, Serving

Holds = Callable[[str, str], bool]
"""Whether the first commit has the second one in its history."""


def regressed(serving: Serving, before: Iterable[str], holds: Holds) -> Serving:
    """What serves, flagged where any of it is an ancestor of a commit that served before: newest first."""
    past = tuple(dict.fromkeys(before))
    remarks = tuple(
        Remark(Sign.ROLLED_BACK, f"{one.commit[:12]} is older than {later[:12]}, which served before")
        for one in serving.served
        if (later := _newer(one.commit, past, holds))
    )
    if not remarks:
        return serving
    flags = tuple(dict.fromkeys((*serving.flags, FLAGS[Sign.ROLLED_BACK])))
    return serving._replace(flags=flags, remarks=(*serving.remarks, *remarks))


def _newer(commit: str, past: Sequence[str], holds: Holds) -> str:
    return next((one for one in past if one != commit and holds(one, commit)), "")
