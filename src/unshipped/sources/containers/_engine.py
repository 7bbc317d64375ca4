"""Where the interface of Docker or Podman is, a socket on this machine or an address; and what it lists."""

from __future__ import annotations

import os
from pathlib import Path

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import Api
from unshipped.sources.shared.parse import shown


def usual() -> str:
    """Where the tools themselves would ask."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    places = ("/var/run/docker.sock", f"{runtime}/podman/podman.sock", "/run/podman/podman.sock")
    there = next((place for place in places if Path(place).exists()), places[0])
    return os.environ.get("DOCKER_HOST") or f"unix://{there}"


def place(host: str) -> tuple[str, str]:
    """The address, and the path of the socket, of a host as docker writes it. Raises `ValueError`."""
    scheme, _, rest = host.partition("://")
    if scheme == "unix" and rest.startswith("/"):
        return "http://docker", rest
    address = f"http://{rest}" if scheme == "tcp" else host
    check_url(address)
    return address.rstrip("/"), ""


def asked(host: str, timeout: float) -> Api:
    """The interface there. Raises `SourceError`."""
    try:
        base, socket = place(host)
    except ValueError:
        message = f"{shown(host)} is no place where docker can be asked from here"
        raise SourceError(
            Code.SOURCE_ERROR, message, "set `host` to unix:///…, tcp://… or https://…"
        ) from None
    return Api(base=base, timeout=timeout, socket=socket)


def listed(api: Api) -> list[steps.Table]:
    """Every container there. Raises `SourceError`."""
    rows = api.get("/containers/json", {"all": "true"})
    if not isinstance(rows, list):
        raise SourceError(Code.SOURCE_ERROR, "what was asked for a list of containers answers something else")
    return steps.rows({"all": rows}, "all")


def tasks(api: Api) -> dict[str, float]:
    """How many tasks run of each service of Swarm: only a manager knows, and it may not be asked."""
    try:
        rows = api.get("/services", {"status": "true"})
    except SourceError:
        return {}
    return {
        steps.text(row, "Spec", "Name"): steps.number(row, "ServiceStatus", "RunningTasks")
        for row in steps.rows({"all": rows}, "all")
        if steps.at(row, "ServiceStatus", "RunningTasks") is not None
    }
