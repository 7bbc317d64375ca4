"""Who asks Google: Application Default Credentials, as `gcloud auth application-default login`, a service
account on the machine, workload identity or `GOOGLE_APPLICATION_CREDENTIALS` give them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import httpx2

from unshipped.core.texts.foreign import shown
from unshipped.core.value import Value
from unshipped.errors import UnshippedError

_HINT = "run `gcloud auth application-default login`, or name a key file in GOOGLE_APPLICATION_CREDENTIALS"


class GoogleError(UnshippedError):
    """Nobody is known who could ask."""


class MissingLibraryError(GoogleError):
    """What finds credentials is not installed."""


class _Response(Value):
    """What google-auth wants of an answer."""

    status: int
    headers: Mapping[str, str]
    data: bytes


def headers(scope: str, timeout: float) -> dict[str, str]:
    """The headers that say who asks. Raises `GoogleError`."""
    try:
        import google.auth  # noqa: PLC0415 - an extra: only who asks Google has it
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415
    except ImportError:
        message = "what asks Google Cloud is not installed"
        raise MissingLibraryError(message, "pip install 'unshipped[google]'") from None

    def request(url: str, method: str = "GET", body: Any = None, headers: Any = None, **_more: Any) -> Any:
        answer = httpx2.request(method, url, content=body, headers=headers, timeout=timeout)
        return _Response(answer.status_code, answer.headers, answer.content)

    # What it warns of is no business of who asks: without a handler it would go to standard error.
    logging.getLogger("google.auth").addHandler(logging.NullHandler())
    try:
        found: Any = google.auth.default(scopes=[scope], request=request)  # type: ignore[arg-type]
        credentials, _project = found
        credentials.refresh(request)
    except (GoogleAuthError, httpx2.HTTPError, ValueError) as error:
        reason = shown(str(error.args[0] if error.args else type(error).__name__))
        raise GoogleError(f"no credentials for Google Cloud: {reason}", _HINT) from None
    return {"Authorization": f"Bearer {credentials.token}"}
