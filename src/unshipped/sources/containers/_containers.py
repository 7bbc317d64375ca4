"""Containers as a list of them shows each: what it is called, and whether it runs."""

from __future__ import annotations

from collections.abc import Mapping

from unshipped.core.roster import Roster
from unshipped.platforms import steps
from unshipped.sources.shared.parse import shown

_SERVICE = ("com.docker.compose.service", "com.docker.swarm.service.name", "io.podman.compose.service")
_RUNS = frozenset({"running", "restarting"})


def runs(row: steps.Table) -> bool:
    return steps.text(row, "State").lower() in _RUNS


def belongs(row: steps.Table, name: str, wanted: Mapping[str, str]) -> bool:
    """Whether it, or the service that it is of, has that name, and it has those labels."""
    labels, names = steps.texts(row, "Labels"), row.get("Names")
    called = isinstance(names, list) and f"/{name}" in names
    return (called or name in map(labels.get, _SERVICE)) and wanted.items() <= labels.items()


def digests(image: object, name: str) -> list[str]:
    """What an image is called by its digest: where it was pulled from or pushed to, one of these. That of the
    name that the container was started with, where it is among them.
    """
    known = steps.at(image, "RepoDigests")
    listed = [one for one in known if isinstance(one, str)] if isinstance(known, list) else []
    own = [one for one in listed if name.startswith(one.partition("@")[0])]
    return (own or listed)[:1]


def roster(
    host: str, name: str, own: list[steps.Table], listed: list[steps.Table], wanted: Mapping[str, str]
) -> Roster:
    """What runs there and has the same labels: not what Kubernetes keeps, nor a command that is run once."""
    live = (row for row in listed if runs(row) and _stays(steps.texts(row, "Labels"), wanted))
    return Roster(shown(host), _called(own[0]) if own else name, frozenset(filter(None, map(_called, live))))


def _stays(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    once = labels.get("com.docker.compose.oneoff", "").lower() == "true"
    return wanted.items() <= labels.items() and not once and "io.kubernetes.pod.name" not in labels


def _called(row: steps.Table) -> str:
    """The name of the service that a container belongs to, else its own."""
    labels, names = steps.texts(row, "Labels"), row.get("Names")
    own = str(names[0]).lstrip("/") if isinstance(names, list) and names else ""
    return next((labels[label] for label in _SERVICE if label in labels), own)
