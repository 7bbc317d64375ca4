"""Slack, as an app with a bot token: one message a conversation, updated in place, its news in a thread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from unshipped.core.alerting import Topic
from unshipped.core.incidents import Step
from unshipped.core.messages import Message
from unshipped.core.model import Severity
from unshipped.errors import NotifyError
from unshipped.notifiers import _blocks
from unshipped.notifiers._buttons import buttons, pressable
from unshipped.notifiers._people import check_people, mentioned
from unshipped.notifiers._settings import ChatSettings, check_secret, check_web, secret
from unshipped.notifiers._sheet import news, sheet
from unshipped.notifiers._wire import Reply, Wire, refused
from unshipped.secrets import Reference

_GONE = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "thread_not_found",
        "channel_not_found",
        "is_inactive",
        "is_archived",
        "not_in_channel",
    }
)
"""There is no message any more that could be changed: it is gone, or where it is nobody writes any more."""
_LATER = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    }
)
_HINTS = {
    "not_in_channel": "invite the app: /invite @NAME in the channel",
    "channel_not_found": "name a channel that is there and invite the app; a private one is named by its id",
    "is_archived": "name a channel that is not archived",
    "missing_scope": "give the app the scope chat:write and install it anew",
}
_WORD = re.compile(r"[a-z_]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackNotifier(ChatSettings):
    """Posts with `chat.postMessage`, keeps the message up to date with `chat.update`, and writes what is new
    into its thread. What became worse is shown in the channel too. The app needs the scope `chat:write`.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    handles: ClassVar[str] = "slack"
    EXAMPLE: ClassVar[dict[str, Any]] = {"channel": "#deploys", "token": {"env": "SLACK_TOKEN"}}

    channel: str
    """Where to: the channel's id, or its name with `#`. The app has to be a member."""

    token: Reference
    """The bot token (`xoxb-…`): `{env: NAME}` or `{file: PATH}`."""

    interactive: bool = False
    """Buttons that act at once, in place of links: `unshipped serve --slack` takes what is pressed."""

    endpoint: str = "https://slack.com/api"
    """Where the interface is."""

    def __post_init__(self) -> None:
        check_web(self, self.endpoint)
        check_secret(self.token)
        check_people(self.people, self.handles)
        if not self.channel.strip():
            raise ValueError("channel is the id of a channel, or its name with #")

    def say(self, message: Message, reference: str) -> str:
        hint = "look at the token: it may have been revoked"
        headers = {"Authorization": f"Bearer {secret(self.token)}"}
        wire = Wire("Slack", self, headers, hint)
        channel, _, root = reference.partition(":")
        made = self.preview(message)
        if root and "ts" not in self._call(wire, "update", {"channel": channel, "ts": root, **made}):
            root = ""
        if root:
            self._call(wire, "postMessage", self._news(message, channel, root))
            return reference
        posted = self._call(wire, "postMessage", {"channel": self.channel, **_QUIET, **made})
        if message.topic is not Topic.INCIDENTS:
            return ""
        return f"{posted.get('channel')}:{posted.get('ts')}"

    def preview(self, message: Message) -> dict[str, Any]:
        """The message as Slack's Block Kit Builder shows it."""
        people = mentioned(message, self.people)
        made = buttons(message, self.server)
        if self.interactive:
            made = (*pressable(message), *(one for one in made if one.text == "Deploy"))
        return _blocks.body(message, made, people)

    def _news(self, message: Message, channel: str, root: str) -> dict[str, Any]:
        """What goes into the thread."""
        lines = [_blocks.section(_blocks.spans(line)) for line in news(message)]
        people = mentioned(message, self.people)
        named = [{"type": "user", "user_id": one} for one in people]
        return {
            "channel": channel,
            "thread_ts": root,
            "reply_broadcast": _worse(message),
            **_QUIET,
            "text": _blocks.escaped(sheet(message).title),
            "blocks": [_blocks.rich(*lines, *([_blocks.section(named)] if named else []))],
        }

    def _call(self, wire: Wire, method: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The answer to one call; an empty one where what was to be changed is gone."""
        reply = wire.send(f"{self.endpoint.rstrip('/')}/chat.{method}", payload)
        said = reply.document()
        if said.get("ok") is True:
            return said
        error = str(said.get("error"))
        if method == "update" and error in _GONE:
            return {}
        raise _refusal(reply, error if _WORD.fullmatch(error) else "with an error")


_QUIET = {"unfurl_links": False, "unfurl_media": False}


def _worse(message: Message) -> bool:
    """Whether the whole channel should see it, and not only who follows the thread."""
    steps = {one.step for one in message.items if one.fresh}
    return bool(
        message.loud and message.severity >= Severity.WARNING and steps & {Step.ESCALATED, Step.REOPENED}
    )


def _refusal(reply: Reply, word: str) -> NotifyError:
    again = refused(reply).again_after
    later = word in _LATER
    hint = _HINTS.get(word, "look at the token: it may have been revoked" if "auth" in word else "")
    return NotifyError(f"Slack answered {word}", hint, final=not later, again_after=again)
