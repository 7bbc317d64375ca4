"""A message as an event: CloudEvents 1.0, with this project's own data or with an incident of CDEvents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from unshipped.core.alerting import Topic
from unshipped.core.incidents import Step
from unshipped.core.logged.deployments import written
from unshipped.core.messages import Item, Message, Missing
from unshipped.core.texts.announcing import Announcement, understood
from unshipped.core.texts.announcing import document as rollout
from unshipped.core.words import instant

Event = dict[str, Any]

LONGEST = 1000
"""How many characters of one text of others are handed on."""

_SPECIFICATION = "0.4.1"
_SAID = {
    Step.OPENED: "detected",
    Step.REOPENED: "detected",
    Step.ESCALATED: "reported",
    Step.RESOLVED: "resolved",
}


def cloud_event(message: Message, source: str) -> Event:
    """One event for the whole message."""
    if message.topic is Topic.DEPLOYMENT:
        told = announcement(message)
        data = rollout(told)
        return _enveloped(message.id, source, "unshipped.deployment", message.at, told.target, data)
    about = "incidents" if message.topic is Topic.INCIDENTS else message.topic.value
    return _enveloped(message.id, source, f"unshipped.{about}", message.at, message.group, document(message))


def cd_events(message: Message, source: str, server: str) -> Iterator[Event]:
    """One event for each incident that is news. What is reported has to say where: without a server, it is
    detected once more. Of a rollout one for each revision that it brought to serve; of a test two, of an
    incident that is over at once.
    """
    if message.topic is Topic.DEPLOYMENT:
        for number, served in enumerate(announcement(message).served):
            yield written(served, f"{message.id}#{number}", source)
    tried = message.topic is Topic.TEST
    for item in _tried(message) if tried else message.news:
        predicate = _SAID.get(item.step, "")
        if not predicate:
            continue
        ticket = f"{server.rstrip('/')}/incidents/{quote(item.incident, safe='')}" if server else ""
        if predicate == "reported" and not ticket:
            predicate = "detected"
        identity = f"{message.id}#{predicate if tried else item.incident}"
        kind = f"dev.cdevents.incident.{predicate}.0.2.0"
        data = _incident(item, identity, kind, source, message.at, ticket if predicate == "reported" else "")
        yield _enveloped(identity, source, kind, message.at, item.incident, data)


def _tried(message: Message) -> Iterator[Item]:
    for step in (Step.OPENED, Step.RESOLVED):
        yield Item(message.id, "unshipped", "test", message.severity, step, message.title, fresh=True)


def announcement(message: Message) -> Announcement:
    """The rollout that the message is about, as data."""
    return understood(json.loads(message.body))


def document(message: Message) -> Event:
    """The message as data. Fields may be added; none changes what it means."""
    made: Event = _cut(_document(message))
    return made


def _cut(part: Any) -> Any:
    """The same, with no text that is longer than anybody reads."""
    if isinstance(part, dict):
        return {name: one if name == "body" else _cut(one) for name, one in part.items()}
    if isinstance(part, list):
        return [_cut(one) for one in part]
    return part[:LONGEST] if isinstance(part, str) else part


def _document(message: Message) -> Event:
    return {
        "schema_version": 1,
        "id": message.id,
        "topic": message.topic.value,
        "at": instant(message.at),
        "group": message.group or None,
        "severity": message.severity.word,
        "resolved": message.resolved,
        "loud": message.loud,
        "title": message.title,
        "why": message.why,
        "cause": _change(message.cause) if message.cause else None,
        "targets": [_target(item) for item in message.items],
        "further": list(message.further),
        "body": message.body or None,
    }


def _enveloped(identity: str, source: str, kind: str, at: datetime, subject: str, data: Event) -> Event:
    return {
        "specversion": "1.0",
        "id": identity,
        "source": source,
        "type": kind,
        **({"subject": subject} if subject else {}),
        "time": instant(at),
        "datacontenttype": "application/json",
        "data": data,
    }


def _target(item: Item) -> Event:
    return {
        "incident": item.incident,
        "service": item.service,
        "environment": item.environment,
        "severity": item.severity.word,
        "step": item.step.value,
        "news": item.fresh,
        "resolved": item.resolved,
        "headline": item.headline,
        "reasons": list(item.reasons),
        "deployed": {"commit": item.deployed or None, "url": item.runs.address or None},
        "expected": {"commit": item.expected or None, "url": item.should.address or None},
        "compare_url": item.compare.address or None,
        "since": instant(item.since) if item.since else None,
        "changes": [_change(one) for one in item.missing],
        "more_changes": item.more,
        "owner": item.owner or None,
        "acknowledged_by": item.acknowledged_by or None,
        "evidence": item.evidence or None,
        "command": item.command or None,
    }


def _change(one: Missing) -> Event:
    return {
        "commit": one.id or one.commit.text,
        "url": one.commit.address or None,
        "subject": one.subject,
        "author": one.author,
        "waiting": one.waiting,
        "request_url": one.request.address or None,
    }


def _incident(item: Item, identity: str, kind: str, source: str, at: datetime, ticket: str) -> Event:
    content: Event = {
        "description": item.headline[:LONGEST],
        "environment": {"id": item.environment},
        "service": {"id": item.service},
    }
    if item.deployed:
        content["artifactId"] = f"pkg:generic/{quote(item.service, safe='')}@{item.deployed}"
    if ticket:
        content["ticketURI"] = ticket
    context = {
        "version": _SPECIFICATION,
        "id": identity,
        "source": source,
        "type": kind,
        "timestamp": instant(at),
    }
    return {
        "context": context,
        "subject": {"id": item.incident, "source": source, "type": "incident", "content": content},
        "customData": _cut(_target(item)),
        "customDataContentType": "application/json",
    }
