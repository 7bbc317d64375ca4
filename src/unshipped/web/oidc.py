"""Login by a provider of OpenID Connect: there and back, with everything checked that comes back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.errors import OAuthError
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import KeySet

from unshipped.platforms.steps import pointed
from unshipped.web.answers import RefusalError
from unshipped.web.provider import Asked, Provider
from unshipped.web.sessions import Sessions

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""All of them with a key that only the provider has."""
_LEEWAY = 60
_TIMES = ("exp", "iat", "nbf")
_LONGEST_NAME, _LONGEST_PLACE = 200, 1000
AGAIN = "log in again: /login"

_Told = Sequence[Mapping[str, Any]]
"""The claims of a token, and those of the userinfo where that was asked: the first that has one counts."""


class Login:
    """The way to the provider and back."""

    def __init__(self, provider: Provider, sessions: Sessions) -> None:
        self._provider, self.sessions = provider, sessions
        self._asked = Asked(provider)

    def begin(self, headers: Mapping[str, str], back: str, now: datetime) -> tuple[str, list[str]]:
        """Where to go, and the cookies for the way. `back` is where they wanted to be."""
        row = {"nonce": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48), "back": _here(back)}
        place = self._asked.metadata(now)["authorization_endpoint"]
        with self._asked.client() as client:
            address, state = client.create_authorization_url(
                place, nonce=row["nonce"], code_verifier=row["verifier"]
            )
        return address, self.sessions.remember(headers, state, row)

    def finish(
        self, headers: Mapping[str, str], asked: Mapping[str, str], now: datetime
    ) -> tuple[str, list[str]]:
        """Where they wanted to be, and the cookies of somebody who is known. Raises `RefusalError`."""
        state = asked.get("state", "")
        row = self.sessions.remembered(headers, state)
        if row is None or asked.get("iss", self._provider.issuer) != self._provider.issuer:
            raise RefusalError(400, "this is not the end of a login that began here", AGAIN)
        if error := asked.get("error"):
            raise RefusalError(403, f"the provider refused the login: {error[:80]!r}", AGAIN)
        told = self._told(asked.get("code", ""), row, now)
        cookie = self.sessions.begin(self._name(told), self._groups(told), now)
        return _here(str(row["back"])), [cookie, self.sessions.forget(state)]

    def _name(self, told: _Told) -> str:
        name = _claim(told, self._provider.name)
        if (
            self._provider.name.removeprefix("/") == "email"
            and str(_claim(told, "email_verified")).lower() == "false"
        ):
            raise RefusalError(403, "the provider has not verified the email", AGAIN)
        if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_NAME:
            raise RefusalError(403, f"the provider gave no {self._provider.name} that can be used")
        return name.strip()

    def _groups(self, told: _Told) -> list[str]:
        found = _claim(told, self._provider.groups)
        return [str(one) for one in (found if isinstance(found, list) else [found] if found else [])]

    def _told(self, code: str, row: Mapping[str, Any], now: datetime) -> _Told:
        try:
            with self._asked.client() as client:
                token = self._asked.token(client, code, row["verifier"], now)
                claims = self._believed(token, self._asked.keys(client, now), row["nonce"], now)
                if None not in (
                    _claim([claims], one) for one in (self._provider.name, self._provider.groups)
                ):
                    return [claims]
                return [claims, self._asked.more(client, claims["sub"], now)]
        except httpx2.HTTPError as error:
            raise RefusalError(502, f"the provider does not answer: {type(error).__name__}", AGAIN) from None
        except (JoseError, AuthlibBaseError, KeyError, TypeError, ValueError) as error:
            raise RefusalError(403, f"the provider's word is not believed: {_why(error)}", AGAIN) from None

    def _believed(self, token: str, keys: KeySet, nonce: str, now: datetime) -> dict[str, Any]:
        claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "value": self._provider.client_id},
            azp={"value": self._provider.client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
        return claims


def _claim(told: _Told, name: str) -> object:
    """A claim by its name or by a JSON pointer; None where nobody says it."""
    found = (pointed(one, name) if name.startswith("/") else one.get(name) for one in told)
    return next((one for one in found if one is not None), None)


def _why(error: Exception) -> str:
    if isinstance(error, OAuthError):
        return f"it answers {str(error.error)[:80]!r}"
    if isinstance(error, ExpiredTokenError) or (
        isinstance(error, InvalidClaimError) and error.claim in _TIMES
    ):
        return "its clock and that of this server differ by more than a minute"
    return type(error).__name__


def _here(back: str) -> str:
    """A place of ours; what leads elsewhere leads to the top."""
    plain = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    return back if plain and len(back) <= _LONGEST_PLACE else "/"
