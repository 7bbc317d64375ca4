"""What the suites of sources, deployers and checks share: how settings are made, and who watches a step."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from time import monotonic

SECRET = "hunter2-hunter2-hunter2"  # noqa: S105 - made up
SOON = 15.0
"""Seconds in which a step notices what it is told: many, because machines are busy."""


class Watcher:
    """Somebody who watches a step, and wants it ended after a while."""

    def __init__(self, patience: float = float("inf")) -> None:
        self._end = monotonic() + patience
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)

    def cancelled(self) -> bool:
        return monotonic() > self._end


def unlike_settings(kind: type) -> Iterator[str]:
    """What keeps a class from being a value whose settings a configuration can write and a page can list."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - whoever only reads the tables needs none of it

    known = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
    if not known or not kind.__dataclass_params__.frozen or "__slots__" not in vars(kind):  # type: ignore[attr-defined]
        yield "it is no frozen dataclass with slots"
    if not all(setting.kw_only for setting in known):
        yield "a setting can be given without its name"
    schema = TypeAdapter(kind).json_schema()
    described = {  # below itself in a class that the kind is made from, as well as in its own
        name
        for base in filter(dataclasses.is_dataclass, kind.__mro__)
        for name, setting in TypeAdapter(base).json_schema().get("properties", {}).items()
        if setting.get("description")
    }
    if not schema.get("description"):
        yield "the class has no docstring"
    if schema.get("additionalProperties") is not False:
        yield "a setting that it does not know is not refused: set `extra` to `forbid`"
    for name in schema.get("properties", {}):
        if name not in described:
            yield f"setting {name} is not described below itself"
