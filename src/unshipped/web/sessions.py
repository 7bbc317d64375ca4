"""Who logged in: kept in a signed cookie, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from unshipped.web.access import Person, Role, person_of

LASTS = 12 * 3600
"""So many seconds after they logged in they log in again."""
_MOST_GROUPS = 100


class Sessions:
    """Gives out cookies, and knows those that it gave out. `secure` is for a place that is reached by TLS."""

    def __init__(self, secret: str, roles: Sequence[Role], *, secure: bool) -> None:
        self._signed = URLSafeSerializer(secret, salt="unshipped session")
        self._way = URLSafeSerializer(secret, salt="unshipped login")
        self._roles, self._secure = roles, secure
        self.cookie = "__Host-unshipped" if secure else "unshipped"

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        """Whoever logged in, if that was not too long ago."""
        found = _read(self._signed, _cookies(headers).get(self.cookie, ""))
        if not found or found["until"] <= now.timestamp():
            return None
        return person_of(found["name"], found["groups"], self._roles)

    def begin(self, name: str, groups: Sequence[str], now: datetime) -> str:
        """The cookie of somebody who logged in, as a header has it."""
        row = {"name": name, "groups": list(groups)[:_MOST_GROUPS], "until": now.timestamp() + LASTS}
        return self._header(self.cookie, self._signed.dumps(row), LASTS)

    def end(self) -> str:
        """What takes the cookie away."""
        return self._header(self.cookie, "", 0)

    def remember(self, row: Mapping[str, Any]) -> str:
        """A cookie for the way to the provider and back."""
        return self._header(f"{self.cookie}-login", self._way.dumps(dict(row)), 600)

    def remembered(self, headers: Mapping[str, str]) -> dict[str, Any] | None:
        """What was remembered for the way back."""
        return _read(self._way, _cookies(headers).get(f"{self.cookie}-login", ""))

    def forget(self) -> str:
        """What takes that one away."""
        return self._header(f"{self.cookie}-login", "", 0)

    def _header(self, name: str, value: str, seconds: int) -> str:
        secure = "; Secure" if self._secure else ""
        return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def _read(signed: URLSafeSerializer, text: str) -> dict[str, Any] | None:
    try:
        found = signed.loads(text)
    except BadData:
        return None
    return found if isinstance(found, dict) else None


def _cookies(headers: Mapping[str, str]) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}
