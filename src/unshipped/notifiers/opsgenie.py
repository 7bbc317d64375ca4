"""Opsgenie, and Jira Service Management's alerts: one alert for a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from unshipped.core.alerting import Topic
from unshipped.core.messages import Message
from unshipped.core.model import Severity
from unshipped.notifiers._fit import fitted
from unshipped.notifiers._settings import WebSettings, check_secret, check_web, secret
from unshipped.notifiers._sheet import sheet, told, wakes
from unshipped.notifiers._text import text
from unshipped.notifiers._wire import Wire
from unshipped.secrets import Reference

_PRIORITIES = {Severity.NONE: "P5", Severity.INFO: "P4", Severity.WARNING: "P3", Severity.CRITICAL: "P1"}
_TITLE, _ALIAS, _DESCRIPTION = 130, 512, 15_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpsgenieNotifier(WebSettings):
    """Opens, acknowledges and closes an alert."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    least: ClassVar[str] = "critical"
    EXAMPLE: ClassVar[dict[str, Any]] = {"key": {"env": "OPSGENIE_KEY"}}

    key: Reference
    """The key of an API integration: `{env: NAME}` or `{file: PATH}`."""

    endpoint: str = "https://api.opsgenie.com"
    """Where the interface is: `https://api.eu.opsgenie.com` for accounts in Europe."""

    def __post_init__(self) -> None:
        check_web(self, self.endpoint)
        check_secret(self.key)

    def say(self, message: Message, reference: str) -> str:
        headers = {"Authorization": f"GenieKey {secret(self.key)}"}
        wire = Wire("Opsgenie", self, headers, "look at the key of the integration, and whether it may write")
        alias = _alias(message)
        if wakes(message):  # else what was closed there would wake people again
            wire.send(f"{self.endpoint.rstrip('/')}/v2/alerts", self.preview(message)).document()
        if verb := _verb(message):
            place = (
                f"{self.endpoint.rstrip('/')}/v2/alerts/{quote(alias, safe='')}/{verb}?identifierType=alias"
            )
            wire.send(place, {"source": "unshipped", "note": told(sheet(message).title)}).document()
        return reference

    def preview(self, message: Message) -> dict[str, Any]:
        """The alert."""
        return {
            "message": told(sheet(message).title, _TITLE),
            "alias": _alias(message),
            "description": fitted(message, text, len, _DESCRIPTION)[:_DESCRIPTION],
            "priority": _PRIORITIES[message.severity],
            "source": "unshipped",
            "entity": message.items[0].target if message.items else "unshipped",
            "tags": ["unshipped", message.severity.word],
        }


def _alias(message: Message) -> str:
    return (message.group or message.id)[:_ALIAS]


def _verb(message: Message) -> str:
    """What is done to the alert beside opening it: a test is closed at once."""
    if message.resolved or message.topic is not Topic.INCIDENTS:
        return "close"
    still = [item for item in message.items if not item.resolved]
    known = still and all(item.acknowledged_by for item in still)
    return "acknowledge" if known and not message.loud else ""
