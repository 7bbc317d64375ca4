"""GitHub: one issue for a conversation, found by a mark in its text, closed when it is over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from unshipped.core.alerting import Topic
from unshipped.core.messages import Message
from unshipped.core.words import instant
from unshipped.notifiers._buttons import buttons
from unshipped.notifiers._fit import fitted
from unshipped.notifiers._markdown import line, written
from unshipped.notifiers._people import check_people, mentioned
from unshipped.notifiers._settings import ChatSettings, check_secret, check_web, secret
from unshipped.notifiers._sheet import news, sheet, told
from unshipped.notifiers._wire import Wire
from unshipped.secrets import Reference

AGAIN = timedelta(days=30)
"""An issue that was closed no longer ago than this is opened again, where the same target drifts again."""
_TITLE, _BODY = 250, 60_000
_GONE = (404, 410)
_STAMP = re.compile(r":\d{8}T\d{6}Z$")


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubIssueNotifier(ChatSettings):
    """Opens an issue, keeps its text up to date, comments on what is news, and closes it once everything is
    proven to be in order. One that somebody closed before is opened again. The token needs to write issues.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    handles: ClassVar[str] = "github"
    least: ClassVar[str] = "warning"
    EXAMPLE: ClassVar[dict[str, Any]] = {"repository": "acme/shop", "token": {"env": "GITHUB_TOKEN"}}

    repository: str
    """`OWNER/NAME` of the repository that has the issues."""

    token: Reference
    """Who writes: `{env: NAME}` or `{file: PATH}`."""

    label: str = "deployment-drift"
    """The label of these issues, by which they are found too."""

    endpoint: str = "https://api.github.com"
    """Where the interface is: `https://HOST/api/v3` for GitHub Enterprise Server."""

    def __post_init__(self) -> None:
        check_web(self, self.endpoint)
        check_secret(self.token)
        check_people(self.people, self.handles)
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", self.repository):
            raise ValueError("repository is OWNER/NAME")
        if not self.label.strip() or "," in self.label:
            raise ValueError("label is one label, without a comma")

    def say(self, message: Message, reference: str) -> str:
        # Elsewhere, where the file names another repository by now, somebody else's issue has that number.
        place, _, known = reference.rpartition("/")
        number = self._told(message, known if place == self._issues() else "")
        return f"{self._issues()}/{number}" if number else ""

    def _told(self, message: Message, number: str) -> str:
        """The number of the issue that the conversation has by now, if any."""
        wire = self._wire()
        number = number or self._known(wire, message)
        made = self.preview(message)
        if number and not self._changed(wire, number, message, made):
            number = ""
        if number:
            if message.loud:
                place = f"{self._issues()}/{quote(number, safe='')}/comments"
                wire.send(place, {"body": self._news(message)})
            return number
        if message.resolved:
            return ""  # nobody was told that it began
        opened = wire.send(self._issues(), {**made, "labels": [self.label]}).document().get("number")
        if message.topic is not Topic.INCIDENTS:
            self._changed(wire, str(opened), message._replace(resolved=True), made)
            return ""
        return str(opened or "")

    def preview(self, message: Message) -> dict[str, Any]:
        """The title and the text of the issue."""
        led = buttons(message, self.server)
        text = fitted(message, lambda less: written(less, led), len, _BODY)
        if message.topic is not Topic.INCIDENTS and (people := self._people(message)):
            text = f"{people}\n\n{text}"
        return {"title": told(sheet(message).title, _TITLE), "body": f"{mark(message)}\n{text[:_BODY]}"}

    def _news(self, message: Message) -> str:
        return "\n".join(filter(None, (*map(line, news(message)), self._people(message))))[:_BODY]

    def _people(self, message: Message) -> str:
        return " ".join(f"@{one}" for one in mentioned(message, self.people))

    def _known(self, wire: Wire, message: Message) -> str:
        """The number of the issue that has the mark, or of one about the same that was closed not long ago.
        An open one of another conversation is left to that.
        """
        since = instant(message.at - AGAIN)
        query = {"labels": self.label, "state": "all", "sort": "updated", "per_page": "100", "since": since}
        for issue in wire.get(f"{self._issues()}?{urlencode(query)}").rows():
            closed = str(issue.get("closed_at") or "")
            text = str(issue.get("body") or "")
            again = issue.get("state") == "closed" and closed >= since and text.startswith(_about(message))
            if (again or text.startswith(mark(message))) and "pull_request" not in issue:
                return str(issue.get("number") or "")
        return ""

    def _changed(self, wire: Wire, number: str, message: Message, made: dict[str, Any]) -> bool:
        """Whether the issue is as it should be now; not where it is gone."""
        state = {"state": "closed", "state_reason": "completed"} if message.resolved else {"state": "open"}
        place = f"{self._issues()}/{quote(number, safe='')}"
        return wire.send(place, {**made, **state}, method="PATCH", accept=_GONE).status not in _GONE

    def _wire(self) -> Wire:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {secret(self.token)}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        hint = "the token needs to write issues of that repository, which has to have issues"
        return Wire("GitHub", self, headers, hint)

    def _issues(self) -> str:
        owner, _, name = self.repository.partition("/")
        return f"{self.endpoint.rstrip('/')}/repos/{quote(owner)}/{quote(name)}/issues"


def mark(message: Message) -> str:
    """What no reader sees: which conversation it is."""
    began = _STAMP.search(message.group)
    return f"{_about(message)}{began[0][1:] if began else ''} -->"


def _about(message: Message) -> str:
    """How marks begin of all conversations about the same, whenever they began."""
    about = quote(_STAMP.sub("", message.group or message.id), safe=":/")
    return f"<!-- unshipped: {about.replace('--', '%2D%2D')} "
