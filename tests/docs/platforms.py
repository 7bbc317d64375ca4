"""Doubles of the platforms that the examples read: what the examples say of the world outside is so here."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from tests.sources.doubles import aws, engine, forges, gitops, google, kubernetes, systemctl
from tests.sources.doubles.json_api import answering
from tests.sources.doubles.registry import Content
from tests.sources.served import serving
from tests.support.repo import git

LIVE = "9a1a841"
SERVICES = ("api", "worker")
RELEASES = "https://api.netlify.com"

Environment = dict[str, str]


class Platforms:
    """Points the sources of an example at doubles in which every service runs `LIVE`."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self.folder = stack, folder
        self.environment: Environment = {}
        self.served = False

    def point(self, part: Any) -> Any:
        """The same configuration, with the doubles in place of the platforms."""
        if isinstance(part, list):
            return [self.point(one) for one in part]
        if not isinstance(part, dict):
            return part
        kind = part.get("source")
        if kind == "http" and str(part["url"]).startswith(RELEASES):
            return part | self.releases(part["url"])
        return {key: self.point(one) for key, one in part.items()} | (
            DOUBLES[kind](self) if kind in DOUBLES else {}
        )

    def serve(self, answer: Any, path: str = "") -> str:
        self.served = True
        return self._stack.enter_context(serving(answer)).url(path)

    def releases(self, url: str) -> dict[str, str]:
        """A platform that says of each service which deploy is published, to whoever has a token."""
        self.environment["NETLIFY_TOKEN"] = "of-the-test"
        said = {"id": "1", "published_deploy": {"id": "2", "state": "ready", "commit_ref": LIVE}}
        place = url.removeprefix(RELEASES)
        known = {place.format(service=name): said for name in SERVICES}
        return {"url": self.serve(answering(known)) + place}

    def repository(self) -> str:
        """Where the code of the shop comes from."""
        return git(self.folder, "remote", "get-url", "origin").decode().strip()

    def tip(self) -> str:
        """The newest commit of the shop."""
        return git(self.folder, "rev-parse", "origin/main").decode().strip()

    def program(self, folder: Path) -> None:
        """Lets the programs of a folder be found before those of the machine."""
        self.served = True
        self.environment["PATH"] = f"{folder}:{os.environ['PATH']}"

    def google(self) -> None:
        tokens = self.serve(answering({"/token": google.TOKEN}), "/token")
        key = google.key_file(self.folder, tokens)
        self.environment["GOOGLE_APPLICATION_CREDENTIALS"] = str(key)


def _cloud_run(platforms: Platforms) -> dict[str, str]:
    platforms.google()
    services = [google.service(name, {f"{name}-1": 100}) for name in SERVICES]
    revisions = [google.revision(f"{name}-1", labels={"commit-sha": LIVE}) for name in SERVICES]
    return {"endpoint": platforms.serve(google.cloud_run(services, revisions))}


def _cloud_function(platforms: Platforms) -> dict[str, str]:
    platforms.google()
    functions = [google.function("api", labels={"commit-sha": LIVE}, first=True), google.function("worker")]
    services = [google.service("worker", {"worker-1": 100})]
    revisions = [google.revision("worker-1", labels={"commit-sha": LIVE})]
    address = platforms.serve(google.cloud_functions(functions, services, revisions))
    return {"endpoint": address, "run_endpoint": address}


def _cloud_run_job(platforms: Platforms) -> dict[str, str]:
    platforms.google()
    jobs = [google.job(name, labels={"commit-sha": LIVE}) for name in SERVICES]
    return {"endpoint": platforms.serve(google.cloud_run_jobs(jobs, []))}


def _ecs(platforms: Platforms) -> dict[str, str]:
    platforms.environment |= aws.CREDENTIALS
    services = [aws.service(name, aws.deployment(f"{name}:7")) for name in SERVICES]
    definitions = [aws.definition(f"{name}:7", tags={"commit-sha": LIVE}) for name in SERVICES]
    return {"endpoint": platforms.serve(aws.ecs(services, definitions))}


