"""Tasks of Amazon ECS that run: the images that they were started from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from unshipped.core.value import Value
from unshipped.platforms import steps
from unshipped.ports import Look
from unshipped.sources.registry.digests import pinned
from unshipped.sources.shared.hearing import Part
from unshipped.sources.shared.parse import shown

if TYPE_CHECKING:
    from unshipped.platforms.by_botocore import Aws


class Pulled(Value):
    """What a container of one task was started from, and when."""

    image: str
    since: datetime | None = None


def pulled(aws: Aws, cluster: str, service: str) -> dict[tuple[str, str], list[Pulled]]:
    """The images that run, by task definition and container: each by the digest that its name had when the
    task was started. The interface describes a hundred tasks at a time.
    """
    arns = aws.rows("list_tasks", "taskArns", cluster=cluster, serviceName=service)
    found: dict[tuple[str, str], list[Pulled]] = {}
    for at in range(0, len(arns), 100):
        described = aws.ask("describe_tasks", cluster=cluster, tasks=arns[at : at + 100])
        for definition, task in steps.named(described, "tasks", key="taskDefinitionArn"):
            if steps.text(task, "lastStatus") != "RUNNING":
                continue  # no share of what runs is its own yet
            for name, one in steps.named(task, "containers"):
                image = pinned(steps.text(one, "image"), steps.text(one, "imageDigest"))
                run = Pulled(image, steps.moment(task, "startedAt"))
                found.setdefault((definition, name), []).append(run)
    return found


def parts(
    aws: Aws, look: Look, place: tuple[str, str], found: object, container: steps.Table, part: Part
) -> list[tuple[Part, list[str]]]:
    """What the container that counts runs: by the digest in its definition, or by those of the tasks."""
    image = steps.text(container, "image")
    if "@" in image:
        return [(part, [image])]
    known = look.once((*aws.key, "tasks", *place), lambda: pulled(aws, *place))
    arn = steps.text(found, "taskDefinition", "taskDefinitionArn")
    return list(_apart(part, known.get((arn, steps.text(container, "name")), [])))


def _apart(part: Part, tasks: Sequence[Pulled]) -> Iterator[tuple[Part, list[str]]]:
    """A part for each image that tasks of one definition run, by its share of them: where its tag moved,
    tasks of before and after run side by side. What runs is as old as they are, not as their definition.
    """
    images = dict.fromkeys(one.image for one in tasks)
    for image in images:
        own = [one for one in tasks if one.image == image]
        name = part.name if len(images) == 1 else f"{part.name} as {shown(image.rpartition('@')[2])[:19]}"
        since = min((one.since for one in own if one.since), default=part.since)
        yield Part(name, part.share * len(own) / len(tasks), since), [image]
    if not images:
        yield part, []
