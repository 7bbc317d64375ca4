"""Slack's incoming webhooks, and whatever takes the same: each message is a new one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from unshipped.core.messages import Message
from unshipped.errors import NotifyError
from unshipped.notifiers import _blocks
from unshipped.notifiers._buttons import buttons
from unshipped.notifiers._people import check_people, mentioned
from unshipped.notifiers._settings import ChatSettings, check_secret, check_web, secret
from unshipped.notifiers._wire import Wire, received
from unshipped.secrets import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackWebhookNotifier(ChatSettings):
    """Posts to an incoming webhook. Such a webhook can neither change a message nor answer in a thread, so
    that only what is worth a new message is said.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    handles: ClassVar[str] = "slack"
    EXAMPLE: ClassVar[dict[str, Any]] = {"url": {"env": "SLACK_WEBHOOK_URL"}}

    url: Reference
    """The webhook's address, which is a secret: `{env: NAME}` or `{file: PATH}`."""

    def __post_init__(self) -> None:
        check_web(self)
        check_secret(self.url)
        check_people(self.people, self.handles)

    def say(self, message: Message, reference: str) -> str:
        if not message.loud:
            return reference
        wire = Wire("Slack's webhook", self, hint="make a new webhook: this one was taken away")
        reply = wire.send(secret(self.url), self.preview(message))
        received(reply)
        if reply.body[:1] == b"{" and _failed(reply.body):
            raise NotifyError("Slack's webhook answered that it failed", final=True)
        return reference

    def preview(self, message: Message) -> dict[str, Any]:
        """The message as Slack's Block Kit Builder shows it."""
        return _blocks.body(message, buttons(message, self.server), mentioned(message, self.people))


def _failed(body: bytes) -> bool:
    """Whether an answer in JSON says so, as those do that take the same as Slack."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return said.get("ok") is False or said.get("success") is False
