"""What Flux applied last to a cluster: the commit of a Kustomization, or the chart of a HelmRelease."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from unshipped.core.model import Code, Reading, Remark, Sign, Target
from unshipped.core.roster import Roster
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.platforms.settings import fill, without_user
from unshipped.ports import Look
from unshipped.sources.clusters._cluster import Cluster
from unshipped.sources.clusters._settings import ClusterSettings
from unshipped.sources.shared.parse import revision, shown
from unshipped.sources.shared.rosters import beside

_PLACES = {
    "kustomization": ("/apis/kustomize.toolkit.fluxcd.io/v1", "kustomizations"),
    "helmrelease": ("/apis/helm.toolkit.fluxcd.io/v2", "helmreleases"),
    "gitrepository": ("/apis/source.toolkit.fluxcd.io/v1", "gitrepositories"),
}
_COMMIT = re.compile(
    r"(?:.*[@/])?(?:sha1:|sha256:)?([0-9a-f]{64}|[0-9a-f]{40})|[^+]*\+([0-9a-f]{7,64})(?:\.\d+)?"
)
"""`main@sha1:…`, `sha1:…`, `main/…` of older versions; or a chart's version that ends with a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxSource(ClusterSettings):
    """Asks the cluster for what Flux keeps there. What it tells is a commit of the repository with the
    manifests, which is the code's where both are one; or the version of a chart, which may be a tag.
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
            return self._read(here, namespace, name, known[name])._replace(roster=listed)

    def _roster(
        self, here: Cluster, namespace: str, name: str, known: dict[str, steps.Table]
    ) -> Roster | None:
        """All that is applied from that namespace; but what keeps Flux itself is called as its namespace."""
        if self.kind == "gitrepository":
            return None  # what is fetched does not run thereby
        live = (one for one, row in known.items() if steps.at(row, "spec", "suspend") is not True)
        where = f"namespace {shown(namespace)} of {shown(here.api.base)}, {_PLACES[self.kind][1]} of Flux"
        return Roster(where, name, frozenset(live) - {namespace})

    def _read(self, here: Cluster, namespace: str, name: str, found: steps.Table) -> Reading:
        whose = f"{self.kind} {shown(name)}"
        ready = dict(steps.named(found, "status", "conditions", key="type")).get("Ready")
        fetched = self.kind == "gitrepository"
        said = revision(_applied(self.kind, found), whose)._replace(
            part=name,
            said_by="fetched" if fetched else "applied last",
            weak=fetched or steps.text(ready, "status") != "True",
            repository=without_user(steps.text(_made_of(here, self.kind, namespace, found), "spec", "url")),
        )
        return Reading((said,), tuple(_remarks(found, ready)))


def _all(here: Cluster, kind: str, namespace: str) -> dict[str, steps.Table]:
    group, plural = _PLACES[kind]
    return here.named(group, namespace, plural)


def _applied(kind: str, found: object) -> str:
    """The commit, or the version of a chart."""
    if kind == "helmrelease":
        releases = steps.rows(found, "status", "history")
        deployed = (one for one in releases if steps.text(one, "status") == "deployed")
        said = steps.text(next(deployed, {}), "chartVersion")
    elif kind == "gitrepository":
        said = steps.text(found, "status", "artifact", "revision")
    else:  # of an artifact that is no repository: the commit that it was made of, and not its own digest
        own = steps.text(found, "spec", "sourceRef", "kind") == "GitRepository"
        said = steps.text(found, "status", "lastApplied" + ("Revision" if own else "OriginRevision"))
    commit = _COMMIT.fullmatch(said)
    return commit[1] or commit[2] if commit else said


def _made_of(here: Cluster, kind: str, namespace: str, found: object) -> object:
    """The repository that it is made of; nothing where it is made of something else."""
    if kind == "gitrepository":
        return found
    way = ("chart", "spec", "sourceRef") if kind == "helmrelease" else ("sourceRef",)
    source = steps.at(found, "spec", *way)
    if steps.text(source, "kind") != "GitRepository":
        return None
    place = steps.text(source, "namespace") or namespace
    return _all(here, "gitrepository", place).get(steps.text(source, "name"))


def _remarks(found: object, ready: object) -> Iterator[Remark]:
    why = shown(steps.text(ready, "message"))
    if steps.at(found, "spec", "suspend") is True:
        yield Remark(Sign.LATEST_WITHOUT_TRAFFIC, "it is suspended: nothing newer is applied")
    elif steps.text(ready, "status") == "Unknown":  # Flux itself ends this after its own time limit
        yield Remark(Sign.CONVERGING, f"it is being applied: {why}")
    elif steps.text(ready, "status") != "True":
        yield Remark(Sign.LATEST_NOT_READY, f"it is not ready: {why or 'it does not say why'}")
