"""What a container was started with, its image included -> what is held against the declared settings."""

from __future__ import annotations

from unshipped.core.settings import Settings
from unshipped.platforms import steps


def of_container(part: str, container: object) -> Settings:
    labels, image = steps.texts(container, "Config", "Labels"), steps.text(container, "Config", "Image")
    return Settings(part, variables(container), labels, image or None)


def variables(container: object) -> dict[str, str]:
    """Its variables, which are told as a list of `NAME=value`."""
    rows = steps.at(container, "Config", "Env")
    pairs = (row.partition("=") for row in rows if isinstance(row, str)) if isinstance(rows, list) else ()
    return {name: value for name, _, value in pairs}
