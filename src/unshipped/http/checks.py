"""What is refused of an address or a header that stands in a configuration."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

_ADVICE = "write {env: NAME} or {file: PATH}, so that no secret stands in the configuration"
_CREDENTIAL = re.compile(
    r"(.*[-_])?(auth|authorization|cookie|credentials?|token|secret|signature|sig|password|passwd"
    r"|(api|auth|access|functions|secret|subscription)[-_]?key)",
    re.IGNORECASE,
)


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
