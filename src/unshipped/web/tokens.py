"""Tokens in a file: each line one, with its name, its scopes, its end, and the digest of its secret."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.web.access import OWNER, SERVICE, Person, Scope


class Token(Value):
    """One token as it is kept: never the token itself."""

    name: str
    digest: str
    scopes: frozenset[Scope]
    until: datetime
    to: frozenset[str] = frozenset()
    """`owner:NAME` and `service:GLOB`: only to these; without any, to everything."""

    @property
    def person(self) -> Person:
        if self.to:
            return Person(self.name, frozenset(), owned=dict.fromkeys(self.to, self.scopes))
        return Person(self.name, self.scopes)


class Tokens:
    """The tokens of a file, read again when it was changed: one that is revoked is of no use from then on."""

    def __init__(self, path: Path) -> None:
        """Raises `UsageError` where the file cannot be read."""
        self._path, self._lock = path, threading.Lock()
        self._read = _state(path)
        self._tokens = read_tokens(path)

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        """Whoever has a token that has not ended."""
        kind, _, secret = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secret:
            return None
        digest = digest_of(secret.strip())
        found = None
        for token in self._newest():  # all of them are compared, so that the time taken tells nothing
            if hmac.compare_digest(token.digest, digest):
                found = token
        return found.person if found and now < found.until else None

    def _newest(self) -> list[Token]:
        state = _state(self._path)
        if state != self._read:
            with self._lock:
                self._read, self._tokens = state, read_tokens(self._path)
        return self._tokens


def _state(path: Path) -> tuple[int, int, int]:
    """What is another one once the file was changed. Raises `UsageError`."""
    try:
        found = path.stat()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    return found.st_mtime_ns, found.st_size, found.st_ino


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


def written(tokens: Iterable[Token]) -> str:
    """The lines of these tokens."""
    return "".join(json.dumps(_row(one)) + "\n" for one in tokens)


def _token(line: str, place: str) -> Token:
    try:
        row = json.loads(line)
        scopes = frozenset(Scope(name) for name in row["scopes"])
        until = datetime.fromisoformat(row["until"]).astimezone(UTC)
        return Token(str(row["name"]), str(row["digest"]), scopes, until, _to(row))
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{place}: this is no token", "make one with: unshipped token create") from None


def _to(row: Mapping[str, object]) -> frozenset[str]:
    """To what it is limited. Nothing that is written down must not become everything. Raises `ValueError`."""
    if "to" not in row:
        return frozenset()
    names = row["to"]
    if not isinstance(names, list) or not names:
        raise ValueError
    if not all(isinstance(one, str) and one.startswith((OWNER, SERVICE)) for one in names):
        raise ValueError
    return frozenset(names)


def _row(token: Token) -> dict[str, object]:
    return {
        "name": token.name,
        "digest": token.digest,
        "scopes": sorted(scope.value for scope in token.scopes),
        "until": token.until.isoformat(),
        **({"to": sorted(token.to)} if token.to else {}),
    }
