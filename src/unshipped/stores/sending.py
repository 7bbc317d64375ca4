"""Send the log elsewhere: what was not sent yet, each row once, however often somebody is interrupted."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select, update

from unshipped.core.value import Value
from unshipped.stores.bigquery import BigQuery, JobFailedError
from unshipped.stores.database import Database, upsert
from unshipped.stores.drift_log import bound, rows
from unshipped.stores.files import ndjson_lines
from unshipped.stores.tables import EXPORTS

ROWS = 10_000
"""So many rows are one job."""


class _Batch(Value):
    """The rows with numbers from behind `after` up to `upto`, and the name under which they are sent."""

    after: int
    upto: int
    job: str


def send(database: Database, to: BigQuery, name: Callable[[], str], most: int = ROWS) -> int:
    """Send what was not sent yet, and answer how many rows that were. `name` makes names for jobs, each like
    no other. Raises `StoreError`; what was sent until then stays sent.
    """
    to.prepare()
    sent = 0
    while batch := _next(database, to.place, name, most):
        lines = list(ndjson_lines(rows(database, after=batch.after, upto=batch.upto)))
        try:
            if lines:  # they may have been pruned since
                to.load("".join(lines), batch.job)
        except JobFailedError:
            _settle(database, to.place, batch, batch.after)
            raise
        _settle(database, to.place, batch, batch.upto)
        sent += len(lines)
    return sent


def _next(database: Database, place: str, name: Callable[[], str], most: int) -> _Batch | None:
    """The rows that somebody was interrupted in sending, or the next ones. What is to be sent is written
    down before it is.
    """
    asked = select(EXPORTS.c.sent, EXPORTS.c.sending, EXPORTS.c.job).where(EXPORTS.c.place == place)
    with database.writing() as connection:
        row = connection.execute(asked).first()
        known = _Batch(*row) if row else _Batch(0, 0, "")
        if known.upto > known.after:
            return known
        batch = _Batch(known.after, bound(connection, known.after, most), name())
        if batch.upto == batch.after:
            return None
        written = {"place": place, "sent": batch.after, "sending": batch.upto, "job": batch.job}
        upsert(connection, EXPORTS, [written])
        return batch


def _settle(database: Database, place: str, batch: _Batch, sent: int) -> None:
    """Write down up to where it was sent, unless somebody else did."""
    mine = (EXPORTS.c.place == place, EXPORTS.c.job == batch.job)
    with database.writing() as connection:
        connection.execute(update(EXPORTS).where(*mine).values(sent=sent, sending=sent, job=""))
