"""What Flux applied last to a cluster: the commit of a Kustomization, or the chart of a HelmRelease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unshipped.core.model import Code, Reading, Target
from unshipped.core.roster import Roster
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.platforms.settings import fill, without_user
from unshipped.ports import Look
from unshipped.sources.clusters import _flux_objects as objects
from unshipped.sources.clusters._cluster import Cluster
from unshipped.sources.clusters._gitops import GitOpsSettings
from unshipped.sources.shared.parse import revision, shown
from unshipped.sources.shared.rosters import beside

_PLACES = {
    "kustomization": ("/apis/kustomize.toolkit.fluxcd.io/v1", "kustomizations"),
    "helmrelease": ("/apis/helm.toolkit.fluxcd.io/v2", "helmreleases"),
    "gitrepository": ("/apis/source.toolkit.fluxcd.io/v1", "gitrepositories"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxSource(GitOpsSettings):
    """Asks the cluster for what Flux keeps there. What it tells is a commit of the repository with the
    manifests, and so a proof of those alone; or the version of a chart, which may be a tag.
    """

    name: str = "{service}"
    """Name of the object. `{service}` and `{environment}` are replaced, here and in the next."""

    namespace: str = "flux-system"
    """Where it is."""

    kind: Literal["kustomization", "helmrelease", "gitrepository"] = "kustomization"
    """What it is. A `gitrepository` says what was fetched, not whether it was applied."""

    def read(self, target: Target, look: Look) -> Reading:
        here = self.cluster(look)
        name, namespace = fill(self.name, target), fill(self.namespace, target)
        known = _all(here, self.kind, namespace)
        listed = self._roster(here, namespace, name, known)
        with beside(listed):
            if name not in known:
                message = f"namespace {shown(namespace)} has no {self.kind} {shown(name)} among {len(known)}"
                raise SourceError(Code.NOT_FOUND, message, "`name` and `namespace` say which one it is")
            return self._read(here, namespace, known[name], target)._replace(roster=listed)

    def _roster(
        self, here: Cluster, namespace: str, name: str, known: dict[str, steps.Table]
    ) -> Roster | None:
        """All that is applied from that namespace; but what keeps Flux itself is called as its namespace."""
        if self.kind == "gitrepository":
            return None  # what is fetched does not run thereby
        live = (one for one, row in known.items() if steps.at(row, "spec", "suspend") is not True)
        where = f"namespace {shown(namespace)} of {shown(here.api.base)}, {_PLACES[self.kind][1]} of Flux"
        return Roster(where, name, frozenset(live) - {namespace})

    def _read(self, here: Cluster, namespace: str, found: steps.Table, target: Target) -> Reading:
        name = fill(self.name, target)
        ready = dict(steps.named(found, "status", "conditions", key="type")).get("Ready")
        fetched = self.kind == "gitrepository"
        made_of = _made_of(here, self.kind, namespace, found)
        proven = (
            steps.text(ready, "status") == "True"
            and objects.is_watched(self.kind, found)
            and self.proves(target, *([objects.place(self.kind, found)] if made_of else []))
        )
        said = revision(objects.applied(self.kind, found), f"{self.kind} {shown(name)}")._replace(
            part=name,
            said_by="fetched" if fetched else "applied last",
            weak=fetched or not proven,
            repository=without_user(steps.text(made_of, "spec", "url")),
        )
        return Reading((said,), tuple(objects.remarks(found, ready)))


def _all(here: Cluster, kind: str, namespace: str) -> dict[str, steps.Table]:
    group, plural = _PLACES[kind]
    return here.named(group, namespace, plural)


def _made_of(here: Cluster, kind: str, namespace: str, found: object) -> object:
    """The repository that it is made of; nothing where it is made of something else."""
    if kind == "gitrepository":
        return found
    source = objects.source_of(kind, found)
    if steps.text(source, "kind") != "GitRepository":
        return None
    place = steps.text(source, "namespace") or namespace
    return _all(here, "gitrepository", place).get(steps.text(source, "name"))
