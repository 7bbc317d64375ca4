"""Who reads Google Cloud: found once in a look."""

from __future__ import annotations

from unshipped import google
from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.ports import Look

_SCOPE = "https://www.googleapis.com/auth/cloud-platform.read-only"


def next_page(page: object) -> dict[str, str]:
    """What asks for the page after one; nothing after the last."""
    token = steps.text(page, "nextPageToken")
    return {"pageToken": token} if token else {}


def headers(look: Look, timeout: float) -> dict[str, str]:
    """The headers that say who asks: found once in a look. Raises `SourceError`."""
    return look.once(("google credentials",), lambda: _headers(timeout))


def _headers(timeout: float) -> dict[str, str]:
    try:
        return google.headers(_SCOPE, timeout)
    except google.MissingLibraryError as error:
        raise SourceError(Code.SOURCE_ERROR, error.message, error.hint) from None
    except google.GoogleError as error:
        raise SourceError(Code.SOURCE_DENIED, error.message, error.hint) from None
