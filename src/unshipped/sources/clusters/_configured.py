"""What pods are set to -> what is held against the declared settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unshipped.core.settings import Settings
from unshipped.platforms import steps
from unshipped.sources.shared.configured import variables


def of_pods(part: str, pods: Sequence[object], chosen: Callable[[object], steps.Table]) -> Settings:
    """What pods are set to: all of a part are made from one template. `chosen` finds the container."""
    pod, container = pods[0], chosen(pods[0])
    return Settings(
        part,
        variables(container),
        steps.texts(pod, "metadata", "labels"),
        steps.text(container, "image") or None,
        open=bool(container.get("envFrom")),
    )
