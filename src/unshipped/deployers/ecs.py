"""Amazon ECS: a task definition with the commit's image, and the service's rollout of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from unshipped.core.texts.foreign import shown
from unshipped.deployers._aws import AwsSettings
from unshipped.deployers._images import missing, pinned
from unshipped.deployers._step import Waiting, check_share
from unshipped.errors import DeployError
from unshipped.platforms import steps
from unshipped.platforms.orders import fill
from unshipped.ports.deploying import Order, Progress

_TAKEN_OVER = (
    *("family", "taskRoleArn", "executionRoleArn", "networkMode", "volumes", "placementConstraints"),
    *("requiresCompatibilities", "cpu", "memory", "pidMode", "ipcMode", "proxyConfiguration"),
    *("ephemeralStorage", "runtimePlatform", "enableFaultInjection", "inferenceAccelerators"),
    "trustedExecutionConfiguration",
)
"""What of a task definition is said again when the next one is registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsDeployer(AwsSettings):
    """Registers the service's task definition anew, with the commit's image by its digest and a tag, and
    waits until the rollout is completed. Needs `ecs:DescribeServices`, `ecs:DescribeTaskDefinition`,
    `ecs:RegisterTaskDefinition`, `ecs:TagResource`, `ecs:UpdateService` and `iam:PassRole` of its roles.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "region": "eu-west-1",
        "cluster": "shop",
        "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/{service}:{commit}",
    }

    cluster: str
    """Name of the cluster. `{service}` and `{environment}` are replaced, here and in the next."""

    service: str = "{service}"
    """Name of the service in the cluster."""

    container: str = ""
    """Name of the container that gets the image; by default the only one."""

    tag: str = "commit-sha"
    """The tag of the task definition that says which commit it is of."""

    @property
    def shares(self) -> bool:
        return False

    def bring(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        waiting = Waiting(f"ECS service {shown(fill(self.service, order))}", self.timeout, progress)
        with waiting.looking():
            ask = self.asking("ecs", order)
            image = pinned(self.image, order, self.registry)
            primary = self._primary(self._deployments(ask, order), order)
            described = ask(
                "describe_task_definition", taskDefinition=primary["taskDefinition"], include=["TAGS"]
            )
            container = self._container(described["taskDefinition"])
        there = container["image"] == image and _tags(described).get(self.tag) == order.commit
        if not there or steps.text(primary, "rolloutState") == "FAILED":
            progress.say(f"{waiting.whose}: {image}")
            with waiting.looking():  # one that no service has touches nothing
                made = ask("register_task_definition", **self._made(described, container, image, order))
            arn = steps.text(made, "taskDefinition", "taskDefinitionArn")
            with waiting.changing():
                ask("update_service", **self._named(order), taskDefinition=arn)
        else:
            arn = primary["taskDefinition"]
        before = steps.text(primary, "id")
        waiting.until(lambda: self._unfinished(ask, order, arn, before))

    def shift(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        self.bring(order, progress)

    def still_has(self, service: str, environment: str, commit: str) -> str:
        return missing(self.image, Order("", 0, service, environment, commit), self.registry)

    def _named(self, order: Order) -> dict[str, str]:
        return {"cluster": fill(self.cluster, order), "service": fill(self.service, order)}

    def _deployments(self, ask: Callable[..., Any], order: Order) -> list[steps.Table]:
        named = self._named(order)
        found = ask("describe_services", cluster=named["cluster"], services=[named["service"]])
        return [
            one for service in steps.rows(found, "services") for one in steps.rows(service, "deployments")
        ]

    def _primary(self, deployments: list[steps.Table], order: Order) -> steps.Table:
        """The deployment of the service that is to serve."""
        for one in deployments:
            if one.get("status") == "PRIMARY":
                return one
        named = self._named(order)
        raise DeployError(f"cluster {shown(named['cluster'])} deploys no service {shown(named['service'])}")

    def _container(self, definition: steps.Table) -> steps.Table:
        found = [dict(one) for one in definition["containerDefinitions"]]
        wanted = [one for one in found if self.container in ("", one.get("name"))]
        if len(wanted) != 1:
            raise DeployError(f"the task has {len(found)} containers: `container` names the one")
        return wanted[0]

    def _made(
        self, described: steps.Table, container: steps.Table, image: str, order: Order
    ) -> dict[str, Any]:
        """What is registered: as it was, but for the image and the tag."""
        known = described["taskDefinition"]
        containers = [
            {**one, "image": image} if one.get("name") == container.get("name") else one
            for one in known["containerDefinitions"]
        ]
        tags = {**_tags(described), self.tag: order.commit}
        kept = {key: known[key] for key in _TAKEN_OVER if known.get(key)}
        listed = [{"key": key, "value": value} for key, value in tags.items()]
        return {**kept, "containerDefinitions": containers, "tags": listed}

    def _unfinished(self, ask: Callable[..., Any], order: Order, arn: str, before: str) -> str:
        deployments = self._deployments(ask, order)
        primary = self._primary(deployments, order)
        own = next((one for one in (primary, *deployments) if one["taskDefinition"] == arn), {})
        state, why = steps.text(own, "rolloutState"), shown(steps.text(own, "rolloutStateReason"))
        if state == "FAILED":
            raise DeployError(f"the rollout failed{f': {why}' if why else ''}")
        if primary["taskDefinition"] != arn:
            return _instead(primary, before)
        running, desired = (int(steps.number(primary, key)) for key in ("runningCount", "desiredCount"))
        return "" if state == "COMPLETED" else f"{desired - running} of {desired} tasks to run"


def _tags(described: steps.Table) -> dict[str, str]:
    return {row["key"]: row.get("value", "") for row in described.get("tags") or ()}


def _instead(primary: steps.Table, before: str) -> str:
    """Another one is to serve: the one from before, as long as ECS answers so, or for a reason."""
    why = shown(steps.text(primary, "rolloutStateReason"))
    if "circuit breaker" in why:
        raise DeployError(f"ECS went back by itself: {why}")
    if steps.text(primary, "id") == before:
        return "the service to take it"
    raise DeployError("somebody deployed something else meanwhile", certain=False)
