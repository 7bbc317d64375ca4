"""A provider of OpenID Connect, as it is asked: what it says of itself, and of somebody who comes from it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.integrations.httpx_client.oauth2_client import OAuth2ClientAuth
from joserfc.jwk import KeySet

from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.web.answers import RefusalError

_SECONDS = 10.0
_HOLDS, _AGAIN = timedelta(hours=1), timedelta(minutes=1)
"""For so long it holds what it said of itself; where it does not say it anew, for so much longer."""

log = logging.getLogger("unshipped")


class Provider(Value):
    """Who says who somebody is."""

    issuer: str
    client_id: str
    client_secret: str
    """Empty where it gave none: then the key that each login makes for itself is all that proves who asks."""
    url: str
    """Where this is reached: people come back there."""
    name: str = "email"
    """Which claim names a person: its name, or a JSON pointer to it. So it is of the groups."""
    groups: str = "groups"
    scope: str = "openid email profile"

    def __repr__(self) -> str:
        return f"Provider({self.issuer!r}, {self.client_id!r})"


class Asked:
    """The provider, asked."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._told: dict[str, Any] = {}
        self._until: datetime | None = None

    def client(self) -> OAuth2Client:
        """Asks in the name of this server, for one login."""
        one = self._provider
        return OAuth2Client(
            client_id=one.client_id,
            client_secret=one.client_secret,
            scope=one.scope,
            redirect_uri=f"{one.url.rstrip('/')}/login/callback",
            code_challenge_method="S256",
            timeout=_SECONDS,
        )

    def metadata(self, now: datetime) -> dict[str, Any]:
        """What it says of itself. Raises `RefusalError` where it has never said it."""
        if self._until is None or now >= self._until:
            try:
                self._told, held = self._discovered(), _HOLDS
            except RefusalError as error:
                if not self._told:
                    raise
                log.warning("what was known of the provider of logins is used: %s", error.detail)
                held = _AGAIN
            self._until = now + held
        return self._told

    def _discovered(self) -> dict[str, Any]:
        address = f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            told = httpx2.get(address, timeout=_SECONDS, follow_redirects=False).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise RefusalError(502, f"the provider does not answer: {type(error).__name__}") from None
        if not isinstance(told, dict) or told.get("issuer") != self._provider.issuer:
            raise RefusalError(502, "the provider is another one than was named", "see `issuer`")
        return told

    def token(self, client: OAuth2Client, code: str, verifier: str, now: datetime) -> str:
        """Its word on who came back with that code. The client may ask more about them afterwards."""
        told = self.metadata(now)

        def given(proof: OAuth2ClientAuth) -> str:
            found = client.fetch_token(told["token_endpoint"], code=code, code_verifier=verifier, auth=proof)
            return str(found["id_token"])

        *others, last = self._proofs(told)
        for proof in others:
            try:
                return given(proof)
            except OAuthError as error:
                if error.error != "invalid_client":
                    raise
        return given(last)

    def _proofs(self, told: dict[str, Any]) -> Iterator[OAuth2ClientAuth]:
        """Who asks. Providers hold a client to one of two ways, and do not say to which; in the first one not
        all of them read a secret with special characters as the standard says.
        """
        one = self._provider
        if not one.client_secret:
            yield OAuth2ClientAuth(one.client_id, "", "none")
            return
        taken = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in taken or "client_secret_post" not in taken:
            known_as, secret = quote_plus(one.client_id), quote_plus(one.client_secret)
            yield OAuth2ClientAuth(known_as, secret, "client_secret_basic")
        if "client_secret_post" in taken:
            yield OAuth2ClientAuth(one.client_id, one.client_secret, "client_secret_post")

    def keys(self, client: OAuth2Client, now: datetime) -> KeySet:
        """What it signs with now: asked each time, since it may have a new one."""
        answer = client.request("GET", self.metadata(now)["jwks_uri"], withhold_token=True)
        return KeySet.import_key_set(answer.raise_for_status().json())

    def more(self, client: OAuth2Client, subject: str, now: datetime) -> dict[str, Any]:
        """What it says of whoever came back besides: nothing where it cannot be asked."""
        address = self.metadata(now).get("userinfo_endpoint")
        if not address:
            return {}
        try:
            found = client.request("GET", address).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            log.warning("the provider of logins does not say more of a person: %s", type(error).__name__)
            return {}
        return found if isinstance(found, dict) and found.get("sub") == subject else {}


def checked(provider: Provider) -> Provider:
    """Raises `UsageError` for what would let others read a login on its way, or lead it elsewhere."""
    for name, address in (("issuer", provider.issuer), ("url", provider.url)):
        parsed = httpx2.URL(address)
        if parsed.scheme != "https" and parsed.host not in ("localhost", "127.0.0.1", "::1"):
            raise UsageError(
                f"`oidc.{name}` is not reached by https", "write one like https://login.example.com"
            )
    if httpx2.URL(provider.url).path not in ("", "/"):
        raise UsageError(
            "`oidc.url` has a path: people come back to the top of a host",
            "give it a host of its own, like https://drift.example.com",
        )
    return provider
