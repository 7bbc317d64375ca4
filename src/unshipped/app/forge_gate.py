"""A gate that a forge asks: GitHub's deployment protection rules, GitLab's external status checks.

What came in is checked, answered from the record, and turned into what has to be sent back. It is sent by
whoever called: a forge waits for an answer, so every path leads to one.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from unshipped.app.ask_gate import answer, ask_gate, understood
from unshipped.app.gate_api import Answered, Desk, refused
from unshipped.carried.rule import looked, tidy
from unshipped.core.gating import Answer, GateDecision, Purpose
from unshipped.core.value import Value
from unshipped.errors import UnshippedError, UsageError
from unshipped.gate.values import Question

LARGEST_BODY = 25_000_000
"""GitHub sends no larger one."""
MOST_COMMENT = 1024
GITHUB, GITLAB = "https://api.github.com", "https://gitlab.com/api/v4"
_LOOKBACK = timedelta(days=90)
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#|~@&])")


class Reply(Value):
    """A POST that has to be sent to the forge, with the forge's own credentials."""

    url: str
    body: dict[str, Any]
    installation: int = 0
    """Of which installation of an App of GitHub the event told; 0 for none."""


class Answers(Value):
    """What the request is answered, and what is sent afterwards, in order."""

    answered: Answered
    replies: tuple[Reply, ...] = ()


class Forge(Value):
    """Where the webhook comes from."""

    secret: str
    gate: str
    """The gate that answers."""
    api: str
    """The root of the forge's interface: nothing is sent anywhere else."""


class Webhook(Value):
    """A forge that asks, and how it is answered."""

    forge: Forge
    send: Callable[[Reply], None]
    """Posts a reply to the forge, with the forge's own credentials."""


def protection_rule(
    headers: Mapping[str, str], body: bytes, forge: Forge, opened: Callable[[], Desk], now: datetime
) -> Answers:
    """GitHub asks whether a job may deploy to an environment. The desk is `opened` for who signed alone."""
    given = {name.lower(): value for name, value in headers.items()}
    signature = given.get("x-hub-signature-256", "").removeprefix("sha256=")
    event, wrong = _event(body, signature, forge)
    if wrong:
        return Answers(wrong)
    if given.get("x-github-event") != "deployment_protection_rule":
        return Answers((202, {"ignored": tidy(given.get("x-github-event", ""), 60)}))
    url, environment = _text(event, "deployment_callback_url"), _text(event, "environment")
    if not _within(url, forge.api) or not environment:
        return Answers(
            refused(422, "no-callback", "the event has no callback of this forge to be answered at")
        )
    desk = opened()
    decision, why, how = _decided(_deploying(event, environment, forge, desk, now), desk, now)
    progress = {"environment_name": environment, "comment": f"unshipped asks the gate {_plain(forge.gate)}."}
    state = "rejected" if decision is Answer.BLOCK else "approved"
    verdict = {"environment_name": environment, "state": state, "comment": _comment(decision, why, how)}
    given_id = _table(event, "installation").get("id")
    installation = given_id if isinstance(given_id, int) else 0
    replies = (Reply(url, progress, installation), Reply(url, verdict, installation))
    return Answers((200, {"state": state}), replies)


def status_check(
    headers: Mapping[str, str], body: bytes, forge: Forge, opened: Callable[[], Desk], now: datetime
) -> Answers:
    """GitLab asks whether a merge request may be merged."""
    given = {name.lower(): value for name, value in headers.items()}
    event, wrong = _event(body, given.get("x-gitlab-signature", ""), forge)
    if wrong:
        return Answers(wrong)
    request, rule = _table(event, "object_attributes"), _table(event, "external_approval_rule")
    project, number, check = request.get("target_project_id"), request.get("iid"), rule.get("id")
    sha = _text(_table(request, "last_commit"), "id")
    if not all(isinstance(one, int) for one in (project, number, check)) or not sha:
        return Answers(refused(422, "no-merge-request", "the event names no merge request to be answered"))
    decision, why, _ = _decided(Question(gate=forge.gate, by=_person(event, "user")), opened(), now)
    status = "failed" if decision is Answer.BLOCK else "passed"
    url = f"{forge.api.rstrip('/')}/projects/{project}/merge_requests/{number}/status_check_responses"
    reply = Reply(url, {"sha": sha, "external_status_check_id": check, "status": status})
    return Answers((200, {"status": status, "reasons": list(why)}), (reply,))


def _event(body: bytes, signature: str, forge: Forge) -> tuple[Mapping[str, Any], Answered | None]:
    """The event, or what its sender is answered."""
    if not forge.secret:
        return {}, refused(503, "no-secret", "this webhook has no secret: nothing that it says is believed")
    if len(body) > LARGEST_BODY:
        return {}, refused(413, "too-large", "the event is larger than a forge sends")
    right = hmac.digest(forge.secret.encode(), body, "sha256").hex()
    if not hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace")):
        return {}, refused(401, "signature", "the event is not signed with the secret of this webhook")
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return {}, refused(400, "not-json", "the event is no JSON")
    return (event, None) if isinstance(event, dict) else ({}, refused(400, "not-json", "it is no event"))


