"""What AWS keeps of how something is set -> what is held against the declared settings."""

from __future__ import annotations

from unshipped.core.settings import Settings
from unshipped.platforms import steps
from unshipped.sources.aws import _aws
from unshipped.sources.shared.configured import variables


def of_task(part: str, found: object, container: steps.Table) -> Settings:
    """What a task definition of ECS says. Its tags are told as a list beside it."""
    return Settings(
        part,
        variables(container, "environment", "secrets"),
        _aws.tags(found) | steps.texts(container, "dockerLabels"),
        steps.text(container, "image") or None,
        open=bool(container.get("environmentFiles")),
    )


def of_lambda(part: str, found: object) -> Settings:
    """What a version of a function of AWS Lambda is set to. Variables that its key does not open, and tags
    that may not be read, are not seen.
    """
    environment = steps.at(found, "Configuration", "Environment")
    unread = steps.at(environment, "Error") is not None
    variables: dict[str, str | None] = {**steps.texts(environment, "Variables")}
    labels = steps.texts(found, "Tags") if steps.at(found, "Tags") is not None else None
    image = steps.text(found, "Code", "ImageUri") or None
    return Settings(part, None if unread else variables, labels, image)
