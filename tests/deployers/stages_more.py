"""Argo CD and GitHub that remember, and programs that stand in for helm and docker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.deployers.benches_script import Script
from tests.deployers.stages import IMAGE, Platform, images
from unshipped.deployers import github
from unshipped.deployers.argocd import ArgocdDeployer
from unshipped.deployers.compose import ComposeDeployer
from unshipped.deployers.contract import NEW, OLD, SECRET
from unshipped.deployers.github import GithubDeployer
from unshipped.deployers.helm import HelmDeployer
from unshipped.ports.deploying import Deployer

Row = dict[str, Any]


@dataclass
class WithToken(Platform):
    """What asks with a token of its own."""

    def set_up(self) -> None:
        self.room.patch.setenv("PLATFORM_TOKEN", SECRET)

    def lose(self) -> bool:
        self.room.patch.delenv("PLATFORM_TOKEN")
        return True


@dataclass
class ArgoCd(WithToken):
    """One application, `api`, whose syncs are over at once."""

    def set_up(self) -> None:
        super().set_up()
        self.ended = 0
        self.application: Row = {
            "metadata": {"name": "api"},
            "spec": {"source": {"targetRevision": "main"}, "syncPolicy": {"syncOptions": []}},
            "status": {"health": {"status": "Healthy"}},
        }
        self._sync(OLD)

    def _sync(self, commit: str, infos: Sequence[Row] = ()) -> None:
        phase = "Running" if self.stalled else "Succeeded"
        self.application["status"]["operationState"] = {
            "phase": phase,
            "operation": {"sync": {"revision": commit}, "info": list(infos)},
            "syncResult": {"revision": commit},
        }

    def get(self, path: str, query: Row, sent: None) -> Any:
        if path == "/api/v1/applications/api":
            return self.application
        found = {f"/api/v1/applications/api/revisions/{one}/metadata" for one in (OLD, NEW)}
        return {"author": "Ana"} if path in found else None

    def delete(self, path: str, query: Row, sent: None) -> Any:
        assert path == "/api/v1/applications/api/operation"
        self.ended += 1
        self.application["status"]["operationState"] |= {"phase": "Failed"}
        return {}

    def post(self, path: str, query: Row, sent: Row) -> Any:
        assert path == "/api/v1/applications/api/sync" and sent.keys() == {"revision", "prune", "infos"}
        if self.application["status"]["operationState"]["phase"] == "Running":
            return None
        self.changes += 1
        self._sync(sent["revision"], sent["infos"])
        return self.application

    def deployer(self, timeout: float) -> Deployer:
        token: Any = {"env": "PLATFORM_TOKEN"}
        return ArgocdDeployer(url=self.address, token=token, timeout=timeout)

    def share(self, commit: str) -> float:
        last = self.application["status"]["operationState"]
        return float(last["syncResult"]["revision"] == commit and last["phase"] == "Succeeded")


@dataclass
class Github(WithToken):
    """One workflow, whose runs are over once they were looked at."""

    def set_up(self) -> None:
        super().set_up()
        self.room.patch.setattr(github, "_ENDING", 8.0)
        self.runs: list[Row] = []
        self.serves = OLD
        self.cancelled: list[str] = []
        self.unlisted = 0
        self.conclusion = "success"

    def get(self, path: str, query: Row, sent: None) -> Any:
        if path == "/repos/acme/shop/actions/workflows/deploy.yml/runs":
            assert query["event"] == "workflow_dispatch"
            self.unlisted -= bool(self.runs)
            listed = self.runs if self.unlisted < 0 else []
            return {"total_count": len(listed), "workflow_runs": listed}
        found = {f"/repos/acme/shop/commits/{one}" for one in (OLD, NEW)}
        return {"sha": path.rpartition("/")[2]} if path in found else None

    def post(self, path: str, query: Row, sent: Any) -> Any:
        if path.endswith("/cancel"):
            self.cancelled.append(path)
            self.runs[0] |= {"status": "completed", "conclusion": "cancelled"}
            return {}
        assert path == "/repos/acme/shop/actions/workflows/deploy.yml/dispatches"
        assert sent["ref"] == "main" and sent["inputs"].keys() == {"service", "commit", "order"}
        self.changes += 1
        self.runs.insert(
            0, {"id": 11 + self.changes, "display_title": sent["inputs"]["order"], "status": "queued"}
        )
        self.runs[0] |= {"html_url": "https://github.com/acme/shop/actions/runs/12"}
        if not self.stalled:
            self.runs[0] |= {"status": "completed", "conclusion": self.conclusion}
            self.serves = sent["inputs"]["commit"]
        return {}

    def deployer(self, timeout: float) -> Deployer:
        token: Any = {"env": "PLATFORM_TOKEN"}
        named: Any = {"repository": "acme/shop", "workflow": "deploy.yml"}
        return GithubDeployer(**named, token=token, timeout=timeout, endpoint=self.address)

    def share(self, commit: str) -> float:
        return float(self.serves == commit)


@dataclass
class Program(Script):
    """A program in place of helm or docker: it says which image it was given, and `live` by that."""

    name: str = ""

    def set_up(self, registry: str, known: dict[str, str]) -> None:
        self.registry, self.known = registry, known
        (self.folder / "by_digest").write_text(
            "\n".join(f"*{image.partition('@')[2]}*) commit={commit};;" for commit, image in known.items())
        )
        path = self.folder / "bin" / self.name
        path.parent.mkdir()
        text = (self.folder / "by_digest").read_text()
        path.write_text(
            f"""#!/bin/sh
cd {self.folder}
grep -q refuse mode && {{ echo "no: $DEPLOY_TOKEN"; exit 1; }}
echo x >> begun
printf '%s\\n' "$@" > words
grep -q stall mode && sleep 300
case "$* $UNSHIPPED_IMAGE" in
{text}
esac
echo "$commit 1" > live
"""
        )
        path.chmod(0o755)


def helm(room: Any) -> Program:
    room.patch.setenv("DEPLOY_TOKEN", SECRET)

    class Helm(Program):
        def deployer(self, timeout: float) -> Deployer:
            return HelmDeployer(
                chart="./charts/{service}",
                image=IMAGE,
                values={"image.digest": "{digest}"},
                namespace="shop",
                program=str(self.folder / "bin" / "helm"),
                registry=self.registry,
                timeout=timeout,
                grace=0.2,
            )

    made = Helm(room.next(), name="helm")
    made.set_up(*images(room))
    return made


def compose(room: Any) -> Program:
    room.patch.setenv("DEPLOY_TOKEN", SECRET)

    class Compose(Program):
        def deployer(self, timeout: float) -> Deployer:
            return ComposeDeployer(
                image=IMAGE, project="shop", registry=self.registry, timeout=timeout, grace=0.2
            )

    made = Compose(room.next(), name="docker")
    made.set_up(*images(room))
    room.patch.setenv("PATH", f"{made.folder / 'bin'}:{Path('/usr/bin')}:{Path('/bin')}")
    return made
