"""What every kind that asks a cluster can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unshipped.platforms.settings import check_no_nul, check_timeout
from unshipped.ports import Look
from unshipped.sources.clusters._cluster import Cluster, cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSettings:
    """Which cluster is asked, as kubectl would find it."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    context: str = ""
    """Context of the kubeconfig; by default the current one."""

    kubeconfig: str = ""
    """Path of the kubeconfig, from where the check runs; by default KUBECONFIG or `~/.kube/config`."""

    timeout: float = 20.0
    """Seconds for everything together."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_no_nul(self.kubeconfig)

    def cluster(self, look: Look) -> Cluster:
        """The cluster, with everything that is asked of it in time. Raises `SourceError`."""
        return cluster(look, self.kubeconfig, self.context, self.timeout)
