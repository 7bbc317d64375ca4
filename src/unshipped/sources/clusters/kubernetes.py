"""Workloads of Kubernetes: the replicas that are ready, and what each of them says that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from unshipped.core.model import Code, Reading, Revision, Target
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.platforms.settings import fill
from unshipped.ports import Look
from unshipped.sources.clusters import _configured
from unshipped.sources.clusters._cluster import Cluster
from unshipped.sources.clusters._settings import ClusterSettings
from unshipped.sources.clusters._workloads import KINDS, Workload, roster
from unshipped.sources.registry.digests import Registries
from unshipped.sources.shared.hearing import Part, heard, of_image, of_labels, of_variables, of_whole
from unshipped.sources.shared.parse import shown
from unshipped.sources.shared.rosters import beside

_HINT = "let the deploy step write a label commit-sha into the pod template, or name another label"


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesSource(ClusterSettings):
    """Asks the API of a cluster: the workloads of a namespace, what they made, and every pod, one list of
    each for all services. Who asks is found as kubectl finds it, or is the service account of the pod that
    the check runs in. It needs `list`, and nothing else.
    """

    namespace: str = ""
    """Where the workload is; by default where the context is. `{service}` and `{environment}` are replaced,
    here and in the next."""

    name: str = "{service}"
    """Name of the workload."""

    workload: Literal["any", "deployment", "statefulset", "daemonset", "cronjob"] = "any"
    """What it is; `any` looks among all of them, and only one may have that name."""

    container: str = ""
    """The container that counts; by default the pod's default container, else the one that is called as the
    workload, else the first."""

    labels: tuple[str, ...] = ()
    """Labels that name the commit, in place of the usual ones."""

    annotations: tuple[str, ...] = ()
    """Annotations that name the commit, in place of the usual ones."""

    variables: tuple[str, ...] = ()
    """Environment variables of the container that name the commit, in place of the usual ones."""

    registry: bool = False
    """Whether to ask the registry, too, which commit the image that runs was built from, by its digest. Who
    asks is whoever `docker login` remembers there."""

    def read(self, target: Target, look: Look) -> Reading:
        here = self.cluster(look)
        namespace, name = fill(self.namespace, target) or here.namespace, fill(self.name, target)
        listed = roster(here, namespace, self._kinds(), name)
        with beside(listed):
            workload = self._workload(here, namespace, target)
            parts = [*workload.parts()]
            registries = Registries(look, here.api.end, wanted=self.registry)
            said, settings = [], []
            for part, pods in parts:
                own = self._words(part, pods, workload)
                set_to = _configured.of_pods(part.name, pods, workload.container)
                pulled = workload.pulled(pods)
                said.append((part, registries.beside(part, own, pulled, set_to.image or "")))
                settings.append(set_to)
            words = heard(said, workload.whose, _HINT)
            remarks = (*workload.remarks(), *registries.remarks)
            return Reading(words, remarks, roster=listed, settings=tuple(settings))

    def _kinds(self) -> list[str]:
        return list(KINDS) if self.workload == "any" else [self.workload]

    def _words(self, part: Part, pods: list[object], workload: Workload) -> list[Revision]:
        """What every replica says, each word once, and what the workload says: it can be labelled anew, and
        nothing of it started anew.
        """
        own = (word for pod in pods for word in self._of_pod(part, pod, workload))
        return list(dict.fromkeys((*own, *self._of_metadata(part, workload.row, workload.kind))))

    def _of_pod(self, part: Part, pod: object, workload: Workload) -> Iterator[Revision]:
        yield from self._of_metadata(part, pod)
        container = workload.container(pod)
        variables = {name: steps.text(row, "value") for name, row in steps.named(container, "env")}
        yield from of_variables(part, variables, self.variables)
        yield from of_image(part, steps.text(container, "image"))

    def _of_metadata(self, part: Part, row: object, whole: str = "") -> Iterator[Revision]:
        for kind, names in (("label", self.labels), ("annotation", self.annotations)):
            found = steps.texts(row, "metadata", f"{kind}s")
            of_all = of_whole(part, found, names, whole, kind=kind)
            yield from of_all if whole else of_labels(part, found, names, kind=kind)

    def _workload(self, here: Cluster, namespace: str, target: Target) -> Workload:
        """The one that has the name. Raises `SourceError` where none has it, or several have."""
        name, kinds = fill(self.name, target), self._kinds()
        found = [
            (kind, row)
            for kind in kinds
            if (row := here.named(KINDS[kind].group, namespace, KINDS[kind].plural).get(name))
        ]
        where = f"namespace {shown(namespace)}"
        if not found:
            message = f"{where} has no {' or '.join(kinds)} {shown(name)}"
            raise SourceError(Code.NOT_FOUND, message, "`name` and `namespace` say which one it is")
        if len(found) > 1:
            message = f"{where} has more than one {shown(name)}: {', '.join(kind for kind, _ in found)}"
            raise SourceError(Code.SOURCE_ERROR, message, "`workload` says which one it is")
        [(kind, row)] = found
        return Workload.read(here, namespace, kind, row, fill(self.container, target))
