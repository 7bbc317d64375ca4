"""Microsoft Teams: an Adaptive Card, posted to the address of a workflow."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from unshipped.core.messages import Message
from unshipped.errors import NotifyError
from unshipped.notifiers._buttons import buttons
from unshipped.notifiers._cards import card
from unshipped.notifiers._fit import fitted
from unshipped.notifiers._people import check_people, mentioned
from unshipped.notifiers._settings import ChatSettings, check_secret, check_web, secret
from unshipped.notifiers._wire import Wire, received
from unshipped.secrets import Reference

_LARGEST = 24_000
"""Bytes of the whole: Teams takes 28 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamsNotifier(ChatSettings):
    """Posts to a workflow that was made of "Post to a channel when a webhook request is received". A message
    cannot be changed there, so that only what is worth a new one is said.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    handles: ClassVar[str] = "teams"
    EXAMPLE: ClassVar[dict[str, Any]] = {"url": {"env": "TEAMS_WORKFLOW_URL"}}

    url: Reference
    """The workflow's address, which is a secret: `{env: NAME}` or `{file: PATH}`."""

    def __post_init__(self) -> None:
        check_web(self)
        check_secret(self.url)
        check_people(self.people, self.handles)

    def say(self, message: Message, reference: str) -> str:
        if not message.loud:
            return reference
        wire = Wire("Teams", self, hint="look at the workflow and at its owner: one of them may be gone")
        reply = wire.send(secret(self.url), self.preview(message))
        received(reply)
        if reply.body.startswith(b"Webhook message delivery failed"):  # with 200, as connectors did it
            raise NotifyError("Teams answered that the message was not delivered")
        return reference

    def preview(self, message: Message) -> dict[str, Any]:
        """The message; what stands in `content` is for the designer of Adaptive Cards."""
        led, people = buttons(message, self.server), mentioned(message, self.people)

        def made(less: Message) -> dict[str, Any]:
            attached = {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": card(less, led, people),
            }
            return {"type": "message", "attachments": [attached]}

        return fitted(message, made, lambda found: len(json.dumps(found)), _LARGEST)
