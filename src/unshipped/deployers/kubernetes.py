"""Kubernetes: the image of a workload by its digest, by server-side apply, until the rollout is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from unshipped.core.texts.foreign import shown
from unshipped.deployers._images import check_image, missing, pinned
from unshipped.deployers._step import Waiting, check_share, check_timeout
from unshipped.errors import DeployError
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import REQUEST, Api, segment
from unshipped.platforms.kubeconfig import access
from unshipped.platforms.orders import fill
from unshipped.platforms.settings import check_no_nul
from unshipped.ports.deploying import Order, Progress

MANAGER = "unshipped"
"""Who owns the fields that are set, as `kubectl get --show-managed-fields` shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesDeployer:
    """Sets the image of a workload and an annotation with the commit, and no other field, and waits until
    every replica runs it. Needs `get` and `patch` of that workload, and to read the image.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    EXAMPLE: ClassVar[dict[str, Any]] = {"image": "registry.example.com/shop/{service}:{commit}"}

    image: str
    """The image of a commit. `{service}`, `{environment}` and `{commit}` are replaced."""

    workload: str = "{service}"
    """Name of the workload. Placeholders are replaced."""

    kind: Literal["deployment", "statefulset", "daemonset"] = "deployment"
    """What kind of workload it is."""

    namespace: str = ""
    """Where it is; by default where the context says. Placeholders are replaced."""

    container: str = ""
    """Name of the container that gets the image; by default the only one."""

    annotation: str = "app.kubernetes.io/version"
    """The annotation of its pods that says which commit runs."""

    context: str = ""
    """Context of the kubeconfig; by default the current one. Placeholders are replaced."""

    kubeconfig: str = ""
    """Path of the kubeconfig, from where the rollout runs; by default KUBECONFIG or `~/.kube/config`."""

    registry: str = ""
    """Where the image's registry is asked, where that is not where the image says."""

    timeout: float = 900.0
    """Seconds for one step."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_no_nul(self.kubeconfig)
        check_image(self.image)
        if self.registry:
            check_url(self.registry)

    @property
    def shares(self) -> bool:
        return False

    def bring(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        name = fill(self.workload, order)
        waiting = Waiting(f"{self.kind} {shown(name)}", self.timeout, progress)
        with waiting.looking():
            image = pinned(self.image, order, self.registry)
            api, path = self._place(order)
            found = api.again().get(path)
            made = self._made(found, name, image, order)
        before: list[steps.Table] = []
        if not _has(found, made):
            before = steps.rows(found, "status", "conditions")
            progress.say(f"{waiting.whose}: {image}")
            query = {"fieldManager": MANAGER, "force": "true"}
            kind = {"Content-Type": "application/apply-patch+yaml"}
            with waiting.changing():
                api.again().send("PATCH", path, made, query, kind)
        waiting.until(lambda: _unfinished(api.again().get(path), made, before))

    def shift(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        self.bring(order, progress)

    def still_has(self, service: str, environment: str, commit: str) -> str:
        return missing(self.image, Order("", 0, service, environment, commit), self.registry)

    def _place(self, order: Order) -> tuple[Api, str]:
        found = access(self.kubeconfig, fill(self.context, order), REQUEST)
        space, name = fill(self.namespace, order) or found.namespace, fill(self.workload, order)
        path = f"/apis/apps/v1/namespaces/{segment(space)}/{self.kind}s/{segment(name)}"
        return Api(base=found.server, timeout=REQUEST, headers=found.headers, tls=found.tls), path

    def _made(self, found: object, name: str, image: str, order: Order) -> steps.Table:
        """What is to be so, and nothing else."""
        names = [one for one, _row in steps.named(found, "spec", "template", "spec", "containers")]
        wanted = [one for one in names if one == self.container] if self.container else names
        if len(wanted) != 1:
            message = f"{self.kind} {shown(name)} has the containers {shown(', '.join(names))}"
            raise DeployError(message, "`container` names the one that gets the image")
        if steps.at(found, "spec", "paused") is True:
            raise DeployError(
                f"{self.kind} {shown(name)} is paused", f"kubectl rollout resume {self.kind}/{name}"
            )
        strategy = steps.at(found, "spec", "updateStrategy")
        left = "OnDelete" if steps.text(strategy, "type") == "OnDelete" else "a partition"
        if left == "OnDelete" or steps.number(strategy, "rollingUpdate", "partition"):
            message = f"{self.kind} {shown(name)} leaves pods as they are: its updateStrategy has {left}"
            raise DeployError(message, "only what is made anew by itself can be waited for")
        kinds = {"deployment": "Deployment", "statefulset": "StatefulSet", "daemonset": "DaemonSet"}
        template = {
            "metadata": {"annotations": {self.annotation: order.commit}},
            "spec": {"containers": [{"name": wanted[0], "image": image}]},
        }
        return {
            "apiVersion": "apps/v1",
            "kind": kinds[self.kind],
            "metadata": {"name": name},
            "spec": {"template": template},
        }


def _has(found: object, made: steps.Table) -> bool:
    """Whether the template has what is to be so."""
    template, wanted = steps.at(found, "spec", "template"), made["spec"]["template"]
    noted = steps.texts(template, "metadata", "annotations")
    images = {name: steps.text(row, "image") for name, row in steps.named(template, "spec", "containers")}
    container = wanted["spec"]["containers"][0]
    annotated: bool = wanted["metadata"]["annotations"].items() <= noted.items()
    return annotated and images.get(container["name"]) == container["image"]


def _unfinished(found: object, made: steps.Table, before: list[steps.Table]) -> str:
    """What a rollout waits for, as `kubectl rollout status` sees it. Raises `DeployError` where it failed.
    That the one `before` did stays said on the way back, until a replica set that is there already has moved.
    """
    if not _has(found, made):
        raise DeployError("somebody else set another image meanwhile", certain=False)
    status = steps.at(found, "status")
    if steps.number(status, "observedGeneration") < steps.number(found, "metadata", "generation"):
        return "the controller to see it"
    for condition in steps.rows(status, "conditions"):
        if condition.get("reason") == "ProgressDeadlineExceeded" and condition not in before:
            why = shown(steps.text(condition, "message"))
            raise DeployError(f"the rollout did not come to its end in its time{f': {why}' if why else ''}")
    if made["kind"] == "DaemonSet":
        wanted = steps.number(status, "desiredNumberScheduled")
        new, ready = (steps.number(status, key) for key in ("updatedNumberScheduled", "numberAvailable"))
        total = wanted
    else:
        declared = steps.at(found, "spec", "replicas")
        wanted = 1.0 if declared is None else steps.number(found, "spec", "replicas")
        new, total = steps.number(status, "updatedReplicas"), steps.number(status, "replicas")
        key = "availableReplicas" if made["kind"] == "Deployment" else "readyReplicas"
        ready = steps.number(status, key)
    if new < wanted:
        return f"{wanted - new:g} of {wanted:g} replicas to be made anew"
    if total > new:
        return f"{total - new:g} old replicas to go"
    return f"{wanted - ready:g} of {wanted:g} replicas to be ready" if ready < wanted else ""