def _lambda(platforms: Platforms) -> dict[str, str]:
    platforms.environment |= aws.CREDENTIALS
    versions = {f"shop-{name}": [aws.function("7", Description=LIVE)] for name in SERVICES}
    return {"endpoint": platforms.serve(aws.functions(versions, dict.fromkeys(versions, aws.alias("7"))))}


def _kubernetes(platforms: Platforms) -> dict[str, str]:
    made_of = kubernetes.template(labels={"commit-sha": LIVE})
    deployments = [kubernetes.deployment(name, made_of=made_of) for name in SERVICES]
    address = platforms.serve(
        kubernetes.api(*(row for one in deployments for row in kubernetes.running(one)))
    )
    platforms.environment["KUBECONFIG"] = str(kubernetes.kubeconfig(platforms.folder, address))
    return {}


def _argocd(platforms: Platforms) -> dict[str, str]:
    platforms.environment["ARGOCD_TOKEN"] = "of-the-test"
    made = (
        gitops.application([LIVE], name=name, sources=[gitops.made_of(platforms.repository(), path=name)])
        for name in SERVICES
    )
    return {"url": platforms.serve(gitops.argo(*made))}


def _flux(platforms: Platforms) -> dict[str, str]:
    made = (gitops.kustomization(LIVE, name=name, path=f"./{name}") for name in SERVICES)
    address = platforms.serve(gitops.flux(*made, gitops.git_repository(LIVE, url=platforms.repository())))
    platforms.environment["KUBECONFIG"] = str(kubernetes.kubeconfig(platforms.folder, address))
    return {}


def _oci(platforms: Platforms) -> dict[str, str]:
    content = Content()
    content.image({"org.opencontainers.image.revision": LIVE}, tag="production")
    return {"endpoint": platforms.serve(content.serve())}


def _docker(platforms: Platforms) -> dict[str, str]:
    containers = [engine.container(name, variables={"COMMIT_SHA": LIVE}) for name in SERVICES]
    return {"host": platforms.serve(engine.engine(containers))}


def _systemd(platforms: Platforms) -> dict[str, str]:
    units = {f"{name}.service": systemctl.unit(Environment=f"COMMIT_SHA={LIVE}") for name in SERVICES}
    platforms.program(systemctl.install(platforms.folder, units))
    return {}


def _github(platforms: Platforms) -> dict[str, str]:
    rows = [forges.deployment(LIVE, number=at, task=f"deploy:{name}") for at, name in enumerate(SERVICES)]
    return {"endpoint": platforms.serve(forges.github(rows))}


def _gitlab(platforms: Platforms) -> dict[str, str]:
    return {"endpoint": platforms.serve(forges.gitlab([forges.finished(LIVE)]))}


def _github_checks(platforms: Platforms) -> dict[str, str]:
    commits = [forges.Commit(platforms.tip(), [("test", "success"), ("deploy", None)])]
    return {"endpoint": platforms.serve(forges.checked(commits))}


def _gitlab_pipelines(platforms: Platforms) -> dict[str, str]:
    tip = platforms.tip()
    return {"endpoint": platforms.serve(forges.piped([tip], [(tip, "success")]))}


DOUBLES: dict[str, Callable[[Platforms], dict[str, str]]] = {
    "cloud-run": _cloud_run,
    "cloud-function": _cloud_function,
    "cloud-run-job": _cloud_run_job,
    "ecs": _ecs,
    "lambda": _lambda,
    "kubernetes": _kubernetes,
    "argocd": _argocd,
    "flux": _flux,
    "oci": _oci,
    "docker": _docker,
    "systemd": _systemd,
    "github": _github,
    "gitlab": _gitlab,
    "github-checks": _github_checks,
    "gitlab-pipelines": _gitlab_pipelines,
}
"""By kind: what is set in place of what the example says."""


def pointed(text: str, stack: ExitStack, folder: Path) -> tuple[str, Environment]:
    """An example's configuration with its platforms replaced, and the variables that this needs."""
    platforms = Platforms(stack, folder)
    made = platforms.point(yaml.safe_load(text))
    return (yaml.safe_dump(made), platforms.environment) if platforms.served else (text, {})
