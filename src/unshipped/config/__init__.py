"""`unshipped.yaml` into values: strict, every problem at once, each with line and column.

Importing this room loads neither YAML nor pydantic: `load` and `json_schema` do when they are called,
so that a configuration that is already known (`plain`) costs nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from unshipped.config.values import Config, RepositorySpec

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

_NONE: Mapping[str, type] = MappingProxyType({})

__all__ = ["Config", "RepositorySpec", "json_schema", "load"]


def load(
    text: str | bytes,
    path: str,
    kinds: Mapping[str, type],
    notifiers: Mapping[str, type] = _NONE,
    deployers: Mapping[str, type] = _NONE,
    checks: Mapping[str, type] = _NONE,
) -> Config:
    """The configuration of a text. Raises `ConfigError` with every problem that it has, and nothing else.

    `path` is what the problems are shown under. `kinds` has the class of each kind of source, `notifiers` of
    each kind of notifier, and so on: dataclasses whose fields are the kind's options.
    """
    from unshipped.config.loader import load_config  # noqa: PLC0415 - the warm path does without

    context = {
        "kinds": kinds,
        "notifiers": notifiers,
        "deployers": deployers,
        "checks": checks,
    }
    return load_config(text, path, context)


def json_schema(
    kinds: Mapping[str, type],
    notifiers: Mapping[str, type] = _NONE,
    deployers: Mapping[str, type] = _NONE,
    checks: Mapping[str, type] = _NONE,
) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the file, for editors, with the given kinds."""
    from unshipped.config.published import publish  # noqa: PLC0415 - the warm path does without

    return publish(
        {
            "source": kinds,
            "notifier": notifiers,
            "deployer": deployers,
            "check": checks,
        }
    )
