"""How each kind is made for a test: where it tells, with which secret, and what is a good answer there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.notifiers.doubles import Heard, Slack, saying
from tests.sources.served import Answer, body, serving
from unshipped.notifiers import kind
from unshipped.ports.telling import Notifier

SECRET = "hunter2-hunter2-hunter2"


@dataclass
class Room:
    """What a bench may use: a folder, the environment, and servers that end with the test."""

    folder: Path
    patch: pytest.MonkeyPatch
    stack: ExitStack = field(default_factory=ExitStack)

    def serve(self, answer: Answer, path: str = "") -> str:
        return self.stack.enter_context(serving(answer)).url(path)

    def secret(self, value: str = SECRET, name: str = "UNSHIPPED_TEST_SECRET") -> dict[str, str]:
        self.patch.setenv(name, value)
        return {"env": name}


@dataclass(frozen=True)
class Bench:
    """One kind that is told over HTTP."""

    name: str
    make: Callable[[Room, str, dict[str, Any]], Notifier]
    """One that tells at an address, with further settings."""
    good: Answer
    """What answers that it was told."""
    reads: bool = True
    """Whether the whole answer has to be read to know that."""


def made(name: str, **settings: Any) -> Notifier:
    """A notifier that may tell this machine."""
    found: Any = kind(name)
    notifier: Notifier = found(**{"private": True, **settings})
    return notifier


def slack(room: Room, address: str, more: dict[str, Any]) -> Notifier:
    return made("slack", **{"channel": "#deploys", "token": room.secret(), "endpoint": address, **more})


def addressed(name: str) -> Callable[[Room, str, dict[str, Any]], Notifier]:
    """A kind whose address is its secret."""

    def make(room: Room, address: str, more: dict[str, Any]) -> Notifier:
        url = room.secret(f"{address}/{SECRET}?key={SECRET}", "UNSHIPPED_TEST_ADDRESS")
        return made(name, **{"url": url, **more})

    return make


def webhook(room: Room, address: str, more: dict[str, Any]) -> Notifier:
    headers = {"Authorization": {**room.secret(), "prefix": "Bearer "}}
    return made("webhook", **{"url": f"{address}/in", "secret": room.secret(), "headers": headers, **more})


def keyed(name: str, **settings: Any) -> Callable[[Room, str, dict[str, Any]], Notifier]:
    """A kind with an interface and a key to it."""

    def make(room: Room, address: str, more: dict[str, Any]) -> Notifier:
        return made(name, **{"key": room.secret(), "endpoint": address, **settings, **more})

    return make


def github(room: Room, address: str, more: dict[str, Any]) -> Notifier:
    settings = {"repository": "acme/shop", "token": room.secret(), "endpoint": address}
    return made("github-issue", **{**settings, **more})


def issues(handler: BaseHTTPRequestHandler) -> None:
    """A repository without issues yet."""
    return saying([] if handler.command == "GET" else {"number": 12})(handler)


def cdevents(room: Room, address: str, more: dict[str, Any]) -> Notifier:
    return webhook(room, address, {"format": "cdevents", **more})


BENCHES = [
    Bench("slack", slack, saying({"ok": True, "channel": "C01DEPLOYS", "ts": "1770309420.000100"})),
    Bench("slack-webhook", addressed("slack-webhook"), body("ok"), reads=False),
    Bench("webhook", webhook, body("", 204), reads=False),
    Bench("webhook, cdevents", cdevents, body(""), reads=False),
    Bench("teams", addressed("teams"), body("", 202), reads=False),
    Bench("discord", addressed("discord"), saying({"id": "1100110011001100110"})),
    Bench("pagerduty", keyed("pagerduty"), saying({"status": "success", "dedup_key": "x"}, 202)),
    Bench("opsgenie", keyed("opsgenie"), saying({"result": "Request will be processed"}, 202)),
    Bench("github-issue", github, issues),
]

WITHOUT_HTTP = ["apprise", "console", "email", "github-deployment"]
"""Kinds with suites of their own."""

__all__ = ["BENCHES", "SECRET", "WITHOUT_HTTP", "Bench", "Heard", "Room", "Slack", "body", "made"]
