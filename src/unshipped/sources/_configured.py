"""What a platform keeps of how something is set -> what is held against the declared settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from unshipped.core.settings import Settings
from unshipped.sources import _aws, _json


def main(containers: list[_json.Table], ports: str) -> _json.Table:
    """Of several containers, the one that is called: it has ports. Else the first."""
    return next((one for one in containers if one.get(ports)), containers[0] if containers else {})


def variables(container: object, key: str = "env", elsewhere: str = "") -> dict[str, str | None]:
    """The variables of a container. One whose value is a reference has none here; an empty one may be left
    out. `elsewhere` is where those are listed that are references.
    """
    own = {
        name: None if row.keys() & {"valueFrom", "valueSource"} else _json.text(row, "value")
        for name, row in _json.named(container, key)
    }
    return {**own, **{name: None for name, _ in _json.named(container, elsewhere)}}


def of_run(
    part: str, revision: object, containers: list[_json.Table], scaling: tuple[object, ...] = ()
) -> Settings:
    """What a revision or an execution of Cloud Run is set to. `scaling`: its own and that of its service;
    the one that keeps more instances counts.
    """
    container = main(containers, "ports")
    least, most = instances(*scaling) if scaling else (None, None)
    return Settings(
        part,
        variables(container),
        _json.texts(revision, "labels"),
        _json.text(container, "image") or None,
        least,
        most,
    )


def instances(*scaling: object) -> tuple[int, int | None]:
    """The least and the most instances. Where there is no least, none is written."""
    least, most = (
        [int(_json.number(one, key)) for one in scaling] for key in ("minInstanceCount", "maxInstanceCount")
    )
    return max(least), min(filter(None, most), default=None)


def of_function(part: str, function: object) -> Settings:
    """What a Cloud Function of the first generation is set to."""
    config = _json.at(function, "serviceConfig")
    secret = [name for name, _ in _json.named(config, "secretEnvironmentVariables", key="key")]
    variables = {**_json.texts(config, "environmentVariables"), **dict.fromkeys(secret)}
    least, most = instances(config)
    return Settings(part, variables, _json.texts(function, "labels"), None, least, most)


def of_task(part: str, found: object) -> Settings:
    """What a task definition of ECS says. Its tags are told as a list beside it."""
    container = main(_json.rows(found, "taskDefinition", "containerDefinitions"), "portMappings")
    return Settings(
        part,
        variables(container, "environment", "secrets"),
        _aws.tags(found) | _json.texts(container, "dockerLabels"),
        _json.text(container, "image") or None,
        open=bool(container.get("environmentFiles")),
    )


def of_lambda(part: str, found: object) -> Settings:
    """What a version of a function of AWS Lambda is set to. Variables that its key does not open, and tags
    that may not be read, are not seen.
    """
    environment = _json.at(found, "Configuration", "Environment")
    unread = _json.at(environment, "Error") is not None
    variables: dict[str, str | None] = {**_json.texts(environment, "Variables")}
    labels = _json.texts(found, "Tags") if _json.at(found, "Tags") is not None else None
    image = _json.text(found, "Code", "ImageUri") or None
    return Settings(part, None if unread else variables, labels, image)


def of_pods(part: str, pods: Sequence[object], chosen: Callable[[object], _json.Table]) -> Settings:
    """What pods are set to: all of a part are made from one template. `chosen` finds the container."""
    pod, container = pods[0], chosen(pods[0])
    return Settings(
        part,
        variables(container),
        _json.texts(pod, "metadata", "labels"),
        _json.text(container, "image") or None,
        open=bool(container.get("envFrom")),
    )


def of_container(part: str, container: object, variables: Mapping[str, str]) -> Settings:
    """What a container of Docker was started with, that of its image included."""
    labels, image = _json.texts(container, "Config", "Labels"), _json.text(container, "Config", "Image")
    return Settings(part, variables, labels, image or None)
