"""Applications of Argo CD: the commit that the cluster is in sync with, else the one that was synced last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.model import Code, Reading, Target
from unshipped.errors import SourceError
from unshipped.ports import Look
from unshipped.secrets import Reference, check_reference, named, reveal
from unshipped.sources.clusters import _applications
from unshipped.sources.clusters._cluster import cluster
from unshipped.sources.shared.api import Api, segment
from unshipped.sources.shared.settings import check_no_nul, check_timeout, check_url, fill, sendable


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgocdSource:
    """Asks Argo CD's own interface, or the cluster that keeps its applications. What it tells is a commit of
    the repository with the manifests, which is the code's where both are one.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    application: str = "{service}"
    """Name of the application. `{service}` and `{environment}` are replaced, here and in the next."""

    namespace: str = ""
    """Where the application is; by default where Argo CD says, or `argocd` in the cluster."""

    repository: str = ""
    """Address of the repository that counts, of an application with several."""

    url: str = ""
    """Address of Argo CD; without it, the cluster is asked."""

    token: Reference | None = None
    """Token for Argo CD: `{env: NAME}` or `{file: PATH}`."""

    ca_file: str = ""
    """File with the certificate authorities (PEM) to trust for `url` in place of the system's."""

    context: str = ""
    """Context of the kubeconfig, without `url`; by default the current one."""

    kubeconfig: str = ""
    """Path of the kubeconfig, from where the check runs; by default KUBECONFIG or `~/.kube/config`."""

    timeout: float = 20.0
    """Seconds for everything together."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_no_nul(self.kubeconfig, self.ca_file)
        if self.url:
            check_url(self.url)
        if self.token:
            check_reference(self.token)

    def read(self, target: Target, look: Look) -> Reading:
        name, namespace = fill(self.application, target), fill(self.namespace, target)
        found = self._of_argo(name, namespace) if self.url else self._of_cluster(name, namespace, look)
        said = _applications.said(found, name, fill(self.repository, target))
        return Reading(tuple(said), tuple(_applications.remarks(found)))

    def _of_argo(self, name: str, namespace: str) -> object:
        token = reveal(self.token) if self.token else ""
        if self.token and not sendable(token):
            raise SourceError(Code.SOURCE_DENIED, f"{named(self.token)} is no text that a header can carry")
        api = Api(
            base=self.url.rstrip("/"),
            timeout=self.timeout,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            ca_file=self.ca_file,
        )
        query = {"appNamespace": namespace} if namespace else {}
        return api.get(f"/api/v1/applications/{segment(name)}", query)

    def _of_cluster(self, name: str, namespace: str, look: Look) -> object:
        here = cluster(look, self.kubeconfig, self.context, self.timeout)
        place = f"/apis/argoproj.io/v1alpha1/namespaces/{segment(namespace or 'argocd')}"
        return here.api.get(f"{place}/applications/{segment(name)}")