def _deploying(
    event: Mapping[str, Any], environment: str, forge: Forge, desk: Desk, now: datetime
) -> Question:
    """What a deployment asks: which target it deploys, and whether it goes back."""
    deployment = _table(event, "deployment")
    given = _payload(deployment)
    services = sorted({name for name, _ in desk.house.targets}, key=len, reverse=True)
    named = _text(given, "service") or next((one for one in services if one == _text(deployment, "task")), "")
    purpose = _purpose(given, _text(deployment, "task"))
    if purpose is Purpose.DEPLOY and named and _served_before(deployment, named, environment, desk, now):
        purpose = Purpose.ROLLBACK
    target = f"{named}/{environment}" if named else ""
    who = _person(event, "sender")
    return Question(gate=forge.gate, purpose=purpose.value, deploys=target, by=who)


def _purpose(given: Mapping[str, Any], task: str) -> Purpose:
    words = set(re.split(r"[^a-z]+", task.lower()))
    for purpose in (Purpose.ROLLBACK, Purpose.EMERGENCY):
        if (
            purpose.value in words
            or given.get(purpose.value) is True
            or given.get("purpose") == purpose.value
        ):
            return purpose
    return Purpose.DEPLOY


def _served_before(
    deployment: Mapping[str, Any], service: str, environment: str, desk: Desk, now: datetime
) -> bool:
    """Whether that commit served there before, and another one since, by what was recorded or by what was
    seen: a deploy that goes back.
    """
    target = f"{service}/{environment}"
    try:
        known = desk.record.deployments(since=now - _LOOKBACK, target=target)
        standing = desk.record.standings([target]).get(target)
    except UnshippedError:
        return False
    theirs = [one for one in known if (one.service, one.environment) == (service, environment)]
    told = [one.commit for one in sorted(theirs, key=lambda one: one.when, reverse=True)]
    seen, sha = standing.served if standing else (), _text(deployment, "sha")
    return bool(sha) and any(sha in line[1:] and sha != line[0] for line in (told, seen))


def _decided(question: Question, desk: Desk, now: datetime) -> tuple[Answer, tuple[str, ...], str]:
    """The answer, why, and how old what it is by is, with the mode. Where the record is away, what the gate's
    own rule says of the unknown.
    """
    try:
        asked = understood(question, desk.house)
    except (UsageError, ValueError) as error:
        # What is not declared stops nobody: it would keep stale what the deploy makes current.
        return Answer.WARN, _nobody_knows(error), ""
    try:
        found = ask_gate(question, desk.house, desk.record, now)
    except (UnshippedError, ValueError) as error:
        found = answer(asked, {}, (), now)
        return found.answer, _nobody_knows(error), _looked(found)
    return found.answer, found.reasons, _looked(found)


def _looked(found: GateDecision) -> str:
    return looked(found.verdict_age, found.mode.value)


def _nobody_knows(error: Exception) -> tuple[str, ...]:
    message = error.message if isinstance(error, UnshippedError) else str(error)
    return (f"nobody knows: {tidy(message, 300)}",)


def _comment(answer: Answer, why: tuple[str, ...], how: str) -> str:
    """For the reviewer, in Markdown, as long as it may be: what is cut off is of the reasons."""
    head = {Answer.ALLOW: "Nothing stands against it.", Answer.WARN: "It may run, but:"}.get(
        answer, "Stopped:"
    )
    text = "\n".join([head, *(f"- {_plain(reason)}" for reason in why)])
    end = f"\n\n{how}" if how else ""
    most = MOST_COMMENT - len(end)
    return (text if len(text) <= most else text[: most - 1].rstrip("\\") + "…") + end


def _plain(text: str) -> str:
    """What somebody else wrote, with nothing that marks up or mentions."""
    return _MARKUP.sub(r"\\\1", tidy(text, 300)).replace("\\@", "@\u200b")


def _within(url: str, api: str) -> bool:
    """Whether an address belongs to the forge that is configured."""
    place, root = urlsplit(url), urlsplit(api)
    same = (place.scheme, place.netloc) == (root.scheme, root.netloc)
    return same and place.path.startswith(root.path.rstrip("/") + "/") and ".." not in place.path


def _payload(deployment: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the deployment was given along: a mapping, or the text of one."""
    given = deployment.get("payload")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return {}
    return given if isinstance(given, dict) else {}


def _person(event: Mapping[str, Any], key: str) -> str:
    who = _table(event, key)
    return tidy(_text(who, "login") or _text(who, "username"), 100)


def _table(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
