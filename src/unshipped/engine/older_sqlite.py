"""SQLite before 3.42, as what keeps rollouts going asks it.

From Python 3.12 on DBOS takes for granted that SQLite tells fractions of a second. Which SQLite there is the
system decides, and not the version of Python: without this, no rollout could begin on those that came before.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any

_KNOWS_FRACTIONS = (3, 42)


def settings(database: str) -> dict[str, Any]:
    """What SQLAlchemy is told of a database besides its address: nothing where it knows all that is asked."""
    if not database.startswith("sqlite:") or sqlite3.sqlite_version_info >= _KNOWS_FRACTIONS:
        return {}
    return {"connect_args": {"factory": Connection}}


class Connection(sqlite3.Connection):
    """A connection that knows `unixepoch('subsec')`."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(modifier: str) -> float:
    if modifier != "subsec":
        raise ValueError(f"unixepoch({modifier!r}) is not known")
    return time.time()  # noqa: TID251 - in place of SQLite's own clock
