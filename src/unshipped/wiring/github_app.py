"""An App of GitHub: it says who it is with its private key, and is given a token for each installation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.http.exchange import HttpError, Request, ask

ID, KEY, KEY_FILE = "UNSHIPPED_GITHUB_APP_ID", "UNSHIPPED_GITHUB_APP_KEY", "UNSHIPPED_GITHUB_APP_KEY_FILE"
_SECONDS = 10.0
_LARGEST = 100_000
_SKEW, _VALID = timedelta(seconds=60), timedelta(minutes=9)
"""GitHub refuses what was signed in its own future, and what claims to hold for more than ten minutes."""
_SPARE = timedelta(minutes=5)
"""So long before it ends a token is not used any more."""


class Token(Value):
    """A token of an installation, and until when it holds."""

    text: str
    until: datetime

    def __repr__(self) -> str:
        return f"Token(until={self.until!r})"


class App:
    """Knows who it is. Its tokens are kept for as long as they hold."""

    def __init__(self, identity: str, key: str, api: str, clock: Callable[[], datetime]) -> None:
        """Raises `UsageError` where the key is none."""
        from joserfc.jwk import RSAKey

        try:
            self._key = RSAKey.import_key(key)
        except ValueError:
            raise UsageError("the key of the GitHub App is no private key in PEM", _HINT) from None
        if not self._key.is_private:
            raise UsageError("the key of the GitHub App is a public one", _HINT)
        self._identity, self._api, self._clock = identity, api.rstrip("/"), clock
        self._tokens: dict[int, Token] = {}

    def token(self, installation: int) -> str:
        """The token of an installation. Raises `HttpError`; no message holds a secret."""
        known, now = self._tokens.get(installation), self._clock()
        if known is None or known.until - _SPARE <= now:
            known = self._tokens[installation] = self._asked(installation, now)
        return known.text

    def _asked(self, installation: int, now: datetime) -> Token:
        found = ask(
            Request(
                url=f"{self._api}/app/installations/{installation}/access_tokens",
                headers={
                    "Authorization": f"Bearer {self._signed(now)}",
                    "Accept": "application/vnd.github+json",
                },
                whose="GitHub",
                timeout=_SECONDS,
                ca_file="",
                body=True,
                limit=_LARGEST,
                post=b"{}",
            )
        )
        try:
            given: Any = json.loads(found.body)
            return Token(str(given["token"]), datetime.fromisoformat(given["expires_at"]).astimezone(UTC))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise HttpError("GitHub answered with no token of an installation") from None

    def _signed(self, now: datetime) -> str:
        from joserfc import jwt

        since, until = int((now - _SKEW).timestamp()), int((now + _VALID).timestamp())
        claims = {"iss": self._identity, "iat": since, "exp": until}
        return jwt.encode({"alg": "RS256"}, claims, self._key)


_HINT = f"GitHub makes it on the App's page; name it with {KEY_FILE}"


def app_of(environ: Mapping[str, str], api: str, clock: Callable[[], datetime]) -> App | None:
    """The App that the environment names; None where it names none. Raises `UsageError`."""
    if not environ.get(ID):
        return None
    try:
        key = environ.get(KEY) or Path(environ.get(KEY_FILE) or "").read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise UsageError(f"the GitHub App {environ[ID]} has no key that can be read", _HINT) from None
    return App(environ[ID], key, api, clock)
