"""GitHub's Deployments: one for each revision that a rollout brings, with the states that it goes through."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from unshipped.core.alerting import Topic
from unshipped.core.messages import Message
from unshipped.core.rollout import End
from unshipped.core.texts.announcing import Announcement
from unshipped.core.texts.foreign import shown
from unshipped.errors import NotifyError
from unshipped.notifiers._events import announcement
from unshipped.notifiers._settings import WebSettings, check_secret, check_web, secret
from unshipped.notifiers._wire import Wire
from unshipped.secrets import Reference

_BEGINS = "in_progress"
_ENDS = {End.PROVEN: "success", End.ROLLED_BACK: "failure", End.STOPPED: "error", End.REFUSED: "error"}
_LONGEST = 140
"""The longest description, says GitHub."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubDeploymentNotifier(WebSettings):
    """Writes rollouts down as deployments: `in_progress` when one begins, then `success`, `failure` or
    `error`; what serves again after a rollback is a deployment of its own. It is told of rollouts alone, and
    only where `deploy.announce` names it. The token needs to write deployments.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    announces: ClassVar[bool] = True
    routed: ClassVar[bool] = False
    EXAMPLE: ClassVar[dict[str, Any]] = {"repository": "acme/shop", "token": {"env": "GITHUB_TOKEN"}}

    repository: str
    """`OWNER/NAME`. `{service}` and `{environment}` are replaced, here and in the next two."""

    token: Reference
    """Who writes: `{env: NAME}` or `{file: PATH}`."""

    environment: str = "{environment}"
    """Name of the environment at GitHub, such as `{service}-{environment}`."""

    task: str = "deploy:{service}"
    """The task of the deployments: which service of the repository it is."""

    auto_inactive: bool = False
    """Whether a success makes the earlier deployments to the same environment at GitHub inactive. Where
    several services share one, that would be theirs too."""

    endpoint: str = "https://api.github.com"
    """Where the interface is: `https://HOST/api/v3` for GitHub Enterprise Server."""

    def __post_init__(self) -> None:
        check_web(self, self.endpoint)
        check_secret(self.token)
        if not re.fullmatch(r"[\w.{}-]+/[\w.{}-]+", self.repository):
            raise ValueError("repository is OWNER/NAME")

    def say(self, message: Message, reference: str) -> str:
        wire = self._wire()
        if message.topic is Topic.TEST:
            self._tried(wire)
        if message.topic is not Topic.DEPLOYMENT:
            return reference
        told = announcement(message)
        for made, states in self._wanted(told):
            self._brought(wire, told, made, states)
        return reference

    def _tried(self, wire: Wire) -> None:
        """Where the repository is that of a service, whether GitHub knows who asks: some have no limits."""
        if "{" in self.repository:
            wire.get(f"{self.endpoint.rstrip('/')}/rate_limit", accept=(404,))
        else:
            wire.get(f"{self._place(self.repository)}?per_page=1").rows()

    def preview(self, message: Message) -> list[dict[str, Any]]:
        """The deployments, each with the states that are written for it."""
        if message.topic is not Topic.DEPLOYMENT:
            return []
        return [made | {"statuses": states} for made, states in self._wanted(announcement(message))]

    def _wanted(self, told: Announcement) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
        """Which deployments there have to be, each with its states in their order."""
        begins = _state(_BEGINS, f"rollout {told.rollout}")
        if told.end is None:
            return [(self._made(told, told.commit), [begins])]
        ends = self._ended(_ENDS[told.end], told.why)
        found = [(self._made(told, told.commit), [begins, ends])]
        if told.back:
            again = self._ended("success", f"serves again after {told.commit[:9]} was rolled back")
            found.append((self._made(told, told.back), [begins, again]))
        return found

    def _made(self, told: Announcement, commit: str) -> dict[str, Any]:
        return {
            "ref": commit,
            "task": _filled(self.task, told),
            "environment": _filled(self.environment, told),
            "description": shown(f"{told.target} by {told.by}" if told.by else told.target, _LONGEST),
            "auto_merge": False,
            "required_contexts": [],  # whether its checks passed was asked before it was begun
            "payload": {
                "service": told.service,
                "environment": told.environment,
                "rollout": told.rollout,
            },
        }

    def _ended(self, state: str, why: str) -> dict[str, Any]:
        return _state(state, why) | ({"auto_inactive": self.auto_inactive} if state == "success" else {})

    def _brought(
        self, wire: Wire, told: Announcement, made: dict[str, Any], states: list[dict[str, Any]]
    ) -> None:
        """See to it that it is there, with every state once, and none after one that ends it."""
        place = self._place(_filled(self.repository, told))
        query = {"sha": made["ref"], "task": made["task"], "environment": made["environment"]}
        rows = wire.get(f"{place}?{urlencode(query)}&per_page=100").rows()
        number = next((row.get("id") for row in rows if _rollout(row) == told.rollout), None)
        if number is None:
            number = wire.send(place, made).document().get("id")
            if not isinstance(number, int):
                raise NotifyError("GitHub made no deployment of it", final=True)
        path = f"{place}/{quote(str(number), safe='')}/statuses"
        known = {str(row.get("state")) for row in wire.get(f"{path}?per_page=100").rows()}
        if known & {*_ENDS.values(), "inactive"}:
            return
        for state in states:
            if state["state"] not in known:
                wire.send(path, state)

    def _place(self, repository: str) -> str:
        owner, _, name = repository.partition("/")
        return f"{self.endpoint.rstrip('/')}/repos/{quote(owner, safe='')}/{quote(name, safe='')}/deployments"

    def _wire(self) -> Wire:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {secret(self.token)}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        return Wire("GitHub", self, headers, "the token needs to write deployments of that repository")


def _filled(text: str, told: Announcement) -> str:
    return text.replace("{service}", told.service).replace("{environment}", told.environment)


def _state(state: str, why: str) -> dict[str, Any]:
    return {"state": state, "description": shown(why, _LONGEST)}


def _rollout(row: dict[str, Any]) -> str:
    """Which rollout it is of: GitHub keeps a payload as an object, or as JSON in a text."""
    payload = row.get("payload")
    try:
        found = json.loads(payload) if isinstance(payload, str) else payload
    except (ValueError, RecursionError):
        found = None
    return str(found.get("rollout")) if isinstance(found, dict) else ""
