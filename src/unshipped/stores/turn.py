"""One writer's turn in SQL: what is known of some targets, and what is written down about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from unshipped.core.alerting import JOIN_WITHIN, Said
from unshipped.core.incidents import Incident, Kind, Step
from unshipped.core.logged.journal import Round
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.watching import Entries, Situation
from unshipped.stores.database import chunks, upsert
from unshipped.stores.desk import silences
from unshipped.stores.heartbeat import beat
from unshipped.stores.outbox import put
from unshipped.stores.tables import INCIDENTS, ROUNDS, SAID, STRETCHES, TRANSITIONS

_SEEN = [STRETCHES.c["checked_at" if name == "at" else name] for name in Observation._fields]
_STOOD = [STRETCHES.c[name] for name in ("since", "conclusive_at", "inconclusive_since", "past")]
STANDING = [*_SEEN, *_STOOD]
"""The columns that `standing` reads, in its order."""
_ROUND = [ROUNDS.c[name] for name in Round._fields]
INCIDENT = [INCIDENTS.c[name] for name in Incident._fields]


class SqlTurn:
    """A turn is a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, Standing] = {}

    def situation(self, targets: Sequence[str], now: datetime, *, whole: bool = True) -> Situation:
        """What is known of these targets, with every open incident or those that matter to them."""
        names = frozenset(targets)
        opened = _opened(self._connection) if whole else _of(self._connection, names, now)
        incidents = (*opened, *_resolved(self._connection, names))
        found = standings(self._connection, targets)
        self._known |= found
        return Situation(
            standings=found,
            incidents=incidents,
            silences=tuple(silences(self._connection, now)),
            said=_said(self._connection, [one.id for one in incidents]),
            acknowledged=_acknowledged(self._connection, [one.id for one in opened if one.acknowledged_by]),
        )

    def write(self, entries: Entries) -> None:
        """Write it all down."""
        # What is over makes room first: of each target and kind only one may be open.
        ordered = sorted(entries.incidents, key=lambda one: one.open)
        upsert(self._connection, INCIDENTS, [one._asdict() for one in ordered])
        if entries.transitions:
            self._connection.execute(insert(TRANSITIONS), [one._asdict() for one in entries.transitions])
        put(self._connection, entries.notices)
        unread = [one.seen.target for one in entries.standings if one.seen.target not in self._known]
        self._known |= standings(self._connection, unread)
        _stand(self._connection, entries.standings, self._known)
        self._known |= {one.seen.target: one for one in entries.standings}

    def done(self, shard: str, slot: datetime) -> Round | None:
        """The round that was finished for that share and moment."""
        asked = select(*_ROUND).where(ROUNDS.c.shard == shard, ROUNDS.c.slot == slot)
        row = self._connection.execute(asked).first()
        return Round(*row) if row else None

    def newest(self) -> datetime | None:
        """The latest moment at which any target was looked at."""
        asked = select(func.max(STRETCHES.c.checked_at)).where(STRETCHES.c.latest)
        return self._connection.execute(asked).scalar()

    def finish(self, done: Round) -> None:
        """Write down that a round is finished."""
        self._connection.execute(insert(ROUNDS), done._asdict())


def last_round(connection: Connection, shard: str) -> Round | None:
    """The round of a share that was finished last."""
    asked = select(*_ROUND).where(ROUNDS.c.shard == shard).order_by(ROUNDS.c.id.desc()).limit(1)
    row = connection.execute(asked).first()
    return Round(*row) if row else None


def standings(connection: Connection, targets: Iterable[str] | None = None) -> dict[str, Standing]:
    """How these targets stand, or all of them."""
    asked = select(*STANDING).where(STRETCHES.c.latest)
    if targets is None:
        rows = list(connection.execute(asked))
    else:
        rows = [
            row
            for names in chunks(targets)
            for row in connection.execute(asked.where(STRETCHES.c.target.in_(names)))
        ]
    return {one.seen.target: one for one in map(standing, rows)}


def standing(row: Sequence[Any]) -> Standing:
    """The value of a row."""
    seen = Observation(*row[: len(_SEEN)])
    since, *rest = row[len(_SEEN) :]
    return Standing(seen, since, seen.at, *rest)


