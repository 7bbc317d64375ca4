"""Login by a provider of OpenID Connect: there and back, with everything checked that comes back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.web.answers import RefusalError
from unshipped.web.sessions import Sessions

_SECONDS = 10.0
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""All of them with a key that only the provider has."""
_LEEWAY = 60


class Provider(Value):
    """Who says who somebody is."""

    issuer: str
    client_id: str
    client_secret: str
    url: str
    """Where this is reached: people come back there."""
    name: str = "email"
    """Which claim names a person."""
    groups: str = "groups"
    scope: str = "openid email profile"

    def __repr__(self) -> str:
        return f"Provider({self.issuer!r}, {self.client_id!r})"


class Login:
    """The way to the provider and back."""

    def __init__(self, provider: Provider, sessions: Sessions) -> None:
        self._provider, self.sessions = provider, sessions
        self._told: dict[str, Any] | None = None

    def begin(self, back: str) -> tuple[str, str]:
        """Where to go, and the cookie for the way. `back` is where they wanted to be."""
        row = {"nonce": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48), "back": _here(back)}
        with self._client() as client:
            address, state = client.create_authorization_url(
                self._metadata()["authorization_endpoint"],
                nonce=row["nonce"],
                code_verifier=row["verifier"],
            )
        return address, self.sessions.remember(row | {"state": state})

    def finish(
        self, headers: Mapping[str, str], asked: Mapping[str, str], now: datetime
    ) -> tuple[str, list[str]]:
        """Where they wanted to be, and the cookies of somebody who is known. Raises `RefusalError`."""
        row = self.sessions.remembered(headers)
        state = asked.get("state", "").encode()
        if row is None or not secrets.compare_digest(state, str(row["state"]).encode()):
            raise RefusalError(400, "this is not the end of a login that began here", "log in again: /login")
        if error := asked.get("error"):
            raise RefusalError(403, f"the provider refused the login: {error[:80]!r}", "log in again: /login")
        claims = self._claims(asked.get("code", ""), row, now)
        name = claims.get(self._provider.name)
        if self._provider.name == "email" and claims.get("email_verified") is False:
            name = None
        if not isinstance(name, str) or not name.strip():
            raise RefusalError(403, f"the provider gave no {self._provider.name} that can be trusted")
        groups = claims.get(self._provider.groups)
        listed = [str(one) for one in groups] if isinstance(groups, list) else []
        cookies = [self.sessions.begin(name.strip(), listed, now), self.sessions.forget()]
        return _here(str(row["back"])), cookies

    def _claims(self, code: str, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        metadata = self._metadata()
        try:
            with self._client() as client:
                token = client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=row["verifier"]
                )
                keys = KeySet.import_key_set(
                    client.request("GET", metadata["jwks_uri"], withhold_token=True).json()
                )
            claims = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                leeway=_LEEWAY,
                iss={"essential": True, "value": self._provider.issuer},
                aud={"essential": True, "value": self._provider.client_id},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": row["nonce"]},
            ).validate(claims)
        except (JoseError, AuthlibBaseError, httpx2.HTTPError, KeyError, TypeError, ValueError) as error:
            raise RefusalError(
                403, f"the provider's word is not believed: {type(error).__name__}", "log in again: /login"
            ) from None
        return claims

    def _client(self) -> OAuth2Client:
        one = self._provider
        return OAuth2Client(
            client_id=one.client_id,
            client_secret=one.client_secret,
            scope=one.scope,
            redirect_uri=f"{one.url.rstrip('/')}/login/callback",
            code_challenge_method="S256",
            timeout=_SECONDS,
        )

    def _metadata(self) -> dict[str, Any]:
        """What the provider says of itself, asked once."""
        if self._told is None:
            address = f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                told = httpx2.get(address, timeout=_SECONDS, follow_redirects=False).raise_for_status().json()
            except (httpx2.HTTPError, ValueError) as error:
                raise RefusalError(502, f"the provider does not answer: {type(error).__name__}") from None
            if not isinstance(told, dict) or told.get("issuer") != self._provider.issuer:
                raise RefusalError(502, "the provider is another one than was named", "see `issuer`")
            self._told = told
        return self._told


def _here(back: str) -> str:
    """A place of ours; what leads elsewhere leads to the top."""
    plain = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    return back if plain else "/"


def checked(provider: Provider) -> Provider:
    """Raises `UsageError` for what would let others read a login on its way."""
    for name, address in (("issuer", provider.issuer), ("url", provider.url)):
        parsed = httpx2.URL(address)
        if parsed.scheme != "https" and parsed.host not in ("localhost", "127.0.0.1", "::1"):
            raise UsageError(
                f"`oidc.{name}` is not reached by https", "write one like https://login.example.com"
            )
    return provider
