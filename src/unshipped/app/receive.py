"""A request that somebody sends, as CloudEvents over HTTP: what it says was deployed, or one reason why not.

It holds one event beside its headers (binary mode), or in an envelope (structured), or several (batch).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from unshipped.core.logged.deployments import Deployment, understood
from unshipped.core.value import Value
from unshipped.errors import EventError

LARGEST = 256 * 1024
"""The most bytes that a request may have."""

_MOST = 100
"""The most events of a batch."""

_LONGEST = 500
"""The most characters that a text of an event may have."""

_ENVELOPE, _BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
_KIND = re.compile(r"dev\.cdevents\.[a-z]+\.[a-z]+\.0\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?")
"""A kind of CDEvents, in a version whose shape is known."""


class Received(Value):
    """One thing that was deployed. Who sends may send it again: `source` and `identity` tell that."""

    source: str
    identity: str
    deployment: Deployment


def received(headers: Mapping[str, str], body: bytes) -> tuple[Received, ...]:
    """What a request says was deployed; nothing where its events are of other kinds. Raises `EventError`."""
    if len(body) > LARGEST:
        raise EventError(f"the request has more than {LARGEST // 1024} KiB, which no event has", status=413)
    known = {name.lower(): value for name, value in headers.items()}
    kind = known.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _BATCH:
        several = _json(body)
        if not isinstance(several, list) or len(several) > _MOST:
            raise EventError(f"a batch is a list of at most {_MOST} events")
        found = [_of_envelope(one) for one in several]
    elif kind == _ENVELOPE:
        found = [_of_envelope(_json(body))]
    elif kind == "application/json" and "ce-specversion" in known:
        said = {name[3:]: unquote(text) for name, text in known.items() if name.startswith("ce-")}
        found = [_event(said, _json(body))]
    else:
        message = "the request holds no event: its Content-Type, or the header ce-specversion, says so"
        raise EventError(message, f"send {_ENVELOPE}, or application/json with ce-… headers", status=415)
    return tuple(one for one in found if one)


def _of_envelope(envelope: object) -> Received | None:
    if not isinstance(envelope, dict):
        raise EventError("an event is an object of JSON")
    data = envelope.get("data")
    if isinstance(packed := envelope.get("data_base64"), str):
        try:
            data = _json(base64.b64decode(packed, validate=True))
        except ValueError:
            raise EventError("the event's data_base64 is no base64") from None
    return _event(envelope, data)


def _event(said: Mapping[str, object], data: object) -> Received | None:
    """An event, by what is said beside it and what it says itself: that is to be the same."""
    if said.get("specversion") != "1.0":
        raise EventError("the event is of no version of CloudEvents that is known here: 1.0 is")
    source, identity, kind = said.get("source"), said.get("id"), said.get("type")
    if not (isinstance(source, str) and isinstance(identity, str) and isinstance(kind, str)):
        raise EventError("an event has an id, a source and a type, each a text")
    if not kind.startswith("dev.cdevents."):
        return None
    if not _KIND.fullmatch(kind):
        raise EventError("the event is of no version of CDEvents that is known here: 0.x is")
    own = data.get("context") if isinstance(data, dict) else None
    if not isinstance(own, dict) or own.get("type") != kind:
        raise EventError("the data of the event is no CDEvents of the type that is said beside it")
    try:
        deployment = understood(data)
    except ValueError as error:
        raise EventError(f"the event cannot be read: {error}") from None
    if deployment is None:
        return None
    if any(len(text) > _LONGEST or not text.isprintable() for text in _texts(source, identity, deployment)):
        raise EventError(f"a text of the event is longer than {_LONGEST} characters, or cannot be printed")
    if not deployment.commit and not deployment.removed:
        hint = "name it in customData.commit, or as the version of the artifactId"
        raise EventError("the event does not say which commit was deployed", hint)
    return Received(source, identity, deployment)


def _texts(source: str, identity: str, deployment: Deployment) -> Iterator[str]:
    yield from (source, identity, deployment.service, deployment.environment)
    yield from (deployment.commit, deployment.by, deployment.url)


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise EventError("the request holds no whole JSON in UTF-8") from None
