"""One small file a convention: where a repository declares that it has a service."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from unshipped.discovery.finders import (
    backstage,
    compose,
    deploys,
    dockerfiles,
    functions,
    kubernetes,
    paths_filter,
    workspaces,
)
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found

Finder = Callable[[Snapshot], Iterator[Found | Doubt]]

FINDERS: dict[str, Finder] = {
    "deploy commands": deploys.find,
    "compose files": compose.find,
    "Kubernetes workloads": kubernetes.find,
    "Dockerfiles": dockerfiles.find,
    "functions": functions.find,
    "Backstage catalogs": backstage.find,
    "workspaces": workspaces.find,
    "filters of workflows": paths_filter.find,
}
"""By what they look at, the most telling first."""
