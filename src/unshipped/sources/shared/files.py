"""The files that run, as `fingerprint.py` tells them beside the commit."""

from __future__ import annotations

import json
import re
from typing import Any

from unshipped.core.content import Files
from unshipped.core.model import Code
from unshipped.errors import SourceError

LARGEST = 8 * 1024 * 1024
"""The most bytes that an answer with files may have: some 80,000 of them."""

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def files_of(body: bytes, whose: str) -> Files:
    """The files in an answer. Raises `SourceError` where there are none, or they are no ids."""
    found = _told(body)
    ids = found.get("ids")
    left_out = found.get("left_out", 0)
    if not isinstance(ids, dict) or not ids:
        hint = "serve them as docs/guides/content-proof.md shows, and ask for them: /__version__?files=1"
        raise SourceError(Code.NO_REVISION, f"{whose} does not say which files run", hint)
    if not all(isinstance(one, str) and _ID.fullmatch(one) for one in ids.values()):
        raise SourceError(Code.BAD_REVISION, f"{whose} names files by what is no git blob id")
    return Files(ids, left_out if isinstance(left_out, int) and left_out > 0 else 0)


def _told(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    found = answer.get("files") if isinstance(answer, dict) else None
    return found if isinstance(found, dict) else {}
