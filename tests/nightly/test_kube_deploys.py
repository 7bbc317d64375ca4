"""Deploys to a real API server, as a user who has the role of the documentation and no more."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deployers.rooms import Room
from tests.deployers.stages import IMAGE, images
from tests.nightly import test_kube_apiserver as servers
from tests.sources.doubles import kubernetes as k8s
from unshipped.deployers.contract import NEW, OLD, ORDER, Watcher
from unshipped.deployers.kubernetes import KubernetesDeployer

pytestmark = servers.pytestmark
cluster = servers.cluster
GUIDE = servers.ROOT / "docs" / "guides" / "deployers.md"
PLACE = "/apis/apps/v1/namespaces/shop/deployments/deployed"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = Room(tmp_path, monkeypatch)
    with made.stack:
        yield made


def test_the_image_is_set_by_who_has_the_role_of_the_documentation(cluster: servers.Cluster, room: Room):
    registry, known = images(room)
    [written] = re.findall(r"```yaml\n(apiVersion: rbac.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    allow(cluster, yaml.safe_load(written))
    made_of = k8s.template(labels={"app": "deployed"}, annotations={"team": "shop"})
    made_of["spec"]["containers"][0]["image"] = known[OLD]
    cluster.make(k8s.deployment("deployed", made_of=made_of))
    deployer = KubernetesDeployer(
        workload="deployed", image=IMAGE, kubeconfig=str(cluster.kubeconfig), registry=registry, timeout=60
    )
    stop = threading.Event()
    controller = threading.Thread(target=control, args=(cluster, stop))
    controller.start()
    watcher = Watcher()
    try:
        deployer.bring(ORDER, watcher)
        first = found(cluster)
        deployer.bring(ORDER, Watcher())
        assert found(cluster)["metadata"]["generation"] == first["metadata"]["generation"]
        deployer.bring(ORDER._replace(number=7, commit=OLD, before=NEW), Watcher())
    finally:
        stop.set()
        controller.join()
    assert first["spec"]["template"]["spec"]["containers"][0]["image"] == known[NEW]
    assert first["spec"]["template"]["metadata"]["annotations"]["app.kubernetes.io/version"] == NEW
    assert first["spec"]["template"]["metadata"]["annotations"]["team"] == "shop"
    assert found(cluster)["spec"]["template"]["spec"]["containers"][0]["image"] == known[OLD]
    owners = {row["manager"]: row["operation"] for row in first["metadata"]["managedFields"]}
    assert owners["unshipped"] == "Apply"
    assert watcher.lines[0].startswith("deployment deployed: registry.example.com/shop/api@sha256:")


def allow(cluster: servers.Cluster, role: dict[str, Any]) -> None:
    cluster.make(role)
    api, name = servers.RBAC.partition("/")[0], role["metadata"]["name"]
    cluster.make(
        {
            "apiVersion": servers.RBAC,
            "kind": "RoleBinding",
            "metadata": {"name": "deployer", "namespace": "shop"},
            "subjects": [{"apiGroup": api, "kind": "User", "name": "watcher"}],
            "roleRef": {"apiGroup": api, "kind": "Role", "name": name},
        }
    )


def found(cluster: servers.Cluster) -> dict[str, Any]:
    answer: dict[str, Any] = cluster.admin.get(PLACE).json()
    return answer


def control(cluster: servers.Cluster, stop: threading.Event) -> None:
    """What the controller of deployments writes, once it has seen a change."""
    while not stop.is_set():
        row = found(cluster)
        status = {"observedGeneration": row["metadata"]["generation"]}
        wanted = row["spec"]["replicas"]
        status |= dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), wanted)
        cluster.admin.put(f"{PLACE}/status", json={**row, "status": status})
        time.sleep(0.2)
