"""The holds of a log in a file, for who has no other business with it: it is read as it lies there, and
nothing that writes a log is loaded.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from unshipped.core.model import Hold

_ASKED = """
SELECT service, environment, reason, "by", until FROM holds
WHERE since <= :now AND ended_at IS NULL AND (until IS NULL OR until > :now)
ORDER BY since, id
"""
_PATIENCE = 1.0


def holds(path: str, now: datetime) -> dict[str, Hold]:
    """By the name of the target. Nothing where that is no log that can be read: it was asked on the way."""
    moment = now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    try:
        connection = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)
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


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
