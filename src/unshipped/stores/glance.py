"""The holds of a log in a file, and since when changes wait by it, for who has no other business with it: it
is read as it lies there, and nothing that writes a log is loaded.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.model import Change, Hold, Severity, State, Target

_ASKED = """
SELECT service, environment, reason, "by", until FROM holds
WHERE since <= :now AND ended_at IS NULL AND (until IS NULL OR until > :now)
ORDER BY since, id
"""
_STOOD = "SELECT checked_at, waiting FROM stretches WHERE target = ? AND latest"
_PATIENCE = 1.0


def holds(path: str, now: datetime) -> dict[str, Hold]:
    """By the name of the target. Nothing where that is no log that can be read: it was asked on the way."""
    moment = now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    try:
        connection = _opened(path)
    except sqlite3.Error:
        return {}
    try:
        rows = connection.execute(_ASKED, {"now": moment}).fetchall()
    except sqlite3.Error:
        return {}
    finally:
        connection.close()
    return {
        f"{service}/{environment}": Hold(reason, by, _read(until))
        for service, environment, reason, by, until in rows
    }


def standings(path: str, targets: Sequence[Target]) -> dict[str, Standing]:
    """How targets stood, as far as it says what waited and since when. Nothing where it cannot be read."""
    try:
        connection = _opened(path)
    except sqlite3.Error:
        return {}
    try:
        rows = [(one, connection.execute(_STOOD, [one.name]).fetchone()) for one in targets]
        return {one.name: _standing(one, *row) for one, row in rows if row}
    except (sqlite3.Error, ValueError, LookupError, TypeError):
        return {}
    finally:
        connection.close()


def _opened(path: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)


def _standing(target: Target, checked_at: str, waiting: str) -> Standing:
    at = datetime.fromisoformat(checked_at).replace(tzinfo=UTC)
    waited = tuple(
        Change(one["commit"], datetime.fromisoformat(one["landed_at"]).astimezone(UTC))
        for one in json.loads(waiting)
    )
    seen = Observation(target.service, target.environment, at, State.BEHIND, Severity.NONE, waiting=waited)
    return Standing(seen, at, at, None)


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
