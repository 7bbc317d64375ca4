"""Applications of Argo CD: the commit that the cluster is in sync with, else the one that was synced last."""

from __future__ import annotations

from dataclasses import dataclass

from unshipped.core.model import Code, Reading, Target
from unshipped.core.roster import Roster
from unshipped.errors import SourceError
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import Api, segment
from unshipped.platforms.settings import check_no_nul, fill, token
from unshipped.ports import Look
from unshipped.secrets import Reference, check_reference
from unshipped.sources.clusters import _applications
from unshipped.sources.clusters._gitops import GitOpsSettings
from unshipped.sources.shared.parse import shown
from unshipped.sources.shared.rosters import beside

_GROUP = "/apis/argoproj.io/v1alpha1"
_APPLICATIONS = "/api/v1/applications"
_NAME = "items.metadata.name"
_HINT = "`application` and `namespace` say which one it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgocdSource(GitOpsSettings):
    """Asks Argo CD's own interface, or the cluster that keeps its applications. What it tells is a commit of
    the repository with the manifests, and so a proof of those alone.
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
        GitOpsSettings.__post_init__(self)
        check_no_nul(self.ca_file)
        if self.url:
            check_url(self.url)
        if self.token:
            check_reference(self.token)

    def read(self, target: Target, look: Look) -> Reading:
        name, namespace = fill(self.application, target), fill(self.namespace, target)
        if self.url:
            return self._of_argo(name, namespace, target, look)
        here, namespace = self.cluster(look), namespace or "argocd"
        known = here.named(_GROUP, namespace, "applications")
        listed = Roster(f"Argo CD in namespace {shown(namespace)} of {here.api.base}", name, frozenset(known))
        with beside(listed):
            if name not in known:
                message = f"namespace {shown(namespace)} has no application {shown(name)} among {len(known)}"
                raise SourceError(Code.NOT_FOUND, message, _HINT)
            return self._read(known[name], name, target)._replace(roster=listed)

    def _of_argo(self, name: str, namespace: str, target: Target, look: Look) -> Reading:
        who = token(self.token, "")
        api = Api(
            base=self.url.rstrip("/"),
            timeout=self.timeout,
            headers={"Authorization": f"Bearer {who}"} if who else {},
            ca_file=self.ca_file,
        )
        query = {"appNamespace": namespace} if namespace else {}
        key = ("argocd", api.base, repr(self.token), namespace)
        names = look.once(key, lambda: _names(api.get(_APPLICATIONS, {**query, "fields": _NAME})))
        listed = Roster(f"Argo CD, {api.base}", name, names)
        with beside(listed):
            try:
                found = api.get(f"{_APPLICATIONS}/{segment(name)}", query)
            except SourceError as error:
                # What is not there is denied, so that nobody learns of it whom it does not concern.
                if error.problem.code is not Code.SOURCE_DENIED or name in names or not names:
                    raise
                message = f"{error.message}: none of {len(names)} applications is called {shown(name)}"
                raise SourceError(Code.NOT_FOUND, message, _HINT) from None
            return self._read(found, name, target)._replace(roster=listed)

    def _read(self, found: object, name: str, target: Target) -> Reading:
        said, paths = _applications.said(found, name, fill(self.repository, target))
        proven = self.proves(target, *paths)
        told = tuple(one._replace(weak=one.weak or not proven) for one in said)
        return Reading(told, tuple(_applications.remarks(found)))


def _names(listed: object) -> frozenset[str]:
    rows = steps.rows(listed, "items")
    return frozenset(name for row in rows if (name := steps.text(row, "metadata", "name")))
