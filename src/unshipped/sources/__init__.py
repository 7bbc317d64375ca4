"""Where what serves is read: one small file a kind, imported when its kind is first used.

A new kind is one file, one line in `KINDS`, one entry in `tests/contract/test_sources.py`. Another
package adds its own through the entry point group `unshipped.sources`, without a change here: it uses
`kit`, and tests itself with `contract`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from unshipped.kinds import Kinds

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.ports import Source

KINDS: dict[str, str] = {
    "static": "unshipped.sources.plain.static:StaticSource",
    "ref": "unshipped.sources.plain.ref:RefSource",
    "command": "unshipped.sources.plain.command:CommandSource",
    "file": "unshipped.sources.plain.file:FileSource",
    "http": "unshipped.sources.plain.http:HttpSource",
    "cloud-run": "unshipped.sources.google.cloud_run:CloudRunSource",
    "cloud-function": "unshipped.sources.google.cloud_function:CloudFunctionSource",
    "cloud-run-job": "unshipped.sources.google.cloud_run_job:CloudRunJobSource",
    "ecs": "unshipped.sources.aws.ecs:EcsSource",
    "lambda": "unshipped.sources.aws.aws_lambda:LambdaSource",
    "kubernetes": "unshipped.sources.clusters.kubernetes:KubernetesSource",
    "argocd": "unshipped.sources.clusters.argocd:ArgocdSource",
    "flux": "unshipped.sources.clusters.flux:FluxSource",
    "oci": "unshipped.sources.containers.oci:OciSource",
    "docker": "unshipped.sources.containers.docker:DockerSource",
    "systemd": "unshipped.sources.plain.systemd:SystemdSource",
    "github": "unshipped.sources.forges.github:GithubSource",
    "gitlab": "unshipped.sources.forges.gitlab:GitlabSource",
    "github-checks": "unshipped.sources.forges.github_checks:GithubChecksSource",
    "gitlab-pipelines": "unshipped.sources.forges.gitlab_pipelines:GitlabPipelinesSource",
    "record": "unshipped.sources.plain.record:RecordSource",
}
"""Kind -> where its class is, `module:Class`."""

OBJECTS = {
    "http": "unshipped.sources.plain._object:HttpObject",
    "https": "unshipped.sources.plain._object:HttpObject",
    "gs": "unshipped.sources.google._object:StorageObject",
    "s3": "unshipped.sources.aws._object:S3Object",
}
"""How an address begins -> what knows which object lies there, beside the code of what serves."""

GROUP = "unshipped.sources"
"""The entry point group of kinds that other packages bring. A name in `KINDS` wins over one of these."""


def every() -> Kinds:
    """Every kind there is: those of the table, and those that other packages bring."""
    return Kinds("source", KINDS, GROUP)


def kind(name: str) -> type[Source]:
    """The class of a kind. Raises `UsageError` where there is no such kind, or it cannot be loaded."""
    found: type[Source] = every().load(name)
    return found


def beside(place: str, measure: str, headers: Mapping[str, object]) -> Source:
    """What tells which object lies at an address: it says that as other sources say a revision. Only one at a
    web address is asked for with `headers`.
    """
    module, _, attribute = OBJECTS[place.partition("://")[0]].partition(":")
    made: Source = getattr(import_module(module), attribute)(place, measure, *([headers] if headers else []))
    return made
