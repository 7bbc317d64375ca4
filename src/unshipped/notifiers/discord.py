"""Discord: a webhook's message, kept up to date in place; what is news is said in a short one after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from unshipped import __version__
from unshipped.core.alerting import Topic
from unshipped.core.messages import Message
from unshipped.notifiers._buttons import buttons
from unshipped.notifiers._discord import described, line
from unshipped.notifiers._fit import fitted
from unshipped.notifiers._marks import colour, mark
from unshipped.notifiers._people import check_people, mentioned
from unshipped.notifiers._settings import ChatSettings, check_secret, check_web, secret
from unshipped.notifiers._sheet import news, sheet, told
from unshipped.notifiers._wire import Wire
from unshipped.secrets import Reference

_TITLE, _DESCRIPTION, _CONTENT = 256, 4000, 1900
"""Characters that Discord takes, or somewhat fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordNotifier(ChatSettings):
    """Posts to a webhook of a channel, and changes what it posted. Nobody is mentioned but whom `people`
    names.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    handles: ClassVar[str] = "discord"
    EXAMPLE: ClassVar[dict[str, Any]] = {"url": {"env": "DISCORD_WEBHOOK_URL"}}

    url: Reference
    """The webhook's address, which is a secret: `{env: NAME}` or `{file: PATH}`."""

    def __post_init__(self) -> None:
        check_web(self)
        check_secret(self.url)
        check_people(self.people, self.handles)

    def say(self, message: Message, reference: str) -> str:
        address = secret(self.url)
        wire = Wire("Discord", self, hint="make a new webhook: this one was removed")
        payload = self.preview(message)
        if reference.isdecimal():  # else this receiver was of another kind when the conversation began
            changed = wire.send(
                _at(address, f"/messages/{reference}"), payload, method="PATCH", accept=(404,)
            )
            if changed.status != 404:
                if message.loud:
                    wire.send(_at(address, wait="true"), self._news(message)).document()
                return reference
        posted = wire.send(_at(address, wait="true"), payload).document()
        return str(posted.get("id", "")) if message.topic is Topic.INCIDENTS else ""

    def preview(self, message: Message) -> dict[str, Any]:
        """The message as Discord takes it."""
        people = mentioned(message, self.people)
        led = " · ".join(f"[{one.text}](<{one.address}>)" for one in buttons(message, self.server))
        text = fitted(message, described, lambda made: len(made) + len(led) + 2, _DESCRIPTION)
        foot = ", ".join(filter(None, (message.group, f"unshipped {__version__}")))
        embed = {
            "title": told(f"{mark(message)} {sheet(message).title}", _TITLE),
            "description": "\n\n".join(filter(None, (text[:_DESCRIPTION], led))),
            "color": colour(message),
            "footer": {"text": told(foot, 200)},
        }
        return {"content": _mentions(people), "embeds": [embed], **_allowed(people)}

    def _news(self, message: Message) -> dict[str, Any]:
        people = mentioned(message, self.people)
        text = "\n".join(map(line, news(message)))
        return {"content": f"{mark(message)} {text}"[:_CONTENT] + _mentions(people, " "), **_allowed(people)}


def _mentions(people: tuple[str, ...], before: str = "") -> str:
    return before * bool(people) + " ".join(f"<@{one}>" for one in people)


def _allowed(people: tuple[str, ...]) -> dict[str, Any]:
    """Nobody else is mentioned, whatever a text says."""
    return {"allowed_mentions": {"parse": [], "users": list(people)}}


def _at(address: str, path: str = "", **query: str) -> str:
    parts = urlsplit(address)
    known = "&".join(filter(None, (parts.query, urlencode(query))))
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + path, known, ""))
