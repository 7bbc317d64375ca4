"""Steps through JSON that somebody else wrote: whatever is not of the expected shape is nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from math import isfinite
from typing import Any

Table = dict[str, Any]

_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")


def at(value: object, *steps: str) -> object:
    """What lies at the end of these keys; None where the way is not there."""
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def text(value: object, *steps: str) -> str:
    """The text there; empty where there is none."""
    found = at(value, *steps)
    return found if isinstance(found, str) else ""


def number(value: object, *steps: str) -> float:
    """The number there; 0 where there is none. One that is written as text counts."""
    found = at(value, *steps)
    if not isinstance(found, str | int | float) or isinstance(found, bool):
        return 0.0
    try:
        known = float(found)
    except (ValueError, OverflowError):
        return 0.0
    return known if isfinite(known) else 0.0


def rows(value: object, *steps: str) -> list[Table]:
    """The objects in the list there."""
    found = at(value, *steps)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def texts(value: object, *steps: str) -> dict[str, str]:
    """The texts of the object there, by key."""
    found = at(value, *steps)
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: one for name, one in pairs if isinstance(one, str)}


def moment(value: object, *steps: str) -> datetime | None:
    """The time there (RFC 3339); None where there is none, or it is no time."""
    written = text(value, *steps)
    try:
        found = datetime.fromisoformat(written) if written else None
    except ValueError:
        return None
    return found.astimezone(UTC) if found and found.tzinfo else None


def named(value: object, *steps: str, key: str = "name") -> Iterator[tuple[str, Table]]:
    """The objects in the list there that have a name, with it."""
    for row in rows(value, *steps):
        if name := text(row, key):
            yield name, row


def rows_by_key(value: object, *steps: str) -> dict[str, Table]:
    """The objects in the object there, by key."""
    found = at(value, *steps)
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: one for name, one in pairs if isinstance(one, dict)}


def pointed(document: object, pointer: str) -> object:
    """What a JSON pointer (RFC 6901) leads to; None where it leads nowhere."""
    for step in pointer.split("/")[1:]:
        document = _step(document, step.replace("~1", "/").replace("~0", "~"))
    return document


def _step(value: object, name: str) -> object:
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list) and _INDEX.fullmatch(name) and int(name) < len(value):
        return value[int(name)]
    return None
