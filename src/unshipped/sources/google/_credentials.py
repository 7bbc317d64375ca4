"""Who asks Google Cloud: Application Default Credentials, as `gcloud auth application-default login`, a
service account on the machine, workload identity or `GOOGLE_APPLICATION_CREDENTIALS` give them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx2

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.ports import Look
from unshipped.sources.shared import steps
from unshipped.sources.shared.parse import shown

_SCOPE = "https://www.googleapis.com/auth/cloud-platform.read-only"
_HINT = "run `gcloud auth application-default login`, or name a key file in GOOGLE_APPLICATION_CREDENTIALS"


class _Response(NamedTuple):
    """What google-auth wants of an answer."""

    status: int
    headers: Mapping[str, str]
    data: bytes


def next_page(page: object) -> dict[str, str]:
    """What asks for the page after one; nothing after the last."""
    token = steps.text(page, "nextPageToken")
    return {"pageToken": token} if token else {}


def headers(look: Look, timeout: float) -> dict[str, str]:
    """The headers that say who asks: found once in a look. Raises `SourceError`."""
    return look.once(("google credentials",), lambda: _headers(timeout))


def _headers(timeout: float) -> dict[str, str]:
    try:
        import google.auth  # noqa: PLC0415 - an extra: only who reads Google Cloud has it
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415
    except ImportError:
        message = "what reads Google Cloud is not installed"
        raise SourceError(Code.SOURCE_ERROR, message, "pip install 'unshipped[google]'") from None

    def request(url: str, method: str = "GET", body: Any = None, headers: Any = None, **_more: Any) -> Any:
        answer = httpx2.request(method, url, content=body, headers=headers, timeout=timeout)
        return _Response(answer.status_code, answer.headers, answer.content)

    # What it warns of is no business of who reads: without a handler it would go to standard error.
    logging.getLogger("google.auth").addHandler(logging.NullHandler())
    try:
        found: Any = google.auth.default(scopes=[_SCOPE], request=request)  # type: ignore[arg-type]
        credentials, _project = found
        credentials.refresh(request)
    except (GoogleAuthError, httpx2.HTTPError, ValueError) as error:
        reason = shown(str(error.args[0] if error.args else type(error).__name__))
        raise SourceError(Code.SOURCE_DENIED, f"no credentials for Google Cloud: {reason}", _HINT) from None
    return {"Authorization": f"Bearer {credentials.token}"}
