"""A cluster as its API shows it, and a kubeconfig that leads there."""

from __future__ import annotations

from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import yaml

from tests.sources.doubles.json_api import Route, answering
from tests.sources.served import Answer

Row = dict[str, Any]

SPACE = "shop"
TOKEN = "token-of-the-test"
CONTEXT = {"cluster": "here", "user": "me", "namespace": SPACE}
LATER, EARLIER = "2026-02-05T12:00:00Z", "2026-02-03T12:00:00Z"

_GROUPS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "CronJob": "batch/v1",
    "Job": "batch/v1",
    "Pod": "v1",
    "Application": "argoproj.io/v1alpha1",
    "Kustomization": "kustomize.toolkit.fluxcd.io/v1",
    "HelmRelease": "helm.toolkit.fluxcd.io/v2",
    "GitRepository": "source.toolkit.fluxcd.io/v1",
}


def kubeconfig(folder: Path, server: str, name: str = "kubeconfig", **user: Any) -> Path:
    """A file with one context, in whose namespace everything is."""
    path = folder / name
    known = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": CONTEXT}],
        "clusters": [{"name": "here", "cluster": {"server": server}}],
        "users": [{"name": "me", "user": user or {"token": TOKEN}}],
    }
    path.write_text(yaml.safe_dump(known), encoding="utf-8")
    return path


def _object(kind: str, name: str, made_by: Row | None, created: str, **metadata: Any) -> Row:
    owner = made_by and {
        "apiVersion": made_by["apiVersion"],
        "kind": made_by["kind"],
        "name": made_by["metadata"]["name"],
        "uid": made_by["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return {
        "apiVersion": _GROUPS[kind],
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": SPACE,
            "uid": f"uid-of-{kind.lower()}-{name}",
            "creationTimestamp": created,
            **({"ownerReferences": [owner]} if owner else {}),
            **{key: value for key, value in metadata.items() if value},
        },
    }


