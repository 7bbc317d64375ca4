"""Platforms that remember: what they are told is so from then on, as far as a deployer can tell.

What is sent to Google is held against its own description, what a cluster shows against that of Kubernetes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.deployers.rooms import Room
from tests.sources.doubles import google, kubernetes
from tests.sources.doubles.described import conforms
from tests.sources.doubles.json_api import answering
from tests.sources.doubles.registry import Content
from tests.sources.served import body
from unshipped.deployers.cloud_function import CloudFunctionDeployer
from unshipped.deployers.cloud_run import CloudRunDeployer
from unshipped.deployers.contract import GONE, NEW, OLD, SECRET
from unshipped.deployers.kubernetes import KubernetesDeployer
from unshipped.ports.deploying import Deployer

Row = dict[str, Any]
TO_REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
IMAGE = "registry.example.com/shop/{service}:{commit}"


def images(room: Room) -> tuple[str, dict[str, str]]:
    """A registry with an image of each commit: its address, and each image by its digest."""
    room.patch.setenv("DOCKER_CONFIG", str(room.folder))
    content = Content()
    found = {
        commit: f"registry.example.com/shop/api@{content.image({'commit': commit}, tag=commit)['digest']}"
        for commit in (OLD, NEW)
    }
    return room.serve(content.serve()), found


@dataclass
class Platform:
    """A server with a state. What is asked of it lands in a method by the name of the method of HTTP."""

    room: Room
    changes: int = 0
    stalled: bool = False
    refusing: bool = False
    address: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.room.next()
        self.set_up()
        self.address = self.room.serve(self.answer)

    def set_up(self) -> None:
        """What is there in the beginning."""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.refusing:
            body(f'{{"error": "no: {SECRET}"}}', 403, "application/json")(handler)
            return
        asked = urlsplit(handler.path)
        sent = json.loads(handler.sent) if handler.sent else None  # type: ignore[attr-defined]
        found = getattr(self, handler.command.lower())(asked.path, dict(parse_qsl(asked.query)), sent)
        status = 404 if found is None else 200
        body(json.dumps(found), status, "application/json")(handler)

    def begun(self) -> int:
        return self.changes

    def stall(self) -> None:
        self.stalled = True

    def refuse(self) -> None:
        self.refusing = True

    def lose(self) -> bool:
        return False


class OfGoogle(Platform):
    """What asks with the credentials of this machine."""

    def set_up(self) -> None:
        tokens = self.room.serve(answering({"/token": {**google.TOKEN, "access_token": SECRET}}))
        key = google.key_file(self.room.folder, f"{tokens}/token")
        self.room.patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))

    def lose(self) -> bool:
        self.room.patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(self.room.folder / "gone.json"))
        return True


class CloudRun(OfGoogle):
    """One service, `api`, whose revisions are made at once."""

    def set_up(self) -> None:
        super().set_up()
        self.registry, self.images = images(self.room)
        self.service: Row = {
            "name": f"{google.PLACE}/services/api",
            "etag": "1",
            "labels": {"commit-sha": OLD},
            "template": {
                "labels": {"commit-sha": OLD, "team": "shop"},
                "containers": [{"image": self.images[OLD], "env": [{"name": "A", "value": "b"}]}],
                "scaling": {"minInstanceCount": 2},
            },
            "trafficStatuses": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
        }
        self.revisions: list[Row] = []
        self._revise("api-00001-abc")

    def _revise(self, name: str) -> None:
        place = f"{self.service['name']}/revisions/{name}"
        template = {key: value for key, value in self.service["template"].items() if key != "revision"}
        ready = {"type": "Ready", "state": "CONDITION_PENDING" if self.stalled else "CONDITION_SUCCEEDED"}
        made = {"name": place, "createTime": f"2026-02-05T12:00:{len(self.revisions):02}Z"}
        self.revisions.append({**template, **made, "conditions": [ready]})
        conforms("run", "v2", "GoogleCloudRunV2Revision", self.revisions[-1])
        self.service["latestCreatedRevision"] = place
        if not self.stalled:
            self.service["latestReadyRevision"] = place

    def get(self, path: str, query: Row, sent: None) -> Any:
        if path == f"/v2/{self.service['name']}":
            return self.service
        return {"revisions": self.revisions} if path == f"/v2/{self.service['name']}/revisions" else None

    def patch(self, path: str, query: Row, sent: Row) -> Any:
        assert path == f"/v2/{self.service['name']}" and sent["etag"] == self.service["etag"]
        conforms("run", "v2", "GoogleCloudRunV2Service", sent)
        assert set(query["updateMask"].split(",")) == sent.keys() - {"etag"}
        self.service |= sent | {"etag": str(int(self.service["etag"]) + 1)}
        if "template" in sent:
            self.changes += 1
            self._revise(sent["template"]["revision"])
        latest = self.service["latestReadyRevision"].rpartition("/")[2]
        rows = [{**row, "revision": row.get("revision") or latest} for row in sent["traffic"]]
        assert sum(row.get("percent", 0) for row in rows) == 100
        self.service["trafficStatuses"] = rows
        operation = {"name": "projects/shop/locations/europe-west1/operations/x", "done": False}
        conforms("run", "v2", "GoogleLongrunningOperation", operation)
        return operation

    def deployer(self, timeout: float) -> Deployer:
        return CloudRunDeployer(
            project="shop",
            region="europe-west1",
            image=IMAGE,
            timeout=timeout,
            endpoint=self.address,
            registry=self.registry,
        )

    def share(self, commit: str) -> float:
        of = {row["name"].rpartition("/")[2]: row["labels"]["commit-sha"] for row in self.revisions}
        latest = self.service["latestReadyRevision"].rpartition("/")[2]
        rows = self.service["trafficStatuses"]
        own = [row for row in rows if of[row.get("revision", latest)] == commit]
        return float(sum(row.get("percent", 0) for row in own) / 100)


@dataclass
class CloudFunction(OfGoogle):
    """One function, `api`, which is built at once; and the archives of a bucket."""

    patch_state: str = "ACTIVE"

    def set_up(self) -> None:
        super().set_up()
        self.function: Row = {
            "name": f"{google.PLACE}/functions/api",
            "environment": "GEN_2",
            "state": "ACTIVE",
            "labels": {"commit-sha": OLD},
            "buildConfig": {"source": {"storageSource": {"bucket": "builds", "object": f"api/{OLD}.zip"}}},
        }

    def get(self, path: str, query: Row, sent: None) -> Any:
        if path == f"/v2/{google.PLACE}/functions/api":
            conforms("cloudfunctions", "v2", "Function", self.function)
            return self.function
        found = {f"/storage/v1/b/builds/o/api%2F{commit}.zip" for commit in (OLD, NEW)}
        return {"name": path} if path in found else None

    def patch(self, path: str, query: Row, sent: Row) -> Any:
        assert path == f"/v2/{google.PLACE}/functions/api"
        assert query["updateMask"] == "labels,buildConfig.source"
        conforms("cloudfunctions", "v2", "Function", sent)
        self.changes += 1
        self.function |= sent | {"state": "DEPLOYING" if self.stalled else self.patch_state}
        if self.patch_state == "FAILED":
            self.function["stateMessages"] = [{"severity": "ERROR", "message": "no module main"}]
        return {"name": "operations/x"}

    def deployer(self, timeout: float) -> Deployer:
        return CloudFunctionDeployer(
            project="shop",
            region="europe-west1",
            source="gs://builds/{service}/{commit}.zip",
            timeout=timeout,
            endpoint=self.address,
            storage=self.address,
        )

    def share(self, commit: str) -> float:
        return float(self.function["labels"]["commit-sha"] == commit and self.function["state"] == "ACTIVE")


class Cluster(Platform):
    """One deployment, `api`, of three replicas that are made anew at once."""

    def set_up(self) -> None:
        self.registry, self.images = images(self.room)
        made_of = kubernetes.template(annotations={"app.kubernetes.io/version": OLD, "team": "shop"})
        self.row = kubernetes.deployment(made_of=made_of)
        self.row["spec"]["replicas"] = 3
        self.row["spec"]["template"]["spec"]["containers"][0]["image"] = self.images[OLD]
        self.row["metadata"]["generation"] = 1
        self._settle()

    def _settle(self) -> None:
        new = 0 if self.stalled else 3
        self.row["status"] = {
            "observedGeneration": self.row["metadata"]["generation"],
            "replicas": 3,
            "updatedReplicas": new,
            "availableReplicas": 3,
        }

    def get(self, path: str, query: Row, sent: None) -> Any:
        return self.row if path == "/apis/apps/v1/namespaces/shop/deployments/api" else None

    def patch(self, path: str, query: Row, sent: Row) -> Any:
        assert path == "/apis/apps/v1/namespaces/shop/deployments/api"
        assert query == {"fieldManager": "unshipped", "force": "true"}
        self.changes += 1
        template, wanted = self.row["spec"]["template"], sent["spec"]["template"]
        template["metadata"]["annotations"] |= wanted["metadata"]["annotations"]
        (container,), (own,) = wanted["spec"]["containers"], template["spec"]["containers"]
        assert container.keys() == {"name", "image"} and container["name"] == own["name"]
        own["image"] = container["image"]
        self.row["metadata"]["generation"] += 1
        self._settle()
        return self.row

    def deployer(self, timeout: float) -> Deployer:
        path = kubernetes.kubeconfig(self.room.folder, self.address, token=SECRET)
        return KubernetesDeployer(image=IMAGE, kubeconfig=str(path), registry=self.registry, timeout=timeout)

    def share(self, commit: str) -> float:
        template = self.row["spec"]["template"]
        runs = template["spec"]["containers"][0]["image"] == self.images.get(commit)
        said = template["metadata"]["annotations"]["app.kubernetes.io/version"] == commit
        assert runs == said
        return float(runs and self.row["status"]["updatedReplicas"] == 3)

    def lose(self) -> bool:
        (self.room.folder / "kubeconfig").unlink()
        return True


__all__ = ["GONE", "CloudFunction", "CloudRun", "Cluster"]
