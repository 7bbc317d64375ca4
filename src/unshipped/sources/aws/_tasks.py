"""Tasks of Amazon ECS that run: the images that they were started from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unshipped.platforms import steps
from unshipped.sources.registry.digests import pinned

if TYPE_CHECKING:
    from unshipped.platforms.by_botocore import Aws


def pulled(aws: Aws, cluster: str, service: str) -> dict[tuple[str, str], list[str]]:
    """The images that run, by task definition and container: each by the digest that its name had when the
    task was started. The interface describes a hundred tasks at a time.
    """
    arns = aws.rows("list_tasks", "taskArns", cluster=cluster, serviceName=service)
    found: dict[tuple[str, str], list[str]] = {}
    for at in range(0, len(arns), 100):
        described = aws.ask("describe_tasks", cluster=cluster, tasks=arns[at : at + 100])
        for definition, task in steps.named(described, "tasks", key="taskDefinitionArn"):
            for name, one in steps.named(task, "containers"):
                image = pinned(steps.text(one, "image"), steps.text(one, "imageDigest"))
                found.setdefault((definition, name), []).append(image)
    return found
