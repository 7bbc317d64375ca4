"""Any address that takes JSON: CloudEvents, signed as Standard Webhooks says."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from unshipped.core.alerting import Topic
from unshipped.core.messages import Message
from unshipped.errors import NotifyError
from unshipped.http.checks import check_headers, check_url
from unshipped.notifiers._events import Event, cd_events, cloud_event
from unshipped.notifiers._settings import WebSettings, check_secret, check_web, secret
from unshipped.notifiers._wire import Wire, received
from unshipped.secrets import Reference, check_reference, named

_AT_ONCE = 8
_TYPE = "application/cloudevents+json; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookNotifier(WebSettings):
    """Posts one event of CloudEvents 1.0 for each message, or of CDEvents for each incident, the small ones
    too. With a `secret`, each delivery is signed: see the guide for how to verify it.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    announces: ClassVar[bool] = True
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "url": "https://hooks.example.com/unshipped",
        "secret": {"env": "UNSHIPPED_WEBHOOK_SECRET"},
    }

    url: str | Reference
    """The address. One that carries a secret is written `{env: NAME}` or `{file: PATH}`."""

    secret: Reference | None = None
    """What deliveries are signed with: a text, or `whsec_` and base64."""

    format: Literal["cloudevents", "cdevents"] = "cloudevents"
    """Which events: this project's own, or those of CDEvents: `incident.detected`, `reported`, `resolved`,
    and `service.deployed`, `upgraded`, `rolledback` where `deploy.announce` names this receiver."""

    source: str = "/unshipped"
    """The `source` of the events: who says it, as a reference to a URI."""

    server: str = ""
    """Address of the server where people look at incidents: what CDEvents calls the ticket."""

    headers: dict[str, str | Reference] = field(default_factory=dict)
    """Headers to send. One that carries a credential is written `{env: NAME}` or `{file: PATH}`."""

    def __post_init__(self) -> None:
        check_web(self)
        check_reference(self.url, *self.headers.values())
        check_headers({name: value for name, value in self.headers.items() if isinstance(value, str)})
        for address in (self.url, self.server):
            if isinstance(address, str) and address:
                check_url(address)
        if self.secret is not None:
            check_secret(self.secret)
        if (
            not self.source
            or not self.source.isascii()
            or not self.source.isprintable()
            or " " in self.source
        ):
            raise ValueError("source is a reference to a URI, such as /unshipped")

    def say(self, message: Message, reference: str) -> str:
        headers = {name: secret(value) for name, value in self.headers.items()}
        wire = Wire(named(self.url) or "the webhook", self, headers)

        def deliver(event: Event) -> None:
            body = json.dumps(event, separators=(",", ":")).encode()
            signed = self._signed(str(event["id"]), body)
            received(wire.send(secret(self.url), body, headers={"Content-Type": _TYPE, **signed}))

        # A storm has hundreds of events, all within one deadline; those of a rollout have an order.
        with ThreadPoolExecutor(_AT_ONCE if message.topic is Topic.INCIDENTS else 1) as threads:
            for _ in threads.map(deliver, self.preview(message)):
                pass
        return reference

    def preview(self, message: Message) -> list[Event]:
        """The events."""
        if self.format == "cdevents":
            return list(cd_events(message, self.source, self.server))
        return [cloud_event(message, self.source)]

    def _signed(self, identity: str, body: bytes) -> dict[str, str]:
        """The headers that say which delivery it is, when it is made, and that it is ours."""
        delivery, now = quote(identity, safe="/:#~"), str(int(time.time()))
        made = {"Webhook-Id": delivery, "Webhook-Timestamp": now}
        if self.secret is None:
            return made
        text = f"{delivery}.{now}.".encode() + body
        signature = base64.b64encode(hmac.digest(_key(secret(self.secret)), text, hashlib.sha256)).decode()
        return {**made, "Webhook-Signature": f"v1,{signature}"}


def _key(text: str) -> bytes:
    if not text.startswith("whsec_"):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise NotifyError("what follows whsec_ in the secret is no base64", final=True) from None
