"""Who brings revisions to serve: one small file a kind, imported when its kind is first used.

A new kind is one file, one line in `KINDS`, one entry in `tests/deployers/benches.py`. Another package adds
its own through the entry point group `unshipped.deployers`, without a change here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unshipped.kinds import Kinds

if TYPE_CHECKING:
    from unshipped.ports.deploying import Deployer

KINDS: dict[str, str] = {
    "command": "unshipped.deployers.command:CommandDeployer",
    "cloud-run": "unshipped.deployers.cloud_run:CloudRunDeployer",
    "cloud-function": "unshipped.deployers.cloud_function:CloudFunctionDeployer",
    "kubernetes": "unshipped.deployers.kubernetes:KubernetesDeployer",
    "helm": "unshipped.deployers.helm:HelmDeployer",
    "ecs": "unshipped.deployers.ecs:EcsDeployer",
    "lambda": "unshipped.deployers.aws_lambda:LambdaDeployer",
    "argocd": "unshipped.deployers.argocd:ArgocdDeployer",
    "github": "unshipped.deployers.github:GithubDeployer",
    "compose": "unshipped.deployers.compose:ComposeDeployer",
}
"""Kind -> where its class is, `module:Class`."""

GROUP = "unshipped.deployers"
"""The entry point group of kinds that other packages bring. A name in `KINDS` wins over one of these."""


def every() -> Kinds:
    """Every kind there is: those of the table, and those that other packages bring."""
    return Kinds("deployer", KINDS, GROUP)


def kind(name: str) -> type[Deployer]:
    """The class of a kind. Raises `UsageError` where there is no such kind, or it cannot be loaded."""
    found: type[Deployer] = every().load(name)
    return found
