"""What the metrics are counted from, read from the log: all of it at first, and then what is new."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from unshipped.core.alerting import Notice
from unshipped.core.counting.metrics import Kept
from unshipped.core.gating import GateDecision
from unshipped.core.logged.journal import Delivery, Round
from unshipped.core.logged.observations import Standing
from unshipped.core.model import Target
from unshipped.ports.keeping import Store

_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_LATE = timedelta(hours=1)
"""So long after its time something may be written down; it is read again for that long, and counted once."""
_ALL = 1_000_000


class Tally:
    """Remembers what was counted already, and of that no more than the metrics say: a scrape reads how the
    fleet stands and what is new. What is taken out of the log stays counted, as a counter has to.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen = _FIRST
        self._stretches: dict[tuple[str, datetime], Standing] = {}
        self._rounds: dict[tuple[str, datetime], Round] = {}
        self._deliveries: dict[tuple[str, int], tuple[Notice, Delivery]] = {}
        self._decisions: dict[GateDecision, int] = {}

    def kept(self, log: Store, targets: Sequence[Target]) -> Kept:
        """Everything that metrics are counted from; of targets only what is declared. Raises `StoreError`."""
        with self._lock:
            self._read(log, self._seen - _LATE)
            return Kept(
                standings=log.standings(target.name for target in targets),
                stretches=tuple(self._stretches.values()),
                rounds=tuple(self._rounds.values()),
                incidents=log.incidents(open_only=True, most=_ALL),
                deliveries=tuple(self._deliveries.values()),
                decisions=tuple(one for one, times in self._decisions.items() for _ in range(times)),
                tiers={target.name: target.criticality for target in targets},
            )

    def _read(self, log: Store, since: datetime) -> None:
        unknown = log.stretches(since=since, until=_LAST, unknown=True)
        rounds, told = log.rounds(since=since), log.deliveries(since=since)
        decisions = log.decisions(since=since)
        self._stretches |= {(one.seen.target, one.since): _small(one) for one in unknown}
        self._rounds |= {(one.shard, one.slot): one for one in rounds}
        self._deliveries |= {(one.notice, one.attempt): (_plain(notice), one) for notice, one in told}
        self._decisions |= _times(decisions)
        moments = (one.at for rows in (rounds, decisions, [one for _, one in told]) for one in rows)
        self._seen = max((self._seen, *moments))


def _small(standing: Standing) -> Standing:
    return standing._replace(seen=standing.seen._replace(waiting=(), reasons=()))


def _plain(notice: Notice) -> Notice:
    return notice._replace(body="", told=(), why="")


def _times(decisions: Iterable[GateDecision]) -> dict[GateDecision, int]:
    """How often each was written down: two of one moment may be alike."""
    found: dict[GateDecision, int] = {}
    for one in decisions:
        found[one] = found.get(one, 0) + 1
    return found
