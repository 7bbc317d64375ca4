"""`deployment_drift_log`: the log as others read it, one row for each change of how a target stands.

A row tells what was so from `since` on; the next row of the target says until when. Its id is made of what it
is about, so that a row is the same wherever it was sent from. The fields are a promise: one may be added.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from unshipped.core.logged.observations import Standing
from unshipped.stores.columns import fit
from unshipped.stores.database import Database
from unshipped.stores.fields import NULLABLE, REPEATED, REQUIRED, Field, stamp
from unshipped.stores.tables import STRETCHES
from unshipped.stores.turn import STANDING, standing

TABLE = "deployment_drift_log"
DAY = "since"
"""By the day of this field the table is divided."""
_AT_ONCE = 1000


FIELDS = (
    Field("id", "STRING", REQUIRED, "Made of service, environment and since: the same row has the same id."),
    Field("service", "STRING", REQUIRED, "What is deployed."),
    Field("environment", "STRING", REQUIRED, "Where it runs."),
    Field("since", "TIMESTAMP", REQUIRED, "From when on it was so."),
    Field("checked_at", "TIMESTAMP", REQUIRED, "When it was last seen so, as of when the row was sent."),
    Field("state", "STRING", REQUIRED, "in_sync, behind, ahead, diverged or unknown."),
    Field("severity", "STRING", REQUIRED, "none, info, warning or critical."),
    Field("flags", "STRING", REPEATED, "What stands beside the state, such as held or pending."),
    Field("quiet", "BOOLEAN", REQUIRED, "Whether nothing is to be done about it."),
    Field("reason_code", "STRING", NULLABLE, "Why it is unknown, where it is."),
    Field("reasons", "STRING", REPEATED, "The reasons for the severity, as sentences."),
    Field("deployed", "STRING", NULLABLE, "The commit that serves."),
    Field("expected", "STRING", NULLABLE, "The commit that should serve."),
    Field("changes_behind", "INTEGER", NULLABLE, "Changes that are not live and not cancelled."),
    Field("behind", "INTEGER", NULLABLE, "Commits that are not live."),
    Field("ahead", "INTEGER", NULLABLE, "Commits that only production has."),
    Field("cancelled", "INTEGER", NULLABLE, "Changes that a later one took back."),
    Field("behind_since", "TIMESTAMP", NULLABLE, "When the oldest change that waits landed."),
    Field("owner", "STRING", NULLABLE, "Who looks after the service."),
    Field("source", "STRING", NULLABLE, "The kinds of source that were asked."),
    Field("repository", "STRING", NULLABLE, "The web page of its repository."),
)


def schema() -> list[dict[str, str]]:
    """The fields as BigQuery takes them in a file."""
    return [field._asdict() for field in FIELDS]


def newest(database: Database) -> int:
    """The number of the row that was written last; 0 where there is none."""
    with database.reading() as connection:
        return connection.execute(select(func.max(STRETCHES.c.id))).scalar() or 0


def bound(connection: Connection, after: int, most: int) -> int:
    """The number of the row that is so many rows further on, or of the last one."""
    numbers = select(STRETCHES.c.id).where(STRETCHES.c.id > after).order_by(STRETCHES.c.id).limit(most)
    return connection.execute(select(func.max(numbers.subquery().c.id))).scalar() or after


def rows(
    database: Database, *, after: int = 0, upto: int | None = None, since: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """The rows with numbers from behind `after` up to `upto`, in order; with `since` those of then and later.
    A few at a time, each few in a transaction of its own.
    """
    last = newest(database) if upto is None else upto
    asked = select(STRETCHES.c.id, *STANDING).order_by(STRETCHES.c.id).limit(_AT_ONCE)
    if since is not None:
        asked = asked.where(STRETCHES.c.since >= since)
    while True:
        with database.reading() as connection:
            few = connection.execute(asked.where(STRETCHES.c.id > after, STRETCHES.c.id <= last)).all()
        for number, *rest in few:
            after = number
            yield row(standing(rest))
        if len(few) < _AT_ONCE:
            return


def row(stood: Standing) -> dict[str, Any]:
    """One row, as JSON holds it."""
    seen = stood.seen
    return {
        "id": f"{seen.target}@{stamp(stood.since)}",
        "service": seen.service,
        "environment": seen.environment,
        "since": stamp(stood.since),
        "checked_at": stamp(stood.checked_at),
        "state": seen.state.value,
        "severity": seen.severity.word,
        "flags": [flag.value for flag in seen.flags],
        "quiet": seen.quiet,
        "reason_code": seen.code.value if seen.code else None,
        "reasons": [fit(reason) for reason in seen.reasons],
        "deployed": seen.deployed or None,
        "expected": seen.expected or None,
        "changes_behind": seen.changes,
        "behind": seen.behind,
        "ahead": seen.ahead,
        "cancelled": seen.cancelled,
        "behind_since": stamp(seen.behind_since) if seen.behind_since else None,
        "owner": seen.owner or None,
        "source": seen.source or None,
        "repository": seen.web or None,
    }
