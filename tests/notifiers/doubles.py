"""Servers that speak as the vendors' do, as far as a notifier can tell. Each remembers what it was told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.sources.served import Answer, body

Document = dict[str, Any]


def saying(document: object, status: int = 200, **headers: str) -> Answer:
    """Answers with JSON."""
    return body(json.dumps(document), status, "application/json", **headers)


def asked(handler: BaseHTTPRequestHandler) -> Any:
    """The JSON that was sent."""
    return json.loads(handler.sent)  # type: ignore[attr-defined]


@dataclass
class Slack:
    """Channels of a workspace: messages by their `ts`, and every call with what was sent."""

    calls: list[tuple[str, Document]] = field(default_factory=list)
    messages: dict[str, Document] = field(default_factory=dict)
    error: str = ""
    """What the next calls are refused with, at a method or at any: `chat.update=ratelimited`."""

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        method, sent = handler.path.rpartition("/")[2], asked(handler)
        self.calls.append((method, sent))
        at, _, error = self.error.rpartition("=")
        if error and at in ("", method):
            return saying({"ok": False, "error": error})(handler)
        if handler.headers["Authorization"] != "Bearer xoxb-of-the-test":
            return saying({"ok": False, "error": "invalid_auth"})(handler)
        return saying(getattr(self, method.replace(".", "_"))(sent))(handler)

    def chat_postMessage(self, sent: Document) -> Document:
        if sent["channel"] not in ("#deploys", "C01DEPLOYS"):
            return {"ok": False, "error": "channel_not_found"}
        ts = f"1770309420.{len(self.calls):06}"
        self.messages[ts] = dict(sent)
        return {"ok": True, "channel": "C01DEPLOYS", "ts": ts, "message": {"text": sent["text"]}}

    def chat_update(self, sent: Document) -> Document:
        if sent["ts"] not in self.messages or sent["channel"] != "C01DEPLOYS":
            return {"ok": False, "error": "message_not_found"}
        self.messages[sent["ts"]] |= sent
        return {"ok": True, "channel": "C01DEPLOYS", "ts": sent["ts"], "text": sent["text"]}

    def roots(self) -> list[Document]:
        """The messages of the channel."""
        return [one for one in self.messages.values() if "thread_ts" not in one]

    def replies(self) -> list[Document]:
        """The messages in threads."""
        return [one for one in self.messages.values() if "thread_ts" in one]


@dataclass
class Heard:
    """Any receiver that only takes: every request's path, headers and document."""

    answer: Answer = field(default_factory=lambda: saying({}))
    told: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        sent = handler.sent  # type: ignore[attr-defined]
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.told.append((handler.command, handler.path, headers, json.loads(sent) if sent else None))
        self.answer(handler)

    @property
    def last(self) -> Any:
        return self.told[-1][3]


def query(path: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(path).query))


Double = Callable[[BaseHTTPRequestHandler], None]
