"""Docker Engine's interface, with the containers that a test puts in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.sources.doubles.json_api import answering
from tests.sources.served import Answer

IMAGE = "sha256:" + "1" * 64


def container(
    name: str,
    *,
    labels: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
    built: Mapping[str, Any] | None = None,
    image: str = "registry.example.com/shop/api:2.4.0",
    state: str = "running",
    health: str = "healthy",
    created: str = "2026-02-05T12:00:00.716557661Z",
) -> dict[str, Any]:
    """What is asked for by the container's id, with the image that it was started from under `$image`."""
    return {
        "Id": f"{name}-id",
        "Name": f"/{name}",
        "Created": created,
        "Image": IMAGE + name,
        "State": {"Status": state, "Running": state == "running", "Health": {"Status": health}},
        "Config": {
            "Image": image,
            "Labels": {**(built or {}), **(labels or {})},
            "Env": ["PATH=/bin", *(f"{key}={value}" for key, value in (variables or {}).items()), "odd"],
        },
        "$image": {"Id": IMAGE + name, "Config": {"Labels": dict(built or {})}},
    }


def engine(containers: list[dict[str, Any]], tasks: Mapping[str, int] | None = None) -> Answer:
    """What is asked for by path; `tasks` run of each service of a swarm, of which this is a manager then."""
    rows = [
        {
            "Id": one["Id"],
            "Names": [one["Name"]],
            "State": one["State"]["Status"],
            "Labels": one["Config"]["Labels"],
        }
        for one in containers
    ]
    services = [
        {"Spec": {"Name": name}, "ServiceStatus": {"RunningTasks": count, "DesiredTasks": count}}
        for name, count in (tasks or {}).items()
    ]
    return answering(
        {"/services": lambda query: services if tasks and query == {"status": "true"} else None}
        | {"/containers/json": lambda _query: rows}
        | {f"/containers/{one['Id']}/json": {**one, "$image": None} for one in containers}
        | {f"/images/{one['Image'].replace(':', '%3A')}/json": one["$image"] for one in containers}
    )
