"""What the metrics are counted from, read from the log: all of it at first, and then what is new."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from unshipped.core.alerting import Notice
from unshipped.core.counting.metrics import Kept, given
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
        self._seen = self._counted = _FIRST
        """What is much older is not read again; decisions that are older are only a number."""
        self._stretches: dict[tuple[str, datetime], Standing] = {}
        self._rounds: dict[tuple[str, datetime], Round] = {}
        self._deliveries: dict[tuple[str, int], tuple[Notice, Delivery]] = {}
        self._decisions: dict[GateDecision, int] = {}
        """Those that may be read again, with how often each was written down."""
        self._answers: Counter[tuple[str, ...]] = Counter()
        self._bypassed = 0
        """What came of all before them: a gate may answer a thousand times a second."""

    def kept(self, log: Store, targets: Sequence[Target], now: datetime) -> Kept:
        """Everything that metrics are counted from; of targets only what is declared. What was written down
        by a clock that was ahead is counted, and the rest is read as before. Raises `StoreError`.
        """
        with self._lock:
            self._read(log, self._seen - _LATE, now)
            self._forget(self._seen - _LATE)
            answers, bypassed = given(self._decisions)
            return Kept(
                standings=log.standings(target.name for target in targets),
                stretches=tuple(self._stretches.values()),
                rounds=tuple(self._rounds.values()),
                incidents=log.incidents(open_only=True, most=_ALL),
                deliveries=tuple(self._deliveries.values()),
                answers=self._answers + answers,
                bypassed=self._bypassed + bypassed,
                tiers={target.name: target.criticality for target in targets},
            )

    def _read(self, log: Store, since: datetime, now: datetime) -> None:
        unknown = log.stretches(since=since, until=_LAST, unknown=True)
        rounds, told = log.rounds(since=since), log.deliveries(since=since)
        decisions = [one for one in log.decisions(since=since) if one.at >= self._counted]
        self._stretches |= {(one.seen.target, one.since): _small(one) for one in unknown}
        self._rounds |= {(one.shard, one.slot): one for one in rounds}
        self._deliveries |= {(one.notice, one.attempt): (_plain(notice), one) for notice, one in told}
        self._decisions |= _times(decisions)
        moments = (one.at for rows in (rounds, decisions, [one for _, one in told]) for one in rows)
        self._seen = min(now, max((self._seen, *moments)))

    def _forget(self, before: datetime) -> None:
        """Of what is not read again only how many of each kind there were is remembered."""
        self._counted = max(self._counted, before)
        old = {one: times for one, times in self._decisions.items() if one.at < before}
        answers, bypassed = given(old)
        self._answers += answers
        self._bypassed += bypassed
        for one in old:
            del self._decisions[one]


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
