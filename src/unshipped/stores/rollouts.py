"""What is carried out, and what was, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from unshipped.core.logged.rolling import Ended, Fate, Line, Rollout, Taken
from unshipped.core.rollout import End, Outcome, Result
from unshipped.ports.rolling import Turnstile
from unshipped.stores.database import Database, add
from unshipped.stores.desk import kept_row
from unshipped.stores.outbox import put
from unshipped.stores.queue import settle
from unshipped.stores.rollout_tables import LINES, ROLLOUTS, STEPS
from unshipped.stores.tables import DEPLOYMENTS, HOLDS
from unshipped.stores.turnstile import by_file, by_server

_C = ROLLOUTS.c
_ROLLOUT = [_C.plan, _C.begun_at, _C.batch, _C.end, _C.reason, _C.ended_at, _C.cancelled_by, _C.cancel_reason]
_TAKEN = [STEPS.c.number, STEPS.c.begun_at, STEPS.c.attempts, STEPS.c.by, STEPS.c.went, STEPS.c.at]
_STEP = [*_TAKEN, STEPS.c.detail]
_LINE = [LINES.c[name] for name in Line._fields]

# What is asked for again and again while something is under way is made once.
_NEWEST = select(*_ROLLOUT).order_by(_C.seq.desc()).limit(bindparam("most"))
_NAMED = _NEWEST.where(_C.id.in_(bindparam("ids", expanding=True)))
_OPEN = _NEWEST.where(_C.ended_at.is_(None))
_THIS = (STEPS.c.rollout == bindparam("of"), STEPS.c.number == bindparam("place"))
_TAKEN_UP = select(*_STEP).where(*_THIS)
_BEGUN = select(*_STEP).where(STEPS.c.rollout == bindparam("of")).order_by(STEPS.c.number)
_SAID = (
    select(*_LINE)
    .where(LINES.c.rollout == bindparam("of"), LINES.c.seq > bindparam("after"))
    .order_by(LINES.c.seq)
    .limit(bindparam("most"))
)


class SqlRollouts:
    """The rollouts of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, rollout: Rollout, width: int) -> bool:
        """Write it down and settle its wish."""
        plan = rollout.plan
        row = {
            "id": plan.id,
            "service": plan.service,
            "environment": plan.environment,
            "commit": plan.commit,
            "plan": plan,
            "begun_at": rollout.begun_at,
            "batch": rollout.batch,
            "reason": "",
            "cancelled_by": "",
            "cancel_reason": "",
        }
        opened = select(func.count()).select_from(ROLLOUTS).where(_C.ended_at.is_(None))
        mine = (_C.service == plan.service, _C.environment == plan.environment)
        with self._database.writing() as connection:
            if connection.execute(opened).scalar_one() >= width:
                return False
            if connection.execute(opened.where(*mine)).scalar_one():
                return False
            begun = settle(connection, plan.id, Fate.BEGUN, "", rollout.begun_at)
            return begun and add(connection, ROLLOUTS, row)

    def rollouts(
        self,
        *,
        ids: Sequence[str] | None = None,
        target: str = "",
        batch: str = "",
        since: datetime | None = None,
        open_only: bool = False,
        most: int = 1000,
    ) -> list[Rollout]:
        """The newest first."""
        asked = _OPEN if open_only else _NEWEST
        if ids is not None:
            asked = asked.where(_C.id.in_(bindparam("ids", expanding=True))) if open_only else _NAMED
        if target:
            service, _, environment = target.rpartition("/")
            asked = asked.where(_C.service == service, _C.environment == environment)
        if batch:
            asked = asked.where(_C.batch == batch)
        if since:
            asked = asked.where(_C.begun_at > since)
        named = {} if ids is None else {"ids": list(ids)}
        with self._database.reading() as connection:
            return [_rollout(row) for row in connection.execute(asked, {"most": most, **named})]

    def pasts(self, targets: Collection[str], most: int) -> dict[str, list[Rollout]]:
        """The newest of each first: one question for all of them."""
        newest = func.row_number().over(partition_by=(_C.service, _C.environment), order_by=_C.seq.desc())
        services = {name.rpartition("/")[0] for name in targets}
        touched = _C.service.in_(services), _C.end.is_distinct_from(End.REFUSED)
        place = select(_C.seq, newest.label("place")).where(*touched).subquery()
        asked = select(*_ROLLOUT).join(place, place.c.seq == _C.seq).where(place.c.place <= most)
        found: dict[str, list[Rollout]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(asked.order_by(_C.seq.desc())):
                one = _rollout(row)
                if one.target in targets:
                    found.setdefault(one.target, []).append(one)
        return found

    def steps(self, rollout: str) -> list[Taken]:
        """What was begun of it."""
        with self._database.reading() as connection:
            return [_taken(row) for row in connection.execute(_BEGUN, {"of": rollout})]

    def take(self, rollout: str, number: int, by: str, now: datetime) -> Taken:
        """Begin with a step, or begin with it again."""
        this = {"of": rollout, "place": number}
        fresh = {"rollout": rollout, "number": number, "begun_at": now, "attempts": 1, "by": by, "detail": ""}
        with self._database.writing() as connection:
            if not add(connection, STEPS, fresh):
                again = update(STEPS).where(*_THIS, STEPS.c.went.is_(None))
                connection.execute(again.values(attempts=STEPS.c.attempts + 1, by=by), this)
            return _taken(connection.execute(_TAKEN_UP, this).one())

    def went(self, rollout: str, result: Result) -> bool:
        """How a step went."""
        this = (STEPS.c.rollout == rollout, STEPS.c.number == result.number, STEPS.c.went.is_(None))
        written = {"went": result.went, "at": result.at, "detail": result.detail}
        with self._database.writing() as connection:
            return connection.execute(update(STEPS).where(*this).values(written)).rowcount == 1

    def cancel(self, rollout: str, by: str, reason: str, now: datetime) -> bool:
        """Somebody wants it ended."""
        this = update(ROLLOUTS).where(_C.id == rollout, _C.ended_at.is_(None), _C.cancelled_by == "")
        with self._database.writing() as connection:
            return connection.execute(this.values(cancelled_by=by, cancel_reason=reason)).rowcount == 1

    def end(self, ended: Ended) -> bool:
        """The end of it, with all that follows."""
        this = update(ROLLOUTS).where(_C.id == ended.rollout, _C.ended_at.is_(None))
        written = {"end": ended.outcome.end, "reason": ended.outcome.reason, "ended_at": ended.at}
        with self._database.writing() as connection:
            if connection.execute(this.values(written)).rowcount != 1:
                return False
            _follow(connection, ended)
            return True

    def say(self, rollout: str, number: int, text: str, now: datetime) -> None:
        """A piece of output."""
        row = {"rollout": rollout, "number": number, "text": text, "at": now}
        with self._database.writing() as connection:
            connection.execute(LINES.insert(), row)

    def output(self, rollout: str, *, after: int = 0, most: int = 1000) -> list[Line]:
        """Pieces of output after that one."""
        asked = {"of": rollout, "after": after, "most": most}
        with self._database.reading() as connection:
            return [Line(*row) for row in connection.execute(_SAID, asked)]

    @contextmanager
    def alone(self, target: str, seconds: float) -> Iterator[Turnstile | None]:
        """Be the only one who changes what serves there."""
        take = by_file if self._database.file else by_server
        with take(self._database, target, seconds) as taken:
            yield taken


def _follow(connection: Connection, ended: Ended) -> None:
    if ended.hold:
        add(connection, HOLDS, kept_row(ended.hold))
    for one in ended.deployments:
        add(connection, DEPLOYMENTS, one._asdict())
    put(connection, ended.notices)


def _rollout(row: Any) -> Rollout:
    plan, begun_at, batch, end, reason, ended_at, cancelled_by, cancel_reason = row
    outcome = Outcome(end, reason) if end else None
    return Rollout(plan, begun_at, batch, outcome, ended_at, cancelled_by, cancel_reason)


def _taken(row: Any) -> Taken:
    number, begun_at, attempts, by, went, at, detail = row
    return Taken(number, begun_at, attempts, by, Result(number, went, at, detail) if went else None)
