"""What Argo CD and Flux keep in a cluster."""

from __future__ import annotations

from typing import Any

from tests.sources.doubles import kubernetes as k8s
from tests.sources.doubles.json_api import answering
from tests.sources.served import Answer

Row = dict[str, Any]

REPOSITORY = "https://git.example/shop/shop.git"
IN_CLUSTER = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
OF_ARGO = "/api/v1/applications"
APPLIED, SEEN = "2026-02-05T12:00:00Z", "2026-02-05T12:30:00Z"


# ---------------------------------------------------------------- Argo CD


def made_of(repository: str = REPOSITORY, **more: str) -> Row:
    return {"repoURL": repository, "path": "deploy", "targetRevision": "main", **more}


def application(
    compared: list[str],
    *,
    synced: list[list[str]] | None = None,
    status: str = "Synced",
    health: Row | None = None,
    operation: Row | None = None,
    sources: list[Row] | None = None,
    name: str = "api",
) -> Row:
    """One that is compared with these revisions, one for each of its sources, and was synced to others."""
    several = sources or [made_of()]
    own: Row = {"source": several[0]} if len(several) == 1 else {"sources": several}

    def at(revisions: list[str]) -> Row:
        return {"revision": revisions[0]} if len(several) == 1 else {"revisions": revisions}

    history = [
        {"id": number, "deployedAt": APPLIED, **own, **at(revisions)}
        for number, revisions in enumerate(synced or [compared])
    ]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {"project": "default", "destination": {"namespace": "shop"}, **own},
        "status": {
            "sync": {
                "status": status,
                "comparedTo": {"destination": {"namespace": "shop"}, **own},
                **at(compared),
            },
            "health": health or {"status": "Healthy"},
            "history": history,
            "operationState": {
                "phase": "Succeeded",
                "startedAt": APPLIED,
                "operation": {"sync": {}},
                **(operation or {}),
            },
            "reconciledAt": SEEN,
        },
    }


def argo(*applications: Row, place: str = OF_ARGO) -> Answer:
    """Asked for all and no more than their names, and for each; or, in the cluster, for all of them."""
    if place == IN_CLUSTER:
        return k8s.api(*applications, namespace="argocd")
    names = [{"metadata": {"name": one["metadata"]["name"]}} for one in applications]

    def listed(query: dict[str, str]) -> Row:
        return {"metadata": {}, "items": names if query["fields"] == "items.metadata.name" else None}

    return answering({place: listed} | {f"{place}/{one['metadata']['name']}": one for one in applications})


# ---------------------------------------------------------------- Flux


def flux(*rows: Row) -> Answer:
    return k8s.api(*rows, namespace="flux-system")


def _condition(status: str, message: str) -> Row:
    return {
        "type": "Ready",
        "status": status,
        "reason": "ReconciliationSucceeded" if status == "True" else "Progressing",
        "message": message,
        "lastTransitionTime": APPLIED,
    }


def _object(kind: str, group: str, name: str, spec: Row, status: Row, ready: str, message: str) -> Row:
    return {
        "apiVersion": f"{group}.toolkit.fluxcd.io/{'v2' if kind == 'HelmRelease' else 'v1'}",
        "kind": kind,
        "metadata": {"name": name, "namespace": "flux-system", "generation": 1},
        "spec": {"interval": "5m", **spec},
        "status": {"observedGeneration": 1, "conditions": [_condition(ready, message)], **status},
    }


def kustomization(
    applied: str,
    *,
    origin: str = "",
    made_of: str = "GitRepository",
    ready: str = "True",
    message: str = "",
    suspend: bool = False,
    name: str = "api",
    **more: object,
) -> Row:
    spec = {"prune": True, "suspend": suspend, "sourceRef": {"kind": made_of, "name": "shop"}}
    spec |= {"path": "./deploy", "wait": True, **more}
    status = {"lastAppliedRevision": applied, "lastAttemptedRevision": applied}
    status |= {"lastAppliedOriginRevision": origin} if origin else {}
    return _object("Kustomization", "kustomize", name, spec, status, ready, message)


def helm_release(version: str, *, failed: str = "", made_of: str = "GitRepository") -> Row:
    spec = {"chart": {"spec": {"chart": "deploy", "sourceRef": {"kind": made_of, "name": "shop"}}}}
    known = {
        "digest": "sha256:0",
        "name": "api",
        "namespace": "shop",
        "configDigest": "sha256:0",
        "chartName": "api",
        "firstDeployed": APPLIED,
        "lastDeployed": APPLIED,
    }
    told = [(failed, "failed", 2)] * bool(failed) + [(version, "deployed", 1)]
    releases = [{**known, "chartVersion": one, "status": how, "version": at} for one, how, at in told]
    return _object("HelmRelease", "helm", "api", spec, {"history": releases}, "True", "")


def git_repository(fetched: str, *, url: str = REPOSITORY, name: str = "shop") -> Row:
    artifact = {"revision": fetched, "url": "http://source.example/a.tar.gz", "path": "a.tar.gz"}
    artifact |= {"digest": "sha256:0", "lastUpdateTime": APPLIED}
    return _object("GitRepository", "source", name, {"url": url}, {"artifact": artifact}, "True", "")