def _stand(connection: Connection, written: Sequence[Standing], known: Mapping[str, Standing]) -> None:
    """Bring the stretches that last up to date, and begin those that are new."""
    same = [one for one in written if _lasts(known.get(one.seen.target), one)]
    beating = [one for one in same if _beats(known[one.seen.target], one)]
    changed = [one for one in same if not _beats(known[one.seen.target], one)]
    fresh = [one for one in written if not _lasts(known.get(one.seen.target), one)]
    beat(connection, beating)
    _update(connection, [_row(one) for one in changed])
    _update(connection, [{"target": one.seen.target, "latest": False} for one in fresh])
    if fresh:
        connection.execute(insert(STRETCHES), [_row(one) | {"latest": True} for one in fresh])


def _lasts(before: Standing | None, standing: Standing) -> bool:
    """Whether it is the stretch of before."""
    return before is not None and before.since == standing.since


def _beats(before: Standing, standing: Standing) -> bool:
    """Whether nothing but what goes with the time is new."""
    then, now = before.seen, standing.seen
    return then._replace(at=now.at, reasons=now.reasons, expected=now.expected, behind=now.behind) == now


def _update(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write to stretches that last, each found by its target: the same columns of all of them."""
    if rows:
        written: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "target"}
        lasting = update(STRETCHES).where(STRETCHES.c.target == bindparam("new_target"), STRETCHES.c.latest)
        named = [{f"new_{name}": value for name, value in row.items()} for row in rows]
        connection.execute(lasting.values(written), named)


def _row(standing: Standing) -> dict[str, Any]:
    seen = standing.seen
    row = standing._asdict() | seen._asdict() | {"target": seen.target}
    del row["seen"], row["at"]
    return row


_IN_ORDER = (INCIDENTS.c.opened_at, INCIDENTS.c.id)


def _opened(connection: Connection, *more: ColumnElement[bool]) -> list[Incident]:
    asked = select(*INCIDENT).where(INCIDENTS.c.resolved_at.is_(None), *more).order_by(*_IN_ORDER)
    return [Incident(*row) for row in connection.execute(asked)]


def _of(connection: Connection, targets: AbstractSet[str], now: datetime) -> list[Incident]:
    """The open ones of these targets, and those that opened just now."""
    found = _opened(connection, INCIDENTS.c.opened_at > now - JOIN_WITHIN)
    for services in chunks(_services(targets)):
        found += [
            one for one in _opened(connection, INCIDENTS.c.service.in_(services)) if one.target in targets
        ]
    return sorted({one.id: one for one in found}.values(), key=lambda one: (one.opened_at, one.id))


def _resolved(connection: Connection, targets: AbstractSet[str]) -> list[Incident]:
    """Of each of these targets the newest resolved one of each kind; each is looked up: what there is of a
    target grows with its age. A target without a stretch was never looked at, and has none.
    """
    older = INCIDENTS.alias().c
    place = (older.service == STRETCHES.c.service, older.environment == STRETCHES.c.environment)
    newest = select(older.id).where(*place, older.resolved_at.is_not(None)).limit(1)
    newest = newest.order_by(older.opened_at.desc(), older.id.desc())
    found = []
    for kind in Kind:
        known = select(newest.where(older.kind == kind).scalar_subquery()).where(STRETCHES.c.latest)
        for names in chunks(targets):
            mine = INCIDENTS.c.id.in_(known.where(STRETCHES.c.target.in_(names)))
            found += [Incident(*row) for row in connection.execute(select(*INCIDENT).where(mine))]
    return sorted(found, key=lambda one: (one.opened_at, one.id))


def _services(targets: Iterable[str]) -> list[str]:
    return sorted({target.rpartition("/")[0] for target in targets})


def _acknowledged(connection: Connection, incidents: Sequence[str]) -> dict[str, datetime]:
    """When somebody said last that they know of these."""
    step = TRANSITIONS.c
    asked = select(step.incident, func.max(step.at)).where(step.step == Step.ACKNOWLEDGED)
    return {
        incident: at
        for ids in chunks(incidents)
        for incident, at in connection.execute(asked.where(step.incident.in_(ids)).group_by(step.incident))
    }


def _said(connection: Connection, incidents: Sequence[str]) -> dict[tuple[str, str], Said]:
    columns = [SAID.c[name] for name in Said._fields]
    asked = select(SAID.c.incident, SAID.c.receiver, *columns)
    return {
        (incident, receiver): Said(*rest)
        for ids in chunks(incidents)
        for incident, receiver, *rest in connection.execute(asked.where(SAID.c.incident.in_(ids)))
    }
