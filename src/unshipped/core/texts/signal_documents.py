"""What sources said as plain data, for every form of an answer."""

from __future__ import annotations

from unshipped.core.model import Revision, Signal

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any


def signal(one: Signal) -> dict[str, Any]:
    """What one source said, or why it said nothing."""
    return {
        "source": one.source,
        "revision": ", ".join(revision.text or revision.ref for revision in one.revisions) or None,
        "error": one.problem.message if one.problem else None,
        "words": [_word(revision) for revision in one.revisions],
    }


def _word(revision: Revision) -> dict[str, Any]:
    return {
        "revision": revision.text or revision.ref,
        "said_by": revision.said_by or None,
        "part": revision.part or None,
        "share": revision.share,
        "weak": revision.weak,
    }
