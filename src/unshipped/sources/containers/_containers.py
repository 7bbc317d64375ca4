"""Containers as a list of them shows each: what it is called, and whether it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf

from unshipped.core.model import Remark, Revision, Sign
from unshipped.core.roster import Roster
from unshipped.platforms import steps
from unshipped.sources.shared.hearing import Part
from unshipped.sources.shared.parse import shown

_SWARM = "com.docker.swarm.service.name"
_SERVICE = ("com.docker.compose.service", _SWARM, "io.podman.compose.service")
_RUNS = frozenset({"running", "restarting"})


def runs(row: steps.Table) -> bool:
    return steps.text(row, "State").lower() in _RUNS


def belongs(row: steps.Table, name: str, wanted: Mapping[str, str]) -> bool:
    """Whether it, or the service that it is of, has that name, and it has those labels. A command that
    Compose runs once, such as a shell, serves nothing of its service.
    """
    labels, names = steps.texts(row, "Labels"), row.get("Names")
    called = isinstance(names, list) and f"/{name}" in names
    serves = not _once(labels) and name in map(labels.get, _SERVICE)
    return (called or serves) and wanted.items() <= labels.items()


def on_this_node(
    said: list[tuple[Part, list[Revision]]],
    running: Sequence[steps.Table],
    tasks: Callable[[], Mapping[str, float]],
) -> list[tuple[Part, list[Revision]]]:
    """What containers say: weak where they may not be all of a service of Swarm, which has tasks on other
    nodes too, unless a manager says that no more run than are here.
    """
    here = Counter(one for row in running if (one := steps.texts(row, "Labels").get(_SWARM)))
    if not here or all(tasks().get(service, inf) <= seen for service, seen in here.items()):
        return said
    where = "on this node of the swarm"
    return [
        (part, [word._replace(weak=True, said_by=f"{word.said_by} {where}") for word in words])
        for part, words in said
    ]


def unwell(containers: list[object]) -> Iterator[Remark]:
    for one in containers:
        states = (steps.text(one, "State", "Status"), steps.text(one, "State", "Health", "Status"))
        if bad := [state for state in states if state in ("restarting", "unhealthy")]:
            yield Remark(Sign.UNHEALTHY, f"{shown(steps.text(one, 'Name').lstrip('/'))} is {bad[0]}")


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
    return wanted.items() <= labels.items() and not _once(labels) and "io.kubernetes.pod.name" not in labels


def _once(labels: Mapping[str, str]) -> bool:
    return labels.get("com.docker.compose.oneoff", "").lower() == "true"


def _called(row: steps.Table) -> str:
    """The name of the service that a container belongs to, else its own."""
    labels, names = steps.texts(row, "Labels"), row.get("Names")
    own = str(names[0]).lstrip("/") if isinstance(names, list) and names else ""
    return next((labels[label] for label in _SERVICE if label in labels), own)
