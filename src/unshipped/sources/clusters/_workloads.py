"""A workload of Kubernetes: which of its replicas serve, by the template that they were made from, and how
its rollout stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from unshipped.core.model import Code, Remark, Sign
from unshipped.core.roster import Roster
from unshipped.core.value import Value
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.sources.clusters._cluster import METADATA, Cluster
from unshipped.sources.shared.hearing import Part
from unshipped.sources.shared.parse import shown

_APPS, _BATCH = "/apis/apps/v1", "/apis/batch/v1"
_MAIN = "kubectl.kubernetes.io/default-container"
_STARTING = frozenset({"", "ContainerCreating", "PodInitializing"})
"""Why a container of a pod that is well waits."""


class Kind(Value):
    """A kind of workload, and where its pods come from."""

    group: str
    plural: str
    makers: str = ""
    """What it makes that makes pods; empty where it makes them itself."""
    template: tuple[str, ...] = ("spec", "template")


KINDS = {
    "deployment": Kind(_APPS, "deployments", "replicasets"),
    "statefulset": Kind(_APPS, "statefulsets"),
    "daemonset": Kind(_APPS, "daemonsets"),
    "cronjob": Kind(_BATCH, "cronjobs", "jobs", ("spec", "jobTemplate", "spec", "template")),
}


def roster(here: Cluster, namespace: str, kinds: list[str], name: str) -> Roster | None:
    """All that somebody wants to run in a namespace: not what a workload of another maker made, and nothing
    where the cluster keeps what is its own.
    """
    if namespace.startswith("kube-"):
        return None
    names = (
        found
        for kind in kinds
        for found, row in here.named(KINDS[kind].group, namespace, KINDS[kind].plural).items()
        if not steps.rows(row, "metadata", "ownerReferences")
        and steps.at(row, "spec", "replicas") != 0
        and steps.at(row, "spec", "suspend") is not True
    )
    return Roster(f"namespace {shown(namespace)} of {shown(here.api.base)}", name, frozenset(names))


@dataclass(frozen=True, slots=True)
class Workload:
    """One workload, and the pods that it keeps."""

    kind: str
    name: str
    whose: str
    row: steps.Table
    wanted_container: str
    makers: list[steps.Table]
    """What made its pods: itself, its replica sets, or its jobs."""
    groups: dict[str, list[steps.Table]]
    """Its pods that are to stay, by the name of what they were made from."""

    @classmethod
    def read(cls, here: Cluster, namespace: str, kind: str, row: steps.Table, container: str) -> Workload:
        name, makers = steps.text(row, "metadata", "name"), [row]
        if plural := KINDS[kind].makers:
            headers = METADATA if plural == "replicasets" else None
            made = here.owned(KINDS[kind].group, namespace, plural, headers)
            makers = made.get(_id(row), [])
            if steps.at(row, "spec", "replicas") == 0 and _is_of_rollout(name, chain(*made.values())):
                message = f"deployment {shown(name)} has no replica: a Rollout of Argo's runs what it names"
                raise SourceError(Code.NO_REVISION, message, "`http` asks the service itself")
        pods = here.owned("/api/v1", namespace, "pods")
        groups: dict[str, list[steps.Table]] = {}
        for maker in makers:
            for pod in pods.get(_id(maker), []):
                if _stays(pod):
                    groups.setdefault(_revision(kind, maker, pod), []).append(pod)
        whose = f"{kind} {shown(name)} of namespace {shown(namespace)}"
        return cls(kind, name, whose, row, container, makers, groups)

    def parts(self) -> Iterator[tuple[Part, list[object]]]:
        """What serves, with the pods that do. Where none is wanted: the template of the next one. Raises
        `SourceError` where some are wanted and none is ready.
        """
        ready = self._ready()
        total = sum(map(len, ready.values()))
        for name, pods in ready.items():
            made = [at for pod in pods if (at := steps.moment(pod, "metadata", "creationTimestamp"))]
            yield Part(name, len(pods) / total, min(made, default=None)), [*pods]
        if not ready:
            if wanted := self._wanted():
                why = f" ({trouble})" if (trouble := self._trouble()) else ""
                message = f"{self.whose} serves nothing: none of its {wanted:g} replicas is ready{why}"
                raise SourceError(Code.NO_REVISION, message)
            yield Part(self.name), [steps.at(self.row, *KINDS[self.kind].template)]

    def container(self, pod: object) -> steps.Table:
        """The container that counts. Raises `SourceError` where there is none of the wanted name."""
        known = dict(steps.named(pod, "spec", "containers"))
        if self.wanted_container and self.wanted_container not in known:
            message = f"{self.whose} has no container {shown(self.wanted_container)} among {len(known)}"
            raise SourceError(Code.NOT_FOUND, message)
        told = steps.text(pod, "metadata", "annotations", _MAIN)
        order = (self.wanted_container, told, self.name, *known)
        return next((known[one] for one in order if one in known), {})

    def remarks(self) -> Iterator[Remark]:
        """How it stands beside what serves."""
        for name, pods in self._ready().items():
            images = {image.rpartition("@")[2] for pod in pods if (image := self._image(pod))}
            if len(images) > 1:
                message = (
                    f"the replicas of {shown(name)} run {len(images)} different images that go by one name"
                )
                yield Remark(Sign.SPOKEN_AGAINST, message)
        if not self._ready():
            yield Remark(Sign.SCALED_TO_ZERO, f"{self._idle()}: its template is what the next one will be")
        if self.kind == "cronjob":
            yield from self._failed_job()
        elif self._unfinished():
            yield self._rollout()

    def _ready(self) -> dict[str, list[steps.Table]]:
        ready = {name: [pod for pod in pods if _ready(pod)] for name, pods in self.groups.items()}
        return {name: pods for name, pods in ready.items() if pods}

    def _wanted(self) -> float:
        """How many replicas there shall be: of a cron job none, between its runs."""
        if self.kind == "cronjob":
            return 0
        way = ("status", "desiredNumberScheduled") if self.kind == "daemonset" else ("spec", "replicas")
        return 0 if steps.at(self.row, *way) == 0 else steps.number(self.row, *way) or 1

    def _updated(self) -> float:
        key = "updatedNumberScheduled" if self.kind == "daemonset" else "updatedReplicas"
        return steps.number(self.row, "status", key)

    def _unfinished(self) -> bool:
        """Whether not every replica is of the newest template yet. What lacks some after its rollout was
        completed is scaled, and rolls nothing out.
        """
        seen = steps.number(self.row, "status", "observedGeneration")
        late = seen < steps.number(self.row, "metadata", "generation")
        fewer = self._updated() < self._wanted() and not self._completed()
        return late or fewer or len(self.groups) > 1

    def _completed(self) -> bool:
        """Whether the cluster says that the newest template is everywhere."""
        now, next_one = (steps.text(self.row, "status", f"{key}Revision") for key in ("current", "update"))
        reason = steps.text(_condition(self.row, "Progressing"), "reason")
        return reason == "NewReplicaSetAvailable" or (now == next_one != "")

    def _rollout(self) -> Remark:
        """Where an unfinished rollout stands. Only one that goes on is called under way, from the last change
        on: that keeps an alarm quiet for a while.
        """
        far = f"{self._updated():g} of {self._wanted():g} replicas are of the newest template"
        progress = _condition(self.row, "Progressing")
        if steps.text(progress, "status") == "False":
            why = shown(steps.text(progress, "message")) or "it takes too long"
            return Remark(Sign.LATEST_NOT_READY, f"its rollout failed, {why}; {far}")
        if trouble := self._trouble():
            return Remark(Sign.LATEST_NOT_READY, f"its rollout does not go on, {trouble}; {far}")
        partition = steps.number(self.row, "spec", "updateStrategy", "rollingUpdate", "partition")
        by_hand = steps.text(self.row, "spec", "updateStrategy", "type") == "OnDelete"
        if steps.at(self.row, "spec", "paused") is True or by_hand or partition:
            return Remark(Sign.LATEST_WITHOUT_TRAFFIC, f"its rollout waits for somebody; {far}")
        return Remark(Sign.CONVERGING, f"a rollout is under way; {far}", self._changed())

    def _changed(self) -> datetime | None:
        """When somebody changed it last. How it stands, and how many it has, is no change of what it runs."""
        writers = steps.rows(self.row, "metadata", "managedFields")
        changes = (steps.moment(one, "time") for one in writers if not steps.text(one, "subresource"))
        return max(filter(None, changes), default=None)

    def _trouble(self) -> str:
        """Why a replica cannot be made, or is not ready, where it is more than that it has just been started:
        of a deployment the cluster says itself when that takes too long, of other workloads nobody does.
        """
        refused = _condition(self.row, "ReplicaFailure")
        if steps.text(refused, "status") == "True":
            return shown(steps.text(refused, "message")) or "a replica cannot be made"
        unlimited = "" if self.kind == "deployment" else "not ready"
        for name, pods in self.groups.items():
            for pod in pods:
                if not _ready(pod) and (why := _waits(pod) or unlimited):
                    return f"{shown(name)}: {shown(why)}"
        return ""

    def pulled(self, pods: Iterable[object]) -> Iterator[str]:
        """What the container that counts really runs in each pod, as far as it came from a registry."""
        for pod in pods:
            yield self._image(pod).removeprefix("docker-pullable://")

    def _image(self, pod: object) -> str:
        """What the container that counts runs, as who runs it says."""
        name = steps.text(self.container(pod), "name")
        statuses = dict(steps.named(pod, "status", "containerStatuses"))
        return steps.text(statuses, name, "imageID")

    def _idle(self) -> str:
        """Why nothing of it runs, though nothing is wrong."""
        if self.kind != "cronjob":
            return "it has no replica"
        return "it is suspended" if steps.at(self.row, "spec", "suspend") is True else "no job of it runs now"

    def _failed_job(self) -> Iterator[Remark]:
        newest = max(self.makers, key=_made, default={})
        if steps.text(failed := _condition(newest, "Failed"), "status") == "True":
            name, why = shown(steps.text(newest, "metadata", "name")), shown(steps.text(failed, "reason"))
            yield Remark(Sign.LATEST_NOT_READY, f"its newest job, {name}, failed: {why}")


def _is_of_rollout(name: str, made: Iterable[object]) -> bool:
    """Whether a Rollout of that name has made any: it may take its template from a deployment."""
    owners = (owner for row in made for owner in steps.rows(row, "metadata", "ownerReferences"))
    return any((one.get("kind"), one.get("name")) == ("Rollout", name) for one in owners)


def _id(row: object) -> str:
    return steps.text(row, "metadata", "uid")


def _made(row: object) -> str:
    return steps.text(row, "metadata", "creationTimestamp")


def _stays(pod: object) -> bool:
    """Whether a pod is neither done nor about to go."""
    gone = steps.at(pod, "metadata", "deletionTimestamp") is not None
    return not gone and steps.text(pod, "status", "phase") not in ("Succeeded", "Failed")


def _ready(pod: object) -> bool:
    return steps.text(_condition(pod, "Ready"), "status") == "True"


def _condition(row: object, kind: str) -> steps.Table:
    return dict(steps.named(row, "status", "conditions", key="type")).get(kind, {})


def _revision(kind: str, maker: object, pod: object) -> str:
    """The name of what a pod was made from."""
    name = steps.text(maker, "metadata", "name")
    if KINDS[kind].makers:
        return name
    made_from = steps.text(pod, "metadata", "labels", "controller-revision-hash")
    return made_from if made_from.startswith(name) else f"{name}-{made_from}"


def _waits(pod: object) -> str:
    """What keeps a pod from starting; empty where nothing does."""
    if steps.text(scheduled := _condition(pod, "PodScheduled"), "status") == "False":
        return steps.text(scheduled, "reason")
    for key in ("initContainerStatuses", "containerStatuses"):
        for container in steps.rows(pod, "status", key):
            if (why := steps.text(container, "state", "waiting", "reason")) not in _STARTING:
                return why
    return ""
