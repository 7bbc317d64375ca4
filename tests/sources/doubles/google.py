"""Cloud Run and Cloud Functions as they show themselves, and a key that loopback takes for a token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sources.doubles.json_api import answering, paged
from tests.sources.served import Answer

PLACE = "projects/shop/locations/europe-west1"
TOKEN = {"access_token": "token-of-the-test", "expires_in": 3600, "token_type": "Bearer"}
BY_DIGEST = "europe-docker.pkg.dev/shop/main/api@sha256:" + "0" * 64


def key_file(folder: Path, token_uri: str) -> Path:
    """A service account whose tokens come from that address."""
    path = folder / "service-account.json"
    account = {
        "type": "service_account",
        "client_email": "watcher@shop.example",
        "private_key": _private_key(),
        "token_uri": token_uri,
    }
    path.write_text(json.dumps(account))
    return path


@cache
def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # a longer one takes longer to load
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def revision(
    name: str,
    *,
    labels: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    image: str = BY_DIGEST,
    created: str = "2026-02-05T12:00:00.123456Z",
) -> dict[str, Any]:
    return {
        "name": f"{PLACE}/services/{name.rsplit('-', 1)[0]}/revisions/{name}",
        "createTime": created,
        "labels": dict(labels or {}),
        "containers": _containers(variables, image),
        "conditions": [{"type": "Ready", "state": "CONDITION_SUCCEEDED"}],
    }


def _containers(variables: Mapping[str, str] | None, image: str) -> list[dict[str, Any]]:
    env = [
        *({"name": key, "value": value} for key, value in (variables or {}).items()),
        {"name": "PASSWORD", "valueSource": {"secretKeyRef": {"secret": "db", "version": "1"}}},
    ]
    return [{"image": image, "env": env}]


def service(
    name: str,
    traffic: Mapping[str, int],
    *,
    created: str = "",
    ready: str = "",
    labels: Mapping[str, str] | None = None,
    reconciling: bool = False,
    message: str = "",
    latest: bool = False,
    image: str = BY_DIGEST,
) -> dict[str, Any]:
    """A service whose revisions get so many percent. `latest`: the whole traffic goes to the latest one.

    `image` is what the newest was deployed by: Cloud Run shows a revision with its digest in place of a tag.
    """
    newest = created or next(iter(traffic))
    pinned = [
        {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": one, "percent": percent}
        for one, percent in traffic.items()
    ]
    following = [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]
    place = f"{PLACE}/services/{name}"
    return {
        "name": place,
        "labels": dict(labels or {}),
        "template": {"containers": [{"image": image}]},
        "generation": "7",
        "observedGeneration": "7",
        "trafficStatuses": following if latest else pinned,
        "latestReadyRevision": f"{place}/revisions/{ready or newest}",
        "latestCreatedRevision": f"{place}/revisions/{newest}",
        "terminalCondition": {
            "type": "Ready",
            "state": "CONDITION_FAILED" if message else "CONDITION_SUCCEEDED",
            **({"message": message} if message else {}),
        },
        "reconciling": reconciling,
        "uri": f"https://{name}-uc.a.run.app",
    }


def cloud_run(services: list[dict[str, Any]], revisions: list[dict[str, Any]]) -> Answer:
    return answering(_run_routes(services, revisions))


def _run_routes(services: list[dict[str, Any]], revisions: list[dict[str, Any]]) -> dict[str, Any]:
    return {f"/v2/{PLACE}/services": paged("services", services)} | {
        f"/v2/{one['name']}": one for one in revisions
    }


def function(
    name: str,
    *,
    labels: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    state: str = "ACTIVE",
    message: str = "",
    first: bool = False,
) -> dict[str, Any]:
    """A function of the second generation, above the service of Cloud Run of its name; or of the `first`."""
    below = {
        "service": f"{PLACE}/services/{name}",
        "revision": f"{name}-00001-abc",
        "allTrafficOnLatestRevision": True,
        "uri": f"https://{name}-uc.a.run.app",
    }
    return {
        "name": f"{PLACE}/functions/{name}",
        "environment": "GEN_1" if first else "GEN_2",
        "state": state,
        "stateMessages": [{"severity": "ERROR", "type": "Failed", "message": message}] if message else [],
        "updateTime": "2026-02-05T12:00:00.123456789Z",
        "labels": dict(labels or {}),
        "buildConfig": {"runtime": "python312", "entryPoint": "main"},
        "serviceConfig": {"environmentVariables": dict(variables or {}), "availableMemory": "256M"}
        | ({} if first else below),
    }


def job(
    name: str,
    *,
    labels: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    image: str = BY_DIGEST,
    of_job: Mapping[str, str] | None = None,
    latest: str = "EXECUTION_SUCCEEDED",
    message: str = "",
    reconciling: bool = False,
) -> dict[str, Any]:
    """A job whose latest execution, `NAME-1`, is in that state."""
    return {
        "name": f"{PLACE}/jobs/{name}",
        "updateTime": "2026-02-05T12:00:00.123456Z",
        "labels": dict(of_job or {}),
        "template": {
            "labels": dict(labels or {}),
            "taskCount": 1,
            "template": {"containers": _containers(variables, image), "maxRetries": 3},
        },
        "latestCreatedExecution": {
            "name": f"{name}-1",
            "createTime": "2026-02-05T11:00:00Z",
            "completionStatus": latest,
        },
        "terminalCondition": {
            "type": "Ready",
            "state": "CONDITION_FAILED" if message else "CONDITION_SUCCEEDED",
            **({"message": message} if message else {}),
        },
        "reconciling": reconciling,
    }


def execution(name: str, *, labels: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        "name": f"{PLACE}/jobs/{name.rsplit('-', 1)[0]}/executions/{name}",
        "createTime": "2026-02-05T11:00:00Z",
        "labels": dict(labels or {}),
        "template": {"containers": _containers({}, BY_DIGEST)},
        "runningCount": 1,
    }


def cloud_functions(
    functions: list[dict[str, Any]], services: list[dict[str, Any]], revisions: list[dict[str, Any]]
) -> Answer:
    """Both interfaces at one address: their paths differ."""
    return answering(
        {f"/v2/{PLACE}/functions": paged("functions", functions)} | _run_routes(services, revisions)
    )


def cloud_run_jobs(jobs: list[dict[str, Any]], executions: list[dict[str, Any]]) -> Answer:
    return answering(
        {f"/v2/{PLACE}/jobs": paged("jobs", jobs)} | {f"/v2/{one['name']}": one for one in executions}
    )
