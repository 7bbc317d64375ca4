"""What the metrics are counted from: read once, and then only what is new."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.stores.values import at, decision, delivery, incident, notice, round_of, seen, stood, unseen, write
from unshipped.app.measuring import Tally
from unshipped.core.counting.metrics import Kept, counted, families
from unshipped.core.logged.retention import Retention
from unshipped.stores.memory import MemoryStore

NOW = at(0) + timedelta(days=1000)


class Counted(MemoryStore):
    """Counts the rows that are read of what only grows."""

    read = 0
    most = 0
    """The most rows at once."""

    def _counted(self, rows):
        self.read += len(rows)
        self.most = max(self.most, len(rows))
        return rows

    def rounds(self, **named):
        return self._counted(super().rounds(**named))

    def deliveries(self, **named):
        return self._counted(super().deliveries(**named))

    def decisions(self, **named):
        return self._counted(super().decisions(**named))


def an_hour(store: MemoryStore, hour: int) -> None:
    """Six rounds in which a target becomes unknown and a message is said, and a gate that is asked twice."""
    for number in range(6):
        minute = hour * 60 + number * 10
        with store.turn() as turn:
            turn.finish(round_of(minute))
        write(store, standings=[stood(seen("api", minute), unseen("api", minute + 1))])
        store.add([notice(f"n{minute}", group=f"g{minute}")])
        for one in store.claim("me", at(minute), lease=60, most=1):
            store.record(one, delivery(one, minutes=minute))
    store.decided(decision(hour * 60), decision(hour * 60))


def told(found: Kept) -> object:
    return families(found, "1")


@pytest.fixture
def store() -> Counted:
    made = Counted()
    write(made, incidents=[incident()])
    return made


def test_it_counts_what_whoever_reads_everything_counts(store: Counted):
    tally = Tally()
    for hour in range(12):
        an_hour(store, hour)
        assert told(tally.kept(store, (), NOW)) == told(Tally().kept(store, (), NOW))


def test_what_was_read_long_ago_is_not_read_again(store: Counted):
    tally = Tally()
    for hour in range(48):
        an_hour(store, hour)
    tally.kept(store, (), NOW)
    store.read = 0
    tally.kept(store, (), NOW)
    assert store.read < 30


def test_what_was_taken_out_of_the_log_stays_counted(store: Counted):
    tally = Tally()
    an_hour(store, 0)
    before = told(tally.kept(store, (), NOW))
    assert store.prune(Retention(), at(0) + timedelta(days=900))["rounds"] == 6
    assert told(tally.kept(store, (), NOW)) == before


def test_what_is_written_down_late_is_counted_once(store: Counted):
    tally = Tally()
    an_hour(store, 3)
    tally.kept(store, (), NOW)
    store.decided(decision(3 * 60 - 5))
    for _ in range(2):
        assert told(tally.kept(store, (), NOW)) == told(Tally().kept(store, (), NOW))


def test_of_what_is_not_read_again_only_the_number_is_remembered(store: Counted):
    tally = Tally()
    for hour in range(48):
        an_hour(store, hour)
        tally.kept(store, (), NOW)
    counts = tally.kept(store, (), NOW).counts
    assert sum(times for (name, _), times in counts.items() if name == "gate_decisions_total") == 96
    recent = (tally._rounds, tally._deliveries, tally._unknown, tally._decisions)
    assert max(len(one.rows) for one in recent) <= 7


@pytest.mark.parametrize("whose", [timedelta(0), timedelta(days=30)], ids=["of another", "of its own"])
def test_what_a_clock_that_was_ahead_wrote_hides_nothing_that_comes_after_it(
    store: Counted, whose: timedelta
):
    """A machine whose clock is a month ahead does a round and answers a gate; then its clock is set right."""
    tally, minutes = Tally(), 30 * 24 * 60
    an_hour(store, 0)
    with store.turn() as turn:
        turn.finish(round_of(minutes, shard="2/2"))
    store.decided(decision(minutes))
    for _ in range(2):
        tally.kept(store, (), at(60) + whose)
    for hour in (1, 2, 3):
        for _ in range(2):
            tally.kept(store, (), at(60 * hour))
        an_hour(store, hour)
    found, expected = (one.kept(store, (), at(240)) for one in (tally, Tally()))
    assert told(found) == told(expected)


@pytest.mark.parametrize("days", [3, 30, 300, 600])
def test_a_long_past_is_read_in_parts_and_comes_to_the_same(store: Counted, days: int):
    """A target is unknown throughout and another one for a minute; rounds, messages and answers are many."""
    end = days * 24 * 60
    write(store, standings=[stood(unseen("web", 0), unseen("web", end))])
    for day in range(0, days, max(1, days // 30)):
        an_hour(store, day * 24)
    counts = Tally().kept(store, (), at(end)).counts
    at_once = store.most
    since, until = at(-60), at(end + 60)
    rounds, told = store.rounds(since=since), store.deliveries(since=since)
    unknown, decisions = store.stretches(since=since, until=until, unknown=True), store.decisions(since=since)
    assert counts == counted(rounds, unknown, told, decisions)
    assert len(unknown) == 1 + len(rounds)
    if days > 7:
        assert at_once < len(rounds) / 2
