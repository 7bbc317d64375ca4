"""What the metrics are counted from, read from the log: all of it at first, and then what is new."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from unshipped.core.alerting import Notice
from unshipped.core.counting.metrics import Counts, Kept, counted
from unshipped.core.gating import GateDecision
from unshipped.core.logged.journal import Delivery, Round
from unshipped.core.logged.observations import Standing
from unshipped.core.model import Target
from unshipped.ports.keeping import Store

_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_LATE = timedelta(hours=1)
"""So long after its time something may be written down; it is read again for that long, and counted once."""
_OLDEST, _AT_ONCE = timedelta(days=400), timedelta(days=7)
"""How far back a log goes as a rule, and how much of it is in memory at a time."""
_ALL = 1_000_000

_Row = TypeVar("_Row")


class _Recent(Generic[_Row]):
    """Rows that may be read again, each of them once."""

    def __init__(self, key: Callable[[_Row], Hashable], when: Callable[[_Row], datetime]) -> None:
        self.rows: dict[Hashable, _Row] = {}
        self._key, self._when = key, when

    def add(self, rows: Iterable[_Row], since: datetime) -> None:
        self.rows |= {self._key(row): row for row in rows if self._when(row) >= since}

    def take(self, before: datetime) -> list[_Row]:
        """Take out what will not be read again."""
        return [self.rows.pop(key) for key, row in [*self.rows.items()] if self._when(row) < before]

    def newest(self) -> datetime:
        return max(map(self._when, self.rows.values()), default=_FIRST)


class Tally:
    """Remembers what was counted already, as numbers: a scrape reads how the fleet stands and what is new.
    What is taken out of the log stays counted, as a counter has to.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._seen = self._counted = _FIRST
        """What is much older is not read again; what is older than the second is only a number."""
        self._counts: Counts = Counter()
        self._latest: dict[str, Round] = {}
        """The last round of every share."""
        self._rounds = _Recent[Round](lambda one: (one.shard, one.slot), lambda one: one.at)
        self._unknown = _Recent[Standing](lambda one: (one.seen.target, one.since), lambda one: one.since)
        self._deliveries = _Recent[tuple[Notice, Delivery]](
            lambda one: (one[1].notice, one[1].attempt), lambda one: one[1].at
        )
        self._decisions = _Recent[tuple[GateDecision, int]](lambda one: one, lambda one: one[0].at)

    def kept(self, log: Store, targets: Sequence[Target], now: datetime) -> Kept:
        """Everything that metrics say; of targets only what is declared. What was written down by a clock
        that was ahead is counted, and the rest is read as before. Raises `StoreError`.
        """
        with self._lock:
            if now < self._counted:  # it was this clock that was ahead: what comes would be taken for old
                self._begin()
            for since, until in _portions(self._seen - _LATE, now):
                self._read(log, since, until)
                self._forget(now)
            counts = self._count(lambda kind: kind.rows.values())
            counts.update(self._counts)
            return Kept(
                standings=log.standings(target.name for target in targets),
                rounds=tuple(self._latest.values()),
                incidents=log.incidents(open_only=True, most=_ALL),
                counts=counts,
                tiers={target.name: target.criticality for target in targets},
            )

    def _read(self, log: Store, since: datetime, until: datetime) -> None:
        rounds = log.rounds(since=since, until=until)
        self._latest = {one.shard: one for one in sorted([*self._latest.values(), *rounds], key=_slot)}
        self._rounds.add(rounds, self._counted)
        self._unknown.add(log.stretches(since=since, until=until, unknown=True), self._counted)
        self._deliveries.add(log.deliveries(since=since, until=until), self._counted)
        self._decisions.add(_numbered(log.decisions(since=since, until=until)), self._counted)

    def _forget(self, now: datetime) -> None:
        """Of what will not be read again only how much there was of each kind is remembered."""
        newest = (rows.newest() for rows in (self._rounds, self._deliveries, self._decisions))
        self._seen = min(now, max(self._seen, *newest))
        self._counted = max(self._counted, self._seen - _LATE)
        self._counts.update(self._count(lambda kind: kind.take(self._counted)))

    def _count(self, part: Callable[[_Recent[Any]], Iterable[Any]]) -> Counts:
        """How much that part of the rows of each kind is."""
        decisions = (one for one, _ in part(self._decisions))
        return counted(part(self._rounds), part(self._unknown), part(self._deliveries), decisions)


def _portions(since: datetime, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time from then on, and what lies ahead, in parts of which each fits into memory."""
    until = now - _OLDEST
    while until < now:
        if since < until:
            yield since, until
            since = until
        until += _AT_ONCE
    yield since, _LAST


def _slot(done: Round) -> datetime:
    return done.slot


def _numbered(decisions: Iterable[GateDecision]) -> Iterator[tuple[GateDecision, int]]:
    """Each with the how manieth of its kind it is: two of one moment may be alike."""
    times: Counter[GateDecision] = Counter()
    for one in decisions:
        times[one] += 1
        yield one, times[one]
