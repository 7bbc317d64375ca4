"""One bench for each way to make a source. A new kind adds its own here, and passes the suite as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.doubles import aws, engine, forges, gitops, google, kubernetes, systemctl
from tests.sources.doubles.json_api import answering
from tests.sources.doubles.registry import Content
from tests.sources.served import Answer, body, serving
from unshipped.core.logged.deployments import Deployment, written
from unshipped.core.model import Code
from unshipped.ports import Source
from unshipped.sources.aws.aws_lambda import LambdaSource
from unshipped.sources.aws.ecs import EcsSource
from unshipped.sources.clusters.argocd import ArgocdSource
from unshipped.sources.clusters.flux import FluxSource
from unshipped.sources.clusters.kubernetes import KubernetesSource
from unshipped.sources.containers.docker import DockerSource
from unshipped.sources.containers.oci import OciSource
from unshipped.sources.contract import SECRET
from unshipped.sources.forges.github import GithubSource
from unshipped.sources.forges.github_checks import GithubChecksSource
from unshipped.sources.forges.gitlab import GitlabSource
from unshipped.sources.forges.gitlab_pipelines import GitlabPipelinesSource
from unshipped.sources.google.cloud_function import CloudFunctionSource
from unshipped.sources.google.cloud_run import CloudRunSource
from unshipped.sources.google.cloud_run_job import CloudRunJobSource
from unshipped.sources.plain.command import CommandSource
from unshipped.sources.plain.file import FileSource
from unshipped.sources.plain.http import HttpSource
from unshipped.sources.plain.record import RecordSource
from unshipped.sources.plain.ref import RefSource
from unshipped.sources.plain.static import StaticSource
from unshipped.sources.plain.systemd import SystemdSource


@dataclass
class Room:
    """What a bench may use: a folder, the environment, and servers that end with the test."""

    folder: Path
    patch: pytest.MonkeyPatch
    stack: ExitStack = field(default_factory=ExitStack)

    def file(self, text: str, name: str = "REVISION") -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def env(self, text: str) -> str:
        self.patch.setenv("UNSHIPPED_TEST_VALUE", text)
        return "UNSHIPPED_TEST_VALUE"

    def url(self, text: str, **headers: Any) -> str:
        return self.serve(body(text, **headers), "/version")

    def serve(self, answer: Answer, path: str = "") -> str:
        return self.stack.enter_context(serving(answer)).url(path)


AMPLE = 30.0
"""So many seconds suffice also where the machine is busy."""


@dataclass(frozen=True)
class Bench:
    """One way to make a source that answers a text."""

    name: str
    make: Callable[[Room, str], Source]
    nothing: Code = Code.NO_REVISION
    limits: frozenset[str] = frozenset()
    """What this way cannot be given: `huge` (the system forbids it), `dirty` (a name is no commit)."""
    asks: Callable[[Room, str, float], Source] | None = None
    """For a kind that asks somebody: one that asks at an address, and waits for so many seconds."""


def wrapped(text: str) -> str:
    return json.dumps({"build": [{"commit": text}]})


def dockerflow(text: str) -> str:
    return json.dumps({"source": "https://example.com/a/b", "version": "1.2", "commit": text, "build": "x"})


def google_settings(room: Room, address: str, seconds: float) -> dict[str, Any]:
    tokens = room.serve(answering({"/token": google.TOKEN}), "/token")
    room.patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(google.key_file(room.folder, tokens)))
    named = {"project": "shop", "region": "europe-west1", "labels": ("commit",)}
    return {**named, "timeout": seconds, "endpoint": address}


def cloud_run(room: Room, address: str, seconds: float = AMPLE) -> Source:
    return CloudRunSource(**google_settings(room, address, seconds))


def cloud_function(room: Room, address: str, seconds: float = AMPLE) -> Source:
    return CloudFunctionSource(**google_settings(room, address, seconds), run_endpoint=address)


def cloud_run_job(room: Room, address: str, seconds: float = AMPLE) -> Source:
    return CloudRunJobSource(**google_settings(room, address, seconds))


def run_of(text: str) -> Answer:
    served = google.service("api", {"api-1": 100})
    return google.cloud_run([served], [google.revision("api-1", labels={"commit": text})])


def first_function_of(text: str) -> Answer:
    return google.cloud_functions([google.function("api", labels={"commit": text}, first=True)], [], [])


def second_function_of(text: str) -> Answer:
    revision = google.revision("api-1", labels={"commit": text})
    return google.cloud_functions(
        [google.function("api")], [google.service("api", {"api-1": 100})], [revision]
    )


def job_of(text: str) -> Answer:
    return google.cloud_run_jobs([google.job("api", labels={"commit": text})], [])


def aws_settings(room: Room, address: str, seconds: float) -> dict[str, Any]:
    for name, value in aws.CREDENTIALS.items():
        room.patch.setenv(name, value)
    return {"region": aws.REGION, "timeout": seconds, "endpoint": address, "variables": ("COMMIT",)}


def ecs(room: Room, address: str, seconds: float = AMPLE) -> Source:
    return EcsSource(**aws_settings(room, address, seconds), cluster="shop")


def aws_lambda(room: Room, address: str, seconds: float = AMPLE) -> Source:
    return LambdaSource(**aws_settings(room, address, seconds))


def lambda_with_alias(room: Room, address: str, seconds: float = AMPLE) -> Source:
    return LambdaSource(**aws_settings(room, address, seconds), alias="live")


def tasks_of(text: str) -> Answer:
    definition = aws.definition("api:7", variables={"COMMIT": text})
    return aws.ecs([aws.service("api", aws.deployment("api:7"))], [definition])


def function_of(text: str, version: str = "$LATEST") -> Answer:
    versions = {"api": [aws.function(version, variables={"COMMIT": text})]}
    return aws.functions(versions, {"api": aws.alias("7")})


def in_kubernetes(room: Room, address: str, seconds: float = AMPLE) -> Source:
    path = kubernetes.kubeconfig(room.folder, address)
    return KubernetesSource(kubeconfig=str(path), annotations=("commit",), timeout=seconds)


def pods_of(text: str) -> Answer:
    made_of = kubernetes.template(annotations={"commit": text})
    return kubernetes.api(*kubernetes.running(kubernetes.deployment(made_of=made_of)))


def argocd(room: Room, address: str, seconds: float = AMPLE) -> Source:
    token = {"env": room.env(SECRET)}
    return ArgocdSource(url=address, token=token, timeout=seconds)  # type: ignore[arg-type]


def argocd_in_cluster(room: Room, address: str, seconds: float = AMPLE) -> Source:
    path = kubernetes.kubeconfig(room.folder, address)
    return ArgocdSource(kubeconfig=str(path), timeout=seconds)


def flux(room: Room, address: str, seconds: float = AMPLE) -> Source:
    path = kubernetes.kubeconfig(room.folder, address, token=SECRET)
    return FluxSource(kubeconfig=str(path), timeout=seconds)


def applied(text: str) -> Answer:
    return gitops.flux(gitops.kustomization(text), gitops.git_repository(text))


def oci(room: Room, address: str, seconds: float = AMPLE) -> Source:
    room.patch.setenv("DOCKER_CONFIG", str(room.folder))
    image = "registry.example.com/shop/{service}:{environment}"
    return OciSource(image=image, labels=("commit",), timeout=seconds, endpoint=address)


def pushed(text: str) -> Answer:
    content = Content()
    content.image({"commit": text}, tag="production")
    return content.serve()


def docker(room: Room, address: str, seconds: float = AMPLE) -> Source:
    return DockerSource(host=address, labels=("commit",), timeout=seconds)


def container_of(text: str) -> Answer:
    return engine.engine([engine.container("api", labels={"commit": text})])


def systemd(room: Room, text: str) -> Source:
    room.file(text)
    unit = systemctl.unit(WorkingDirectory=str(room.folder))
    systemctl.install(room.folder, {"api.service": unit}, room.patch)
    return SystemdSource()


def github(room: Room, address: str, seconds: float = AMPLE) -> Source:
    return GithubSource(repository="shop/main", timeout=seconds, endpoint=address)


def gitlab(room: Room, address: str, seconds: float = AMPLE) -> Source:
    return GitlabSource(project="shop/main", timeout=seconds, endpoint=address)


def github_checks(room: Room, address: str, seconds: float = AMPLE) -> Source:
    return GithubChecksSource(repository="shop/main", timeout=seconds, endpoint=address)


def gitlab_pipelines(room: Room, address: str, seconds: float = AMPLE) -> Source:
    return GitlabPipelinesSource(project="shop/main", branch="main", timeout=seconds, endpoint=address)


def recorded(text: str) -> str:
    when = datetime(2026, 2, 5, 12, tzinfo=UTC)
    return json.dumps(written(Deployment("api", "production", text, when), "1", "/test"))


POINTER = "/build/0/commit"
BENCHES = [
    Bench("static", lambda room, text: StaticSource(commit=text)),
    Bench(
        "static from the environment",
        lambda room, text: StaticSource(commit={"env": room.env(text)}),
        nothing=Code.SOURCE_DENIED,
        limits=frozenset({"huge"}),
    ),
    Bench(
        "static from a file",
        lambda room, text: StaticSource(commit={"file": room.file(text)}),
        nothing=Code.SOURCE_DENIED,
    ),
    Bench("ref", lambda room, text: RefSource(ref=text), limits=frozenset({"dirty"})),
    Bench("command", lambda room, text: CommandSource(command=("cat", room.file(text)))),
    Bench(
        "command with a pointer",
        lambda room, text: CommandSource(command=("cat", room.file(wrapped(text))), pointer=POINTER),
    ),
    Bench("file", lambda room, text: FileSource(path=room.file(text))),
    Bench(
        "file with a pointer", lambda room, text: FileSource(path=room.file(wrapped(text)), pointer=POINTER)
    ),
    Bench(
        "http",
        lambda room, text: HttpSource(url=room.url(text)),
        asks=lambda room, address, seconds: HttpSource(url=address, timeout=seconds),
    ),
    Bench("http with a pointer", lambda room, text: HttpSource(url=room.url(wrapped(text)), pointer=POINTER)),
    Bench("http, Dockerflow", lambda room, text: HttpSource(url=room.url(dockerflow(text)))),
    Bench("http, a JSON text", lambda room, text: HttpSource(url=room.url(json.dumps(text)))),
    Bench(
        "http, a header",
        lambda room, text: HttpSource(url=room.url("", X_Revision=text), header="x-revision"),
        limits=frozenset({"huge"}),
    ),
    Bench(
        "cloud-run",
        lambda room, text: cloud_run(room, room.serve(run_of(text))),
        asks=cloud_run,
    ),
    Bench(
        "cloud-function",
        lambda room, text: cloud_function(room, room.serve(second_function_of(text))),
        asks=cloud_function,
    ),
    Bench(
        "cloud-function of the first generation",
        lambda room, text: cloud_function(room, room.serve(first_function_of(text))),
    ),
    Bench(
        "cloud-run-job",
        lambda room, text: cloud_run_job(room, room.serve(job_of(text))),
        asks=cloud_run_job,
    ),
    Bench("ecs", lambda room, text: ecs(room, room.serve(tasks_of(text))), asks=ecs),
    Bench("lambda", lambda room, text: aws_lambda(room, room.serve(function_of(text))), asks=aws_lambda),
    Bench(
        "lambda by an alias",
        lambda room, text: lambda_with_alias(room, room.serve(function_of(text, "7"))),
        asks=lambda_with_alias,
    ),
    Bench(
        "kubernetes",
        lambda room, text: in_kubernetes(room, room.serve(pods_of(text))),
        asks=in_kubernetes,
    ),
    Bench(
        "argocd",
        lambda room, text: argocd(room, room.serve(gitops.argo(gitops.application([text])))),
        asks=argocd,
    ),
    Bench(
        "argocd, in the cluster",
        lambda room, text: argocd_in_cluster(
            room, room.serve(gitops.argo(gitops.application([text]), place=gitops.IN_CLUSTER))
        ),
        asks=argocd_in_cluster,
    ),
    Bench("flux", lambda room, text: flux(room, room.serve(applied(text))), asks=flux),
    Bench("oci", lambda room, text: oci(room, room.serve(pushed(text))), asks=oci),
    Bench("docker", lambda room, text: docker(room, room.serve(container_of(text))), asks=docker),
    Bench("systemd", systemd),
    Bench(
        "github",
        lambda room, text: github(room, room.serve(forges.github([forges.deployment(text)]))),
        asks=github,
    ),
    Bench(
        "gitlab",
        lambda room, text: gitlab(room, room.serve(forges.gitlab([forges.finished(text)]))),
        asks=gitlab,
    ),
    Bench(
        "github-checks",
        lambda room, text: github_checks(
            room, room.serve(forges.checked([forges.Commit(text, [("build", "success")])]))
        ),
        asks=github_checks,
    ),
    Bench(
        "gitlab-pipelines",
        lambda room, text: gitlab_pipelines(room, room.serve(forges.piped([text], [(text, "success")]))),
        asks=gitlab_pipelines,
    ),
    Bench("record", lambda room, text: RecordSource(path=room.file(recorded(text)))),
]
