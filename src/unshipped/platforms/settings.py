"""What the settings of several kinds have in common: placeholders, and values that are refused."""

from __future__ import annotations

import re
from typing import Protocol

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.http.checks import sendable
from unshipped.secrets import Reference, named, reveal

_USER = re.compile(r"(?<=://)[^@/]*@")
_POINTER = re.compile(r"(/([^~]|~[01])*)?", re.DOTALL)


class Named(Protocol):
    """One service in one environment."""

    @property
    def service(self) -> str: ...

    @property
    def environment(self) -> str: ...


def fill(text: str, target: Named) -> str:
    """The text with `{service}` and `{environment}` replaced by the target's names."""
    return text.replace("{service}", target.service).replace("{environment}", target.environment)


def without_user(address: str) -> str:
    """An address that a platform tells, without what somebody wrote before its host."""
    return _USER.sub("", address) if address.isprintable() else ""


def check_pointer(pointer: str) -> None:
    """Raises `ValueError` where the text is no JSON pointer (RFC 6901)."""
    if not _POINTER.fullmatch(pointer):
        raise ValueError(
            "pointer is a JSON pointer such as /build/commit: it starts with / and writes ~ as ~0"
        )


def check_timeout(seconds: float) -> None:
    """Raises `ValueError` where the number is no time that can be waited for."""
    if not 0 < seconds <= 600:
        raise ValueError("timeout is a number of seconds, more than 0 and at most 600")


def check_no_nul(*texts: str) -> None:
    """Raises `ValueError` where a text cannot be handed to the operating system."""
    if any("\0" in text for text in texts):
        raise ValueError("a setting holds a NUL character")


def token(reference: Reference | None, usual: str) -> str:
    """The token that is referenced, else the usual one, which may be empty. Raises `SourceError`."""
    found = reveal(reference) if reference else usual
    if not sendable(found):
        where = named(reference) if reference else "the usual token"
        raise SourceError(Code.SOURCE_DENIED, f"{where} is no text that a header can carry")
    return found
