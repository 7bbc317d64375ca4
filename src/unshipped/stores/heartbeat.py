"""Bring the stretches in which nothing moved up to date: all of them in one statement.

Ten thousand statements, however small, cost the better part of a second; one that reads a list costs a
tenth of that. SQLAlchemy has no words for it that both databases understand, so it is written out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from unshipped.core.logged.observations import Standing
from unshipped.stores.columns import fit

_SQLITE = text("""
    UPDATE stretches SET
        checked_at = json_extract(beat.value, '$[1]'),
        conclusive_at = json_extract(beat.value, '$[2]'),
        inconclusive_since = json_extract(beat.value, '$[3]'),
        reasons = json_extract(beat.value, '$[4]'),
        expected = json_extract(beat.value, '$[5]'),
        behind = json_extract(beat.value, '$[6]')
    FROM json_each(:beats) AS beat
    WHERE stretches.latest AND stretches.target = json_extract(beat.value, '$[0]')
""")

_POSTGRESQL = text("""
    UPDATE stretches SET
        checked_at = CAST(beat ->> 1 AS timestamptz),
        conclusive_at = CAST(beat ->> 2 AS timestamptz),
        inconclusive_since = CAST(beat ->> 3 AS timestamptz),
        reasons = beat ->> 4,
        expected = beat ->> 5,
        behind = CAST(beat ->> 6 AS integer)
    FROM json_array_elements(CAST(:beats AS json)) AS beat
    WHERE stretches.latest AND stretches.target = beat ->> 0
""")


def beat(connection: Connection, standings: Sequence[Standing]) -> None:
    """Write what moves on while a target stands as it did."""
    if standings:
        statement = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
        rows = [_beat(one) for one in standings]
        connection.execute(statement, {"beats": json.dumps(rows, separators=(",", ":"))})


def _beat(standing: Standing) -> list[str | int | None]:
    seen = standing.seen
    return [
        fit(seen.target),
        _moment(standing.checked_at),
        _moment(standing.conclusive_at),
        _moment(standing.inconclusive_since),
        json.dumps(seen.reasons, separators=(",", ":")),
        fit(seen.expected),
        seen.behind,
    ]


def _moment(moment: datetime | None) -> str | None:
    """As both databases read it, and as SQLite keeps it: UTC, which is what a connection speaks."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
