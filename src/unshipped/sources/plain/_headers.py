"""The headers that a request carries: those that are written down, and those that are secrets."""

from __future__ import annotations

from collections.abc import Mapping

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.http.checks import sendable
from unshipped.secrets import Reference, named, reveal


def revealed(headers: Mapping[str, str | Reference]) -> dict[str, str]:
    """The headers as they are sent. Raises `SourceError` where a secret is missing or cannot be sent."""
    return {name: _header(name, value) for name, value in headers.items()}


def _header(name: str, value: str | Reference) -> str:
    if isinstance(value, str):
        return value
    secret = reveal(value)
    if not sendable(secret):
        raise SourceError(Code.SOURCE_DENIED, f"{named(value)} is no text that header {name} can carry")
    return secret
