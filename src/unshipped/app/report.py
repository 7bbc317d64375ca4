"""Reports from the log: what is read for them, and how one is handed to whoever tells people."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

from unshipped.app.drill import DRILL
from unshipped.core.alerting import Notice, Topic
from unshipped.core.counting.figures import Span
from unshipped.core.counting.summary import Summary
from unshipped.core.logged.past import Past
from unshipped.core.measures import LATE
from unshipped.core.texts.markdown import written
from unshipped.core.words import stamp
from unshipped.ports.keeping import Journal

EARLIER = timedelta(days=7)
"""How much more is read than the time itself: what began before it, and what is a repetition."""
_ALL = 1_000_000
_MOST_MOMENTS = 100_000


class Moments(Protocol):
    """When rounds are due."""

    def next(self, after: datetime) -> datetime: ...


def past(journal: Journal, span: Span, *, whole_since: datetime | None = None) -> Past:
    """What was written down of a time, of the time before it, and of a week before that, but for drills.
    Raises `StoreError`.
    """
    since = span.before().since - EARLIER
    every = journal.incidents(since=since, most=_ALL)
    incidents = [one for one in every if one.target != DRILL]
    drills = frozenset(one.id for one in every if one.target == DRILL)
    return Past(
        since=since,
        incidents=tuple(incidents),
        transitions=tuple(journal.transitions([one.id for one in incidents])),
        stretches=tuple(
            one for one in journal.stretches(since=since, until=span.until) if one.seen.target != DRILL
        ),
        rounds=tuple(journal.rounds(since=since)),
        deliveries=tuple(
            (said, one) for said, one in journal.deliveries(since=since) if not _drills(said, drills)
        ),
        deployments=tuple(journal.deployments(since=since)),
        decisions=tuple(journal.decisions(since=since)),
        whole_since=whole_since,
    )


def _drills(said: Notice, drills: frozenset[str]) -> bool:
    """Whether it was said of nothing but a drill."""
    return bool(said.told) and all(one.incident in drills for one in said.told)


def notice(summary: Summary, topic: Topic, span: Span, receiver: str, now: datetime) -> Notice:
    """A report as something to be said to one receiver: once, however often it is asked for."""
    kind = summary.title.partition(",")[0]  # the figures of DORA are another report of the same time
    return Notice(
        id=f"{receiver}/{topic.value}/{kind}/{stamp(span.since)}/{stamp(span.until)}",
        receiver=receiver,
        topic=topic,
        at=now,
        why=summary.title,
        body=written(summary, title=False),
    )


def due(past: Past, moments: Moments, span: Span, now: datetime) -> tuple[tuple[str, datetime], ...]:
    """The shares and moments that should have had a round, from the first round that is known on. A moment
    that is only now being looked at is not among them.
    """
    if not past.rounds:
        return ()
    rounds = sorted(past.rounds, key=lambda one: one.slot)
    slots, newest = [one.slot for one in rounds], rounds[-1]
    since = max(slots[0], span.before().since) - timedelta(seconds=1)
    until = min(span.until, now - timedelta(seconds=2 * newest.seconds + LATE))
    found = []
    for moment in _between(moments, since, until):
        # As the fleet was shared then: it may be shared otherwise by now.
        of = int(rounds[max(bisect_right(slots, moment) - 1, 0)].shard.partition("/")[2])
        found += [(f"{number}/{of}", moment) for number in range(1, of + 1)]
    return tuple(found)


def _between(moments: Moments, since: datetime, until: datetime) -> Iterator[datetime]:
    moment = since
    for _ in range(_MOST_MOMENTS):
        moment = moments.next(moment)
        if moment >= until:
            return
        yield moment