def container(name: str = "api", image: str = "", **variables: str) -> Row:
    return {
        "name": name,
        "image": image or f"registry.example/shop/{name}:2.4.0",
        "env": [
            *({"name": key, "value": value} for key, value in variables.items()),
            {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
        ],
    }


def template(
    *containers: Row,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Row:
    metadata = {"labels": dict(labels or {}), "annotations": dict(annotations or {})}
    return {"metadata": metadata, "spec": {"containers": list(containers) or [container()]}}


def workload(
    kind: str,
    name: str = "api",
    *,
    replicas: int = 1,
    updated: int | None = None,
    made_of: Row | None = None,
    spec: Row | None = None,
    status: Row | None = None,
    **metadata: Any,
) -> Row:
    """A deployment, a stateful set or a daemon set: one that has become what it shall be."""
    done = replicas if updated is None else updated
    row = _object(kind, name, None, EARLIER, generation=2, **metadata)
    counted = kind == "DaemonSet"
    row["spec"] = {
        "selector": {"matchLabels": {"app": name}},
        "template": made_of or template(),
        **({} if counted else {"replicas": replicas}),
        **({"serviceName": name} if kind == "StatefulSet" else {}),
        **(spec or {}),
    }
    seen = {
        "desiredNumberScheduled": replicas,
        "updatedNumberScheduled": done,
        "currentNumberScheduled": replicas,
        "numberMisscheduled": 0,
        "numberReady": replicas,
    }
    row["status"] = {
        "observedGeneration": 2,
        **(seen if counted else {"replicas": replicas, "updatedReplicas": done}),
        **(status or {}),
    }
    return row


def deployment(name: str = "api", **more: Any) -> Row:
    reason = "ReplicaSetUpdated" if "updated" in more else "NewReplicaSetAvailable"
    progressing = {"type": "Progressing", "status": "True", "reason": reason}
    return workload("Deployment", name, **{"status": {"conditions": [progressing]}, **more})


def replica_set(of: Row, name: str) -> Row:
    row = _object("ReplicaSet", f"{of['metadata']['name']}-{name}", of, EARLIER)
    row["spec"] = {"selector": of["spec"]["selector"], "template": of["spec"]["template"]}
    return row


def cron_job(name: str = "api", *, made_of: Row | None = None, suspend: bool = False, **metadata: Any) -> Row:
    row = _object("CronJob", name, None, EARLIER, generation=2, **metadata)
    row["spec"] = {
        "schedule": "*/5 * * * *",
        "suspend": suspend,
        "jobTemplate": {"spec": {"template": made_of or template()}},
    }
    return row


def job(of: Row, name: str, *, created: str = EARLIER, failed: str = "") -> Row:
    row = _object("Job", f"{of['metadata']['name']}-{name}", of, created)
    row["spec"] = of["spec"]["jobTemplate"]["spec"]
    condition = {"type": "Failed", "status": "True", "reason": failed}
    row["status"] = {"conditions": [condition]} if failed else {"succeeded": 1}
    return row


def pod(
    of: Row,
    name: str,
    *,
    made_of: Row | None = None,
    digest: str = "0",
    ready: bool = True,
    waits: str = "",
    phase: str = "Running",
    leaving: bool = False,
    created: str = LATER,
    revision: str = "",
) -> Row:
    """A pod of a replica set, a stateful set, a daemon set or a job. `waits`: why no container runs."""
    made = made_of or of["spec"]["template"]
    labels = {**made["metadata"]["labels"], **({"controller-revision-hash": revision} if revision else {})}
    row = _object(
        "Pod",
        f"{of['metadata']['name']}-{name}",
        of,
        created,
        labels=labels,
        annotations=made["metadata"]["annotations"],
        deletionTimestamp=LATER if leaving else None,
    )
    row["spec"] = made["spec"]
    row["status"] = {
        "phase": phase,
        "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        "containerStatuses": [
            {
                "name": one["name"],
                "image": one["image"],
                "imageID": f"{one['image'].partition(':')[0]}@sha256:{digest * 64}",
                "ready": ready,
                "restartCount": 0,
                "state": {"waiting": {"reason": waits}} if waits else {"running": {"startedAt": LATER}},
            }
            for one in made["spec"]["containers"]
        ],
    }
    return row


def running(of: Row, *, pods: int = 1, name: str = "1") -> list[Row]:
    """A deployment with all that it made."""
    made = replica_set(of, name)
    return [of, made, *(pod(made, str(number)) for number in range(pods))]


def api(*rows: Row, namespace: str = SPACE, page: int = 2) -> Answer:
    """Lists of a namespace, in pages; of metadata alone where that is asked for."""
    by_kind = {kind: [row for row in rows if row.get("kind") == kind] for kind in _GROUPS}
    whole, partial = (
        answering({_path(kind, namespace): _paged(own, page, parts) for kind, own in by_kind.items()})
        for parts in (None, {"metadata"})
    )

    def answer(handler: BaseHTTPRequestHandler) -> None:
        accepted = handler.headers.get("Accept", "")
        (partial if "as=PartialObjectMetadataList" in accepted else whole)(handler)

    return answer


def _path(kind: str, namespace: str) -> str:
    group, plural = _GROUPS[kind], f"{kind.lower()}s".replace("ys", "ies")
    return f"/{'apis' if '/' in group else 'api'}/{group}/namespaces/{namespace}/{plural}"


def _paged(rows: list[Row], size: int, parts: set[str] | None) -> Route:
    def route(query: dict[str, str]) -> Any:
        start = int(query.get("continue", "0"))
        end = start + min(size, int(query["limit"]))
        further = {"continue": str(end), "remainingItemCount": len(rows) - end} if end < len(rows) else {}
        items = [
            {part: row[part] for part in row if parts is None or part in parts} for row in rows[start:end]
        ]
        return {"metadata": {"resourceVersion": "7", **further}, "items": items}

    return route
