"""PagerDuty, by its Events API version 2: one incident there for a conversation here."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

from unshipped.core.alerting import Topic
from unshipped.core.messages import Message
from unshipped.core.model import Severity
from unshipped.core.words import instant
from unshipped.errors import NotifyError
from unshipped.notifiers._fit import fitted
from unshipped.notifiers._settings import WebSettings, check_secret, check_web, secret
from unshipped.notifiers._sheet import sheet, told, wakes
from unshipped.notifiers._text import text
from unshipped.notifiers._wire import Wire
from unshipped.secrets import Reference

_GRADES = {
    Severity.NONE: "info",
    Severity.INFO: "info",
    Severity.WARNING: "warning",
    Severity.CRITICAL: "critical",
}
_SUMMARY, _KEY, _DETAILS = 1024, 255, 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerdutyNotifier(WebSettings):
    """Triggers, acknowledges and resolves an incident of a service in PagerDuty."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    least: ClassVar[str] = "critical"
    EXAMPLE: ClassVar[dict[str, Any]] = {"key": {"env": "PAGERDUTY_KEY"}}

    key: Reference
    """The integration key of the service: `{env: NAME}` or `{file: PATH}`."""

    endpoint: str = "https://events.pagerduty.com"
    """Where the interface is: `https://events.eu.pagerduty.com` for accounts in Europe."""

    def __post_init__(self) -> None:
        check_web(self, self.endpoint)
        check_secret(self.key)

    def say(self, message: Message, reference: str) -> str:
        if _action(message) == "trigger" and not wakes(message):
            return reference  # what somebody resolved there would be opened anew, and wake people
        wire = Wire("PagerDuty", self, hint="look at the integration key of the service")
        payload = {"routing_key": secret(self.key), **self.preview(message)}
        said = wire.send(f"{self.endpoint.rstrip('/')}/v2/enqueue", payload).document()
        if said.get("status") != "success":
            raise NotifyError("PagerDuty answered that it did not take it", final=True)
        if message.topic is not Topic.INCIDENTS:  # a test wakes nobody for longer than it takes
            wire.send(f"{self.endpoint.rstrip('/')}/v2/enqueue", {**payload, "event_action": "resolve"})
        return reference

    def preview(self, message: Message) -> dict[str, Any]:
        """The event, without its key."""
        event: dict[str, Any] = {
            "event_action": _action(message),
            "dedup_key": _key(message),
        }
        if event["event_action"] == "resolve":
            return event
        return {
            **event,
            "client": "unshipped",
            "payload": {
                "summary": told(sheet(message).title, _SUMMARY),
                "source": "unshipped",
                "severity": _GRADES[message.severity],
                "timestamp": instant(message.at),
                "component": ", ".join(dict.fromkeys(item.service for item in message.items))[:_KEY],
                "group": ", ".join(dict.fromkeys(item.environment for item in message.items))[:_KEY],
                "class": "deployment drift",
                "custom_details": {"message": fitted(message, text, len, _DETAILS)[:_DETAILS]},
            },
            "links": [
                {"href": item.compare.address, "text": told(f"what {item.target} misses", _KEY)}
                for item in message.items
                if item.compare.address
            ],
        }


def _key(message: Message) -> str:
    """What the conversation is called there, where a name has at most 255 characters."""
    group = message.group or message.id
    return group if len(group) <= _KEY else sha256(group.encode()).hexdigest()


def _action(message: Message) -> str:
    if message.resolved:
        return "resolve"
    still = [item for item in message.items if not item.resolved]
    known = still and all(item.acknowledged_by for item in still)
    return "acknowledge" if known and not message.loud else "trigger"
