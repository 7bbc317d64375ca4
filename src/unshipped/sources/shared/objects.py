"""An object that lies beside the code, such as a model: which one it is."""

from __future__ import annotations

from hashlib import sha256

from unshipped.core.model import Code, Reading, Revision
from unshipped.errors import SourceError
from unshipped.sources.shared.parse import LIMIT, parse

LARGEST = 32 * 1024 * 1024
"""The most bytes of an object that is read whole."""

OF_CONTENT = {"sha256": LARGEST, "commit": LIMIT}
"""What an object is known by that is not said beside it, and the most bytes that it may have then."""


def known_by(measure: str, content: bytes, whose: str) -> Reading:
    """The object by its content. Raises `SourceError`."""
    if len(content) > OF_CONTENT[measure]:
        message = f"{whose} has more than {OF_CONTENT[measure] // 1024} KiB, and is not read to its end"
        raise SourceError(Code.SOURCE_ERROR, message, "declare its etag or generation")
    return Reading((parse(content, whose) if measure == "commit" else Revision(sha256(content).hexdigest()),))


def known_as(measure: str, written: str, whose: str) -> Reading:
    """The object by what is said beside it. Raises `SourceError`."""
    text = written.removeprefix("W/").strip('"')
    if not text:
        raise SourceError(Code.NO_REVISION, f"{whose} comes without {measure}")
    return Reading((Revision(text),))
