"""How far a service of ECS is rolled out: by its deployments, or by its task sets where others deploy it."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.core.model import Code, Remark, Sign
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.sources.shared.parse import shown


def _deployments(service: object) -> list[tuple[str, steps.Table]]:
    """What is or was deployed, newest first, by the task definition. Others deploy in task sets."""
    kind = "deployments" if steps.rows(service, "deployments") else "taskSets"
    return list(steps.named(service, kind, key="taskDefinition"))


def shares(service: object, whose: str) -> dict[str, float]:
    """The share of the tasks that each task definition has."""
    tasks: dict[str, float] = {}
    newest = ""
    for arn, row in _deployments(service):
        primary = steps.text(row, "status") == "PRIMARY"
        newest = arn if primary else newest
        if primary or "taskSetArn" not in row:  # of task sets, only the primary one gets traffic
            tasks[arn] = tasks.get(arn, 0) + max(steps.number(row, "runningCount"), 0)
    desired = steps.number(service, "desiredCount")
    if total := sum(tasks.values()):
        return {arn: count / total for arn, count in tasks.items() if count}
    if newest and not desired:
        return {newest: 1.0}
    raise SourceError(Code.NO_REVISION, f"{whose} runs none of the {desired:g} tasks that it should")


def remarks(service: object) -> Iterator[Remark]:
    deployments = _deployments(service)
    for arn, row in deployments:
        why = shown(steps.text(row, "rolloutStateReason"))
        if steps.text(row, "rolloutState") == "FAILED":
            yield Remark(
                Sign.LATEST_NOT_READY, f"{short(arn)} could not be deployed{': ' + why if why else ''}"
            )
        elif failed := steps.number(row, "failedTasks"):
            yield Remark(Sign.LATEST_NOT_READY, f"{failed:g} tasks of {short(arn)} failed in a row")
    states = {steps.text(row, "rolloutState") for _arn, row in deployments}
    if "IN_PROGRESS" in states or (states == {""} and len(deployments) > 1):
        # Without a circuit breaker ECS tries for ever.
        begun = max(filter(None, (steps.moment(row, "createdAt") for _arn, row in deployments)), default=None)
        yield Remark(Sign.CONVERGING, "a deployment is under way", begun)
    if not steps.number(service, "desiredCount"):
        yield Remark(Sign.SCALED_TO_ZERO, "it is set to run no task")


def short(arn: str) -> str:
    return shown(arn.rpartition("/")[2])


def runs(service: object) -> bool:
    """Whether a service has any task, or shall have one."""
    return any(steps.number(service, key) > 0 for key in ("desiredCount", "runningCount"))
