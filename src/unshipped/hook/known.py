"""What the last look said of each target, as the reminder needs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from unshipped.core.value import Value

WATCHED, MAP, SOURCE, VERDICTS = "watched", "map.json", "map.source", "verdicts.json"


class Known(Value):
    """How a target stood."""

    waiting: int | None
    """How many changes waited; None where that could not be told."""
    since: float | None
    """Since when the oldest did, in seconds since 1970."""
    checked_at: float
    expected: str
    """The commit that it was held against."""
    deployed: str = ""
    """The one that served; empty where that could not be told."""


def known(path: Path) -> dict[str, Known]:
    """By target. A file that is not there, or not what it should be, knows nothing."""
    try:
        found = json.loads(path.read_bytes().partition(b"\n")[0])
        return {f"{row['service']}/{row['environment']}": _known(row) for row in found["targets"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def added(path: Path, document: dict[str, Any]) -> dict[str, Any]:
    """A document of verdicts, with what the file knows of targets that were not looked at this time."""
    try:
        before = json.loads(path.read_bytes().partition(b"\n")[0])["targets"]
        looked = {(row["service"], row["environment"]) for row in document["targets"]}
        other = [row for row in before if (row["service"], row["environment"]) not in looked]
    except (OSError, ValueError, KeyError, TypeError):
        return document
    return {**document, "targets": [*document["targets"], *other]}


def _known(row: Mapping[str, Any]) -> Known:
    since = row["behind_since"]
    return Known(
        waiting=int(row["changes"] or 0) if row["known"] else None,
        since=_seconds(since) if since else None,
        checked_at=_seconds(row["checked_at"]),
        expected=str(row["expected"]),
        deployed=str(row.get("deployed") or ""),
    )


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
