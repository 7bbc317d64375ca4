"""Who logged in: kept in a signed cookie, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import cookie_parser

from unshipped.web.access import GROUP, Person, Role, person_of
from unshipped.web.answers import RefusalError

LASTS = 12 * 3600
"""So many seconds after they logged in they log in again."""
_WAY_LASTS, _MOST_WAYS = 600, 5
_LARGEST = 4000
"""A browser keeps no cookie that is much larger, and says so to nobody."""


class Sessions:
    """Gives out cookies, and knows those that it gave out. `secure` is for a place that is reached by TLS."""

    def __init__(self, secret: str, roles: Sequence[Role], *, secure: bool) -> None:
        self._signed = URLSafeSerializer(secret, salt="unshipped session")
        self._way = URLSafeSerializer(secret, salt="unshipped login")
        self._roles, self._secure = roles, secure
        self._groups = {
            who.removeprefix(GROUP) for role in roles for who in role.who if who.startswith(GROUP)
        }
        self.cookie = "__Host-unshipped" if secure else "unshipped"

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        """Whoever logged in, if that was not too long ago."""
        found = _read(self._signed, _cookies(headers).get(self.cookie, ""))
        if not found or found["until"] <= now.timestamp():
            return None
        return person_of(found["name"], found["groups"], self._roles)

    def begin(self, name: str, groups: Sequence[str], now: datetime) -> str:
        """The cookie of somebody who logged in, as a header has it: with those of their groups that a role
        names, since some people have hundreds. Raises `RefusalError` where these are too many.
        """
        named = [one for one in groups if one in self._groups]
        row = {"name": name, "groups": named, "until": now.timestamp() + LASTS}
        made = self._header(self.cookie, self._signed.dumps(row), LASTS)
        if len(made) > _LARGEST:
            raise RefusalError(403, f"{len(named)} groups of yours are named by roles: that is too many")
        return made

    def end(self) -> str:
        """What takes the cookie away."""
        return self._header(self.cookie, "", 0)

    def remember(self, headers: Mapping[str, str], state: str, row: Mapping[str, Any]) -> list[str]:
        """A cookie for the way to the provider and back, one for each tab that goes there. Of many that never
        came back none is kept.
        """
        before = [name for name in _cookies(headers) if name.startswith(self._way_of(""))]
        left = [self._header(name, "", 0) for name in before] if len(before) >= _MOST_WAYS else []
        signed = self._way.dumps(dict(row) | {"state": state})
        return [*left, self._header(self._way_of(state), signed, _WAY_LASTS)]

    def remembered(self, headers: Mapping[str, str], state: str) -> dict[str, Any] | None:
        """What was remembered for this way back."""
        found = _read(self._way, _cookies(headers).get(self._way_of(state), ""))
        return found if found and found["state"] == state else None

    def forget(self, state: str) -> str:
        """What takes that one away."""
        return self._header(self._way_of(state), "", 0)

    def _way_of(self, state: str) -> str:
        return f"{self.cookie}-login-{state[:16]}"

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
    """Also beside those of other programs of this host, whatever is in them."""
    return cookie_parser(headers.get("cookie", ""))
