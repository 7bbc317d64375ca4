"""Cloud Run as its Admin API shows it, and a key that a loopback server takes for a token."""

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
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def revision(
    name: str,
    *,
    labels: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    image: str = "europe-docker.pkg.dev/shop/main/api@sha256:" + "0" * 64,
    created: str = "2026-02-05T12:00:00.123456Z",
) -> dict[str, Any]:
    return {
        "name": f"{PLACE}/services/{name.rsplit('-', 1)[0]}/revisions/{name}",
        "createTime": created,
        "labels": dict(labels or {}),
        "containers": [
            {
                "image": image,
                "env": [
                    *({"name": key, "value": value} for key, value in (variables or {}).items()),
                    {"name": "PASSWORD", "valueSource": {"secretKeyRef": {"secret": "db", "version": "1"}}},
                ],
            }
        ],
        "conditions": [{"type": "Ready", "state": "CONDITION_SUCCEEDED"}],
    }


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
) -> dict[str, Any]:
    """A service whose revisions get so many percent. `latest`: the whole traffic goes to the latest one."""
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
    return answering(
        {f"/v2/{PLACE}/services": paged("services", services)}
        | {f"/v2/{one['name']}": one for one in revisions}
    )
