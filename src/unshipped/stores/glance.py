"""The holds of a log in a file, what is being rolled out, and since when changes wait by it, for who has no
other business with it: it is read as it lies there, and nothing that writes a log is loaded.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.model import Change, Hold, Remark, Severity, State, Target
from unshipped.core.policy import rolling

_HELD = """
SELECT service, environment, reason, "by", until FROM holds
WHERE since <= :now AND ended_at IS NULL AND (until IS NULL OR until > :now)
ORDER BY since, id
"""
_UNDER_WAY = """
SELECT service, environment, id, "commit", begun_at FROM rollouts
WHERE begun_at <= :now AND ended_at IS NULL
"""
_STOOD = """
SELECT target, checked_at, waiting FROM stretches
WHERE target = :target AND code IS NULL ORDER BY since DESC LIMIT 1
"""
_PATIENCE = 1.0


def holds(path: str, now: datetime) -> dict[str, Hold]:
    """By the name of the target. Nothing where that is no log that can be read: it was asked on the way."""
    return {
        f"{service}/{environment}": Hold(reason, by, _read(until) if until else None)
        for service, environment, reason, by, until in _rows(path, _HELD, [{"now": _moment(now)}])
    }


def rollouts(path: str, now: datetime) -> dict[str, Remark]:
    """Those that are under way, likewise."""
    return {
        f"{service}/{environment}": rolling(identity, commit, _read(begun_at))
        for service, environment, identity, commit, begun_at in _rows(
            path, _UNDER_WAY, [{"now": _moment(now)}]
        )
    }


def standings(path: str, targets: Sequence[Target]) -> dict[str, Standing]:
    """How targets stood when they could last be determined, as far as it says what waited and since when,
    likewise.
    """
    known = {one.name: one for one in targets}
    try:
        return {
            name: _standing(known[name], checked_at, waiting)
            for name, checked_at, waiting in _rows(path, _STOOD, ({"target": name} for name in known))
        }
    except (ValueError, LookupError, TypeError):
        return {}


def _rows(path: str, asked: str, each: Iterable[Mapping[str, str]]) -> Iterator[Any]:
    """What is answered to a question that is asked once for each of some values."""
    try:
        connection = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)
    except sqlite3.Error:
        return
    try:
        for one in each:
            yield from connection.execute(asked, one)
    except sqlite3.Error:
        return
    finally:
        connection.close()


def _standing(target: Target, checked_at: str, waiting: str) -> Standing:
    at = _read(checked_at)
    waited = tuple(
        Change(one["commit"], datetime.fromisoformat(one["landed_at"]).astimezone(UTC))
        for one in json.loads(waiting)
    )
    seen = Observation(target.service, target.environment, at, State.BEHIND, Severity.NONE, waiting=waited)
    return Standing(seen, at, at, None)


def _moment(now: datetime) -> str:
    return now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
