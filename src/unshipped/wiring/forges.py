"""Forges that ask a gate: their secrets, and how they are answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from unshipped.app.forge_gate import GITHUB, GITLAB, Forge, Reply, Webhook
from unshipped.errors import UsageError
from unshipped.http.exchange import HttpError, Request, ask
from unshipped.wiring.github_app import ID, app_of

_SECONDS = 10.0
_SLACK = "UNSHIPPED_SLACK_SIGNING_SECRET"
_SECRET = {"github": "UNSHIPPED_GITHUB_SECRET", "gitlab": "UNSHIPPED_GITLAB_SECRET"}
_TOKEN = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN"}
_API = {"github": ("GITHUB_API_URL", GITHUB), "gitlab": ("CI_API_V4_URL", GITLAB)}

Credentials = Callable[[Reply], dict[str, str]]
"""The headers by which a forge knows who answers."""


def webhooks(
    gates: Mapping[str, str | None], environ: Mapping[str, str], clock: Callable[[], datetime]
) -> dict[str, Webhook]:
    """The webhooks of the forges that a gate is named for. Raises `UsageError` where a secret is missing."""
    return {name: _webhook(name, gate, environ, clock) for name, gate in gates.items() if gate}


def signing_secret(environ: Mapping[str, str]) -> str:
    """What Slack signs with. Raises `UsageError` where nobody says."""
    if not (secret := _of(environ, _SLACK)):
        raise UsageError(f"--slack needs the environment variable {_SLACK}", "it is the app's signing secret")
    return secret


def _of(environ: Mapping[str, str], name: str) -> str:
    """A secret of the environment, without the newline that whoever keeps it may have put behind it."""
    return environ.get(name, "").rstrip("\r\n")


def _webhook(name: str, gate: str, environ: Mapping[str, str], clock: Callable[[], datetime]) -> Webhook:
    if not (secret := _of(environ, _SECRET[name])):
        raise UsageError(f"--{name} needs the environment variable {_SECRET[name]}")
    variable, usual = _API[name]
    api = environ.get(variable) or usual
    credentials = _app(environ, api, clock) if name == "github" else None
    credentials = credentials or _token(name, environ)

    def send(reply: Reply) -> None:
        plain = {"Content-Type": "application/json", "Accept": "application/json"}
        ask(
            Request(
                url=reply.url,
                headers={**credentials(reply), **plain},
                whose=name,
                timeout=_SECONDS,
                ca_file="",
                body=False,
                limit=0,
                post=json.dumps(reply.body).encode(),
            )
        )

    return Webhook(Forge(secret, gate, api), send)


def _app(environ: Mapping[str, str], api: str, clock: Callable[[], datetime]) -> Credentials | None:
    """As an App, where the environment names one: in the installation that the event came from."""
    app = app_of(environ, api, clock)
    if app is None:
        return None

    def headers(reply: Reply) -> dict[str, str]:
        if not reply.installation:
            raise HttpError("the event names no installation of the GitHub App")
        return {"Authorization": f"Bearer {app.token(reply.installation)}"}

    return headers


def _token(name: str, environ: Mapping[str, str]) -> Credentials:
    if not (token := _of(environ, _TOKEN[name])):
        other = f", or {ID}" if name == "github" else ""
        raise UsageError(f"--{name} needs the environment variable {_TOKEN[name]}{other}")
    found = {"Authorization": f"Bearer {token}"} if name == "github" else {"PRIVATE-TOKEN": token}
    return lambda _: found
