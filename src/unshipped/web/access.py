"""Who asks, and what they may do.

Who may act is said outside of the repository that is watched: whoever can merge there must not be able to
give themselves the right to deploy or to mute.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import NamedTuple, Protocol

from unshipped.errors import UsageError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""What this machine calls itself."""


class Scope(str, Enum):
    """What somebody may do. `admin` may do all of it."""

    READ = "read"
    RECORD = "record"
    HOLD = "hold"
    GATE = "gate"
    DEPLOY = "deploy"
    ADMIN = "admin"


class Person(NamedTuple):
    """Somebody, or a program of theirs."""

    name: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes


class Access(Protocol):
    """Knows who asks."""

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        """Whoever sends these headers (names in lower case) from that address; None for a stranger."""
        ...


class Anybody:
    """Everybody who can reach it may do everything: for an address that only this machine reaches."""

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        return Person("local", frozenset(Scope)) if is_local(address) else None


def is_local(host: str) -> bool:
    """Whether it is this machine alone: where somebody asks from, or what is listened on."""
    try:
        address = ip_address(host)
    except ValueError:
        return host in LOOPBACK
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


class Proxy:
    """A proxy in front says who it is, in a header. It is believed from the listed addresses only."""

    def __init__(self, header: str, addresses: frozenset[str], scopes: frozenset[Scope]) -> None:
        self._header, self._addresses, self._scopes = header.lower(), addresses, scopes

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        name = headers.get(self._header, "").strip()
        return Person(name, self._scopes) if name and address in self._addresses else None


class Token(NamedTuple):
    """One token as it is kept: never the token itself."""

    name: str
    digest: str
    scopes: frozenset[Scope]
    until: datetime


class Tokens:
    """Tokens from a file: each line one, with its name, its scopes, its end, and the digest of its secret."""

    def __init__(self, path: Path) -> None:
        """Raises `UsageError` where the file cannot be read."""
        self._tokens = read_tokens(path)

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        kind, _, secret = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secret:
            return None
        digest = digest_of(secret.strip())
        found = None
        for token in self._tokens:  # all of them are compared, so that the time taken tells nothing
            if hmac.compare_digest(token.digest, digest):
                found = token
        return Person(found.name, found.scopes) if found and now < found.until else None


def digest_of(secret: str) -> str:
    """What is kept of a token. It is random and long: nothing slower than this is needed."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def read_tokens(path: Path) -> list[Token]:
    """The tokens of a file. Raises `UsageError` with the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'no text'}") from None
    return [_token(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]


def _token(line: str, place: str) -> Token:
    try:
        row = json.loads(line)
        scopes = frozenset(Scope(name) for name in row["scopes"])
        until = datetime.fromisoformat(row["until"])
        return Token(str(row["name"]), str(row["digest"]), scopes, until.astimezone(UTC))
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{place}: this is no token", "make one with: unshipped token create") from None


def written(token: Token) -> str:
    """The line of a token."""
    row = {
        "name": token.name,
        "digest": token.digest,
        "scopes": sorted(scope.value for scope in token.scopes),
        "until": token.until.isoformat(),
    }
    return json.dumps(row) + "\n"
