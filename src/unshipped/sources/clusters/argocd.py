"""Applications of Argo CD: the commit that the cluster is in sync with, else the one that was synced last."""

from __future__ import annotations

from dataclasses import dataclass

from unshipped.core.model import Reading, Target
from unshipped.ports import Look
from unshipped.secrets import Reference, check_reference
from unshipped.sources.clusters import _applications
from unshipped.sources.clusters._settings import ClusterSettings
from unshipped.sources.shared.api import Api, segment
from unshipped.sources.shared.settings import check_no_nul, check_url, fill, token


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgocdSource(ClusterSettings):
    """Asks Argo CD's own interface, or the cluster that keeps its applications. What it tells is a commit of
    the repository with the manifests, which is the code's where both are one.
    """

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

    def __post_init__(self) -> None:
        ClusterSettings.__post_init__(self)
        check_no_nul(self.ca_file)
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
        who = token(self.token, "")
        api = Api(
            base=self.url.rstrip("/"),
            timeout=self.timeout,
            headers={"Authorization": f"Bearer {who}"} if who else {},
            ca_file=self.ca_file,
        )
        query = {"appNamespace": namespace} if namespace else {}
        return api.get(f"/api/v1/applications/{segment(name)}", query)

    def _of_cluster(self, name: str, namespace: str, look: Look) -> object:
        here = self.cluster(look)
        place = f"/apis/argoproj.io/v1alpha1/namespaces/{segment(namespace or 'argocd')}"
        return here.api.get(f"{place}/applications/{segment(name)}")
