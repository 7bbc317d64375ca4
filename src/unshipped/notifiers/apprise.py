"""Everything else, by Apprise: more than a hundred services, each by an address of its own."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, ClassVar

from unshipped.core.messages import Message
from unshipped.core.model import Severity
from unshipped.errors import NotifyError
from unshipped.notifiers._fit import fitted
from unshipped.notifiers._settings import check_secret, check_timeout, secret
from unshipped.notifiers._sheet import sheet
from unshipped.notifiers._text import text
from unshipped.secrets import Reference, named

_LARGEST = 8000
_GRADES = {
    Severity.NONE: "info",
    Severity.INFO: "info",
    Severity.WARNING: "warning",
    Severity.CRITICAL: "failure",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseNotifier:
    """Hands plain text to Apprise: `pip install 'unshipped[apprise]'`. It neither changes a message nor knows
    why one was refused, so that only what is worth a new message is said.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    EXAMPLE: ClassVar[dict[str, Any]] = {"url": {"env": "APPRISE_URL"}}

    url: Reference
    """The address as Apprise writes it, such as `mmost://…`, which is a secret: `{env: NAME}` or
    `{file: PATH}`."""

    timeout: float = 20.0
    """Seconds that are waited for it, at most 60."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_secret(self.url)

    def say(self, message: Message, reference: str) -> str:
        if not message.loud:
            return reference
        done: SimpleQueue[NotifyError | None] = SimpleQueue()
        address, payload = secret(self.url), self.preview(message)
        Thread(target=lambda: done.put(_failure(address, payload, named(self.url))), daemon=True).start()
        try:
            failure = done.get(timeout=self.timeout)
        except Empty:
            failure = NotifyError(f"Apprise did not answer within {self.timeout:g} s")
        if failure:
            raise failure
        return reference

    def preview(self, message: Message) -> dict[str, str]:
        """What Apprise is handed."""
        grade = "success" if message.resolved else _GRADES[message.severity]
        body = fitted(message, lambda less: text(less, titled=False), len, _LARGEST)
        return {"title": sheet(message).title, "body": body[:_LARGEST], "notify_type": grade}


def _failure(address: str, payload: dict[str, str], whose: str) -> NotifyError | None:
    try:
        import apprise  # noqa: PLC0415 - an extra, and heavy
    except ImportError:
        return NotifyError("Apprise is not installed", "pip install 'unshipped[apprise]'", final=True)
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # what it writes may hold the address
    try:
        known = apprise.Apprise()
        if not known.add(address):
            return NotifyError(f"{whose} is no address that Apprise knows", final=True)
        sent = known.notify(**payload, body_format="text", interpret_escapes=False)  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001 - a hundred services, each with failures of its own
        return NotifyError(f"Apprise failed: {type(error).__name__}")
    return None if sent else NotifyError("Apprise could not deliver it: it does not say why")
