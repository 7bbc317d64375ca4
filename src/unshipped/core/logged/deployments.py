"""What somebody says was deployed, as a line of text: a CDEvents service event in a CloudEvents envelope."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from unshipped.core.value import Value

KINDS = {
    "deployed": "dev.cdevents.service.deployed.0.2.0",
    "upgraded": "dev.cdevents.service.upgraded.0.2.0",
    "rolledback": "dev.cdevents.service.rolledback.0.2.0",
}
"""What can be said of a service that runs, and the type of its event."""

_SPECIFICATION = "0.4.1"
_SERVICE = "dev.cdevents.service."
_REMOVED = "removed"
_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]")
_VERSION = re.compile(r"@([0-9a-f]{7,64})(?:[?#].*)?$")


class Deployment(Value):
    """From then on, that commit serves: newly, in place of an older one, or again."""

    service: str
    environment: str
    commit: str
    """Empty where it was removed, or where nothing says which one it is."""
    when: datetime
    kind: str = "deployed"
    by: str = ""
    url: str = ""

    @property
    def removed(self) -> bool:
        return self.kind == _REMOVED


def written(deployment: Deployment, identity: str, source: str) -> dict[str, Any]:
    """The event of a deployment. `source` is where it is said, and `identity` is like no other there."""
    kind = KINDS[deployment.kind]
    when = deployment.when.astimezone(UTC).isoformat().replace("+00:00", "Z")
    event = {
        "context": {
            "version": _SPECIFICATION,
            "id": identity,
            "source": source,
            "type": kind,
            "timestamp": when,
        },
        "subject": {
            "id": deployment.service,
            "source": source,
            "type": "service",
            "content": {
                "environment": {"id": deployment.environment},
                "artifactId": f"pkg:generic/{_quoted(deployment.service)}@{_quoted(deployment.commit)}",
            },
        },
        "customData": {
            "commit": deployment.commit,
            **({"by": deployment.by} if deployment.by else {}),
            **({"url": deployment.url} if deployment.url else {}),
        },
        "customDataContentType": "application/json",
    }
    return {
        "specversion": "1.0",
        "id": identity,
        "source": source,
        "type": kind,
        "subject": deployment.service,
        "time": when,
        "datacontenttype": "application/json",
        "data": event,
    }


def understood(document: object) -> Deployment | None:
    """The deployment that an event tells of, with or without its envelope; None where it is of another kind.

    Raises `ValueError` where it is no event, or one of a service that lacks what it must have.
    """
    event = _table(document, "data") or _mapping(document)
    context, subject = _table(event, "context"), _table(event, "subject")
    kind = _text(context, "type")
    if not kind:
        raise ValueError("it is no event")
    predicate = kind.removeprefix(_SERVICE).partition(".")[0]
    if not kind.startswith(_SERVICE) or predicate not in {*KINDS, _REMOVED}:
        return None
    content = _table(subject, "content")
    service, environment = _text(subject, "id"), _text(_table(content, "environment"), "id")
    if not service or not environment:
        raise ValueError("it names no service or no environment")
    custom = _table(event, "customData")
    return Deployment(
        service=service,
        environment=environment,
        commit=_text(custom, "commit") or _of_artifact(_text(content, "artifactId")),
        when=_moment(_text(context, "timestamp")),
        kind=predicate,
        by=_text(custom, "by"),
        url=_text(custom, "url"),
    )


def _quoted(text: str) -> str:
    """The text as a part of a package URL."""
    return _UNSAFE.sub(
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode(errors="replace")), text
    )


def _of_artifact(purl: str) -> str:
    """The commit that a package is the version of, where it is one: a digest of an image is not."""
    found = _VERSION.search(purl)
    return found[1] if found else ""


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # said below, without what stands there
    raise ValueError("its time is none that has a zone")


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _table(value: object, key: str) -> Mapping[str, object]:
    return _mapping(_mapping(value).get(key))


def _text(value: Mapping[str, object], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
