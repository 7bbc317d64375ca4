"""What Google Cloud keeps of how something is set -> what is held against the declared settings."""

from __future__ import annotations

from unshipped.core.settings import Settings
from unshipped.platforms import steps
from unshipped.sources.shared.configured import variables


def of_run(part: str, revision: object, container: steps.Table, scaling: tuple[object, ...] = ()) -> Settings:
    """What a revision or an execution of Cloud Run is set to. `scaling`: its own and that of its service;
    the one that keeps more instances counts.
    """
    least, most = instances(*scaling) if scaling else (None, None)
    return Settings(
        part,
        variables(container),
        steps.texts(revision, "labels"),
        steps.text(container, "image") or None,
        least,
        most,
    )


def instances(*scaling: object) -> tuple[int, int | None]:
    """The least and the most instances. Where there is no least, none is written; scaled by hand, both are
    what somebody chose.
    """
    for one in scaling:
        if steps.text(one, "scalingMode") == "MANUAL":
            by_hand = int(steps.number(one, "manualInstanceCount"))
            return by_hand, by_hand
    least, most = (
        [int(steps.number(one, key)) for one in scaling] for key in ("minInstanceCount", "maxInstanceCount")
    )
    return max(least), min(filter(None, most), default=None)


def of_function(part: str, function: object) -> Settings:
    """What a Cloud Function of the first generation is set to."""
    config = steps.at(function, "serviceConfig")
    secret = [name for name, _ in steps.named(config, "secretEnvironmentVariables", key="key")]
    variables = {**steps.texts(config, "environmentVariables"), **dict.fromkeys(secret)}
    least, most = instances(config)
    return Settings(part, variables, steps.texts(function, "labels"), None, least, most)
