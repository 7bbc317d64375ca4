"""How far the log has come, in SQL: a few look-ups in indexes, however long the log is."""

from __future__ import annotations

from zlib import crc32

from sqlalchemy import func, select

from unshipped.core.logged.journal import Newest
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.rolling import Line
from unshipped.stores.database import Database
from unshipped.stores.rollout_tables import LINES, ROLLOUTS, STEPS, WISHES
from unshipped.stores.tables import ACTIONS, DEPLOYMENTS, ROUNDS, STRETCHES
from unshipped.stores.turn import STANDING, standing

_NEWEST = select(
    *(
        select(func.max(column)).scalar_subquery()
        for column in (ROUNDS.c.id, STRETCHES.c.id, DEPLOYMENTS.c.id, ACTIONS.c.id, LINES.c.seq)
    )
)
_OPEN = ROLLOUTS.c.ended_at.is_(None)
_ROLLOUTS = (
    select(func.max(ROLLOUTS.c.seq)),
    select(func.max(WISHES.c.seq)),
    select(func.count(), func.count(func.nullif(WISHES.c.approved_by, ""))).where(WISHES.c.fate.is_(None)),
    select(func.count(), func.count(func.nullif(ROLLOUTS.c.cancelled_by, ""))).where(_OPEN),
    select(func.count(), func.sum(STEPS.c.attempts), func.count(STEPS.c.went))
    .select_from(STEPS.join(ROLLOUTS, ROLLOUTS.c.id == STEPS.c.rollout))
    .where(_OPEN),
)
_WAITS = select(WISHES.c.seq, WISHES.c.waits).where(WISHES.c.fate.is_(None)).order_by(WISHES.c.seq)
"""What each open wish waits for: it changes in place."""


class SqlNews:
    """The news of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> Newest:
        """How far the log has come."""
        with self._database.reading() as connection:
            row = [number or 0 for number in connection.execute(_NEWEST).one()]
            said = [number or 0 for asked in _ROLLOUTS for number in connection.execute(asked).one()]
            waits = [tuple(one) for one in connection.execute(_WAITS)]
        rounds, stretches, deployments, actions, lines = row
        rollouts = ".".join(map(str, [*said, crc32(repr(waits).encode())]))
        return Newest(rounds, stretches, deployments, actions, rollouts, lines)

    def stretched(self, after: int, most: int) -> list[Standing]:
        """The newest stretches behind that number."""
        asked = select(*STANDING).where(STRETCHES.c.id > after).order_by(STRETCHES.c.id.desc()).limit(most)
        with self._database.reading() as connection:
            return [standing(row) for row in reversed(connection.execute(asked).all())]

    def printed(self, after: int, most: int) -> list[tuple[str, Line]]:
        """What rollouts printed behind that number."""
        columns = [LINES.c[name] for name in Line._fields]
        asked = select(LINES.c.rollout, *columns).where(LINES.c.seq > after).order_by(LINES.c.seq)
        with self._database.reading() as connection:
            return [(rollout, Line(*row)) for rollout, *row in connection.execute(asked.limit(most))]
