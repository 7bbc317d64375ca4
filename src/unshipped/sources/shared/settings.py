"""What the settings of several kinds have in common: placeholders, and values that are refused."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from unshipped.core.model import Code, Target
from unshipped.errors import SourceError
from unshipped.secrets import Reference, named, reveal

_ADVICE = "write {env: NAME} or {file: PATH}, so that no secret stands in the configuration"
_CREDENTIAL = re.compile(
    r"(.*[-_])?(auth|authorization|cookie|credentials?|token|secret|signature|sig|password|passwd"
    r"|(api|auth|access|functions|secret|subscription)[-_]?key)",
    re.IGNORECASE,
)
_USER = re.compile(r"(?<=://)[^@/]*@")
_POINTER = re.compile(r"(/([^~]|~[01])*)?", re.DOTALL)


def fill(text: str, target: Target) -> str:
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


def is_credential(name: str) -> bool:
    """Whether a header or a parameter of this name usually carries a secret."""
    return _CREDENTIAL.fullmatch(name) is not None


def check_url(url: str) -> None:
    """Raises `ValueError` where an address that is written out is no web address, or holds a credential."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("url starts with http:// or https:// and a host")
    if "@" in parts.netloc:
        raise ValueError(f"url holds a user name or password: send it in `headers` and {_ADVICE}")
    if named := [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if is_credential(name)]:
        raise ValueError(f"url holds a credential, {named[0]}: {_ADVICE}")


def check_headers(written: dict[str, str]) -> None:
    """Raises `ValueError` where a header that is written out holds a credential or cannot be sent."""
    for name, value in written.items():
        if is_credential(name):
            raise ValueError(f"header {name} holds a credential: {_ADVICE}")
        if not sendable(value):
            raise ValueError(f"header {name} holds characters that a header cannot carry")


def sendable(value: str) -> bool:
    """Whether a text can be the value of a header: printable ASCII, which also keeps a second header out."""
    return value.isascii() and value.isprintable()


def token(reference: Reference | None, usual: str) -> str:
    """The token that is referenced, else the usual one, which may be empty. Raises `SourceError`."""
    found = reveal(reference) if reference else usual
    if not sendable(found):
        where = named(reference) if reference else "the usual token"
        raise SourceError(Code.SOURCE_DENIED, f"{where} is no text that a header can carry")
    return found
