"""Forges that ask a gate: their secrets, and how they are answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from unshipped.app.forge_gate import GITHUB, GITLAB, Forge, Webhook
from unshipped.errors import UsageError
from unshipped.http.exchange import Request, ask

_SECONDS = 10.0
_SECRET = {"github": "UNSHIPPED_GITHUB_SECRET", "gitlab": "UNSHIPPED_GITLAB_SECRET"}
_TOKEN = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN"}
_API = {"github": ("GITHUB_API_URL", GITHUB), "gitlab": ("CI_API_V4_URL", GITLAB)}


def webhooks(gates: Mapping[str, str | None], environ: Mapping[str, str]) -> dict[str, Webhook]:
    """The webhooks of the forges that a gate is named for. Raises `UsageError` where a secret is missing."""
    return {name: _webhook(name, gate, environ) for name, gate in gates.items() if gate}


def _webhook(name: str, gate: str, environ: Mapping[str, str]) -> Webhook:
    for variable in (_SECRET[name], _TOKEN[name]):
        if not environ.get(variable):
            raise UsageError(f"--{name} needs the environment variable {variable}")
    variable, usual = _API[name]
    token = environ[_TOKEN[name]]
    headers = {"Authorization": f"Bearer {token}"} if name == "github" else {"PRIVATE-TOKEN": token}

    def send(url: str, body: dict[str, Any]) -> None:
        ask(
            Request(
                url=url,
                headers={**headers, "Content-Type": "application/json", "Accept": "application/json"},
                whose=name,
                timeout=_SECONDS,
                ca_file="",
                body=False,
                limit=0,
                post=json.dumps(body).encode(),
            )
        )

    return Webhook(Forge(environ[_SECRET[name]], gate, environ.get(variable) or usual), send)
