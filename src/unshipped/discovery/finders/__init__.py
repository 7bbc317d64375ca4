"""One small file a convention: where a repository declares that it has a service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from unshipped.discovery.finders import (
    argocd,
    backstage,
    bake,
    cargo,
    changes,
    cloud_build,
    compose,
    deploys,
    dockerfiles,
    dotnet,
    functions,
    go_programs,
    gradle,
    helm,
    kubernetes,
    lambdas,
    maven,
    node,
    paths_filter,
    platforms,
    python_packages,
    skaffold,
    terraform,
    workflows,
)
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found

Finder = Callable[[Snapshot], Iterator[Found | Doubt]]
Follower = Callable[[Snapshot, Sequence[Found]], Iterator[Found]]

DEPLOYING: dict[str, Finder] = {
    "deploy commands": deploys.find,
    "workflows": workflows.find,
    "Cloud Build": cloud_build.find,
}
"""What really deploys: the names that it gives are those under which services run."""

FINDERS: dict[str, Finder] = {
    **DEPLOYING,
    "Kubernetes workloads": kubernetes.find,
    "charts of Helm": helm.find,
    "functions of AWS": lambdas.find,
    "functions of Terraform": terraform.find,
    "manifests of platforms": platforms.find,
    "artifacts of Skaffold": skaffold.find,
    "targets of bake": bake.find,
    "compose files": compose.find,
    "Dockerfiles": dockerfiles.find,
    "functions": functions.find,
    "Backstage catalogs": backstage.find,
    "workspaces of Node": node.find,
    "workspaces of Python": python_packages.find,
    "workspaces of Cargo": cargo.find,
    "programs of Go": go_programs.find,
    "programs of Maven": maven.find,
    "programs of Gradle": gradle.find,
    "programs of .NET": dotnet.find,
    "filters of workflows": paths_filter.find,
}
"""By what they look at, the most telling first."""

FOLLOWERS: dict[str, Follower] = {
    "applications of Argo CD": argocd.find,
    "paths of pipelines": changes.find,
    "packages of Node": node.follow,
    "packages of Python": python_packages.follow,
}
"""Those that speak of what others found."""
