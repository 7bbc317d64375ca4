"""The record for those who ask it very often: what is read when, and what is written when."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from tests.gate.places import HOUSE, now, standing
from tests.support.stored import decided
from unshipped.app.ask_gate import House, ask_gate
from unshipped.app.recent import Recent
from unshipped.app.scribe import Scribe
from unshipped.core.gating import Bypass, Gate, Guard, Mode
from unshipped.core.logged.journal import Round
from unshipped.core.watching import Entries
from unshipped.errors import StoreError, UsageError
from unshipped.gate.values import Question
from unshipped.stores.memory import MemoryStore

STALE, FINE = Question(("worker",), max_behind=3), Question(("worker",), max_behind=9)


class CountedStore(MemoryStore):
    reads = groups = 0
    broken = False

    def standings(self, targets=None):
        self.reads += 1
        return super().standings(targets)

    def decided(self, *decisions):
        if self.broken:
            raise StoreError("the disk is full")
        self.groups += 1
        super().decided(*decisions)


@pytest.fixture
def store() -> CountedStore:
    made = CountedStore()
    made.tables.standings["worker/production"] = standing(behind=4)
    return made


@pytest.fixture
def asked(store) -> Recent:
    made = Recent(store, lambda: HOUSE)
    made.read(now())
    return made


def stale(asked: Recent, question: Question = STALE) -> str:
    return ask_gate(question, asked.read(now()).house, asked, now()).answer.word


def finished(minute: int) -> Round:
    at = now() + timedelta(minutes=minute)
    return Round("1/1", at, at, 1.0, 1, 1, 1, 0)


def test_who_is_stopped_is_written_down_before_they_hear_it(asked, store):
    assert stale(asked) == "block"
    assert [one.answer.word for one in decided(store)] == ["block"]


def test_who_passes_by_a_bypass_is_written_down_before_they_hear_it(asked, store):
    given = Bypass("b1", "", "worker", "Ana", "why", now(), now() + timedelta(hours=1))
    asked.bypass(given)
    assert store.bypasses(now()) == [given]
    assert stale(asked) == "allow"
    assert [one.found[0].bypass for one in decided(store)] == ["b1"]


def test_who_passes_by_a_bypass_of_one_of_several_is_written_down_before_they_hear_it(store):
    store.tables.standings["api/production"] = standing("api", behind=0)
    asked = Recent(store, lambda: HOUSE)
    asked.bypass(Bypass("b1", "", "worker", "Ana", "why", now(), now() + timedelta(hours=1)))
    assert stale(asked, Question(("worker", "api"), max_behind=3)) == "allow"
    assert [[one.bypass for one in each.found] for each in decided(store)] == [["b1", ""]]


def test_who_merely_passes_is_written_down_with_others_in_the_order_in_which_they_came(asked, store):
    assert [stale(asked, FINE) for _ in range(50)] == ["allow"] * 50
    assert decided(store) == []
    assert stale(asked) == "block"
    assert (store.groups, [one.answer.word for one in decided(store)]) == (1, ["allow"] * 50 + ["block"])


def test_who_merely_passes_is_written_down_within_its_time(store):
    written = threading.Event()
    scribe = Scribe(lambda *_: written.set(), within=0.01)
    scribe.note(object())  # type: ignore[arg-type]
    assert written.wait(10)


def test_what_is_left_is_written_down_at_the_end(asked, store):
    stale(asked, FINE)
    asked.close()
    asked.close()
    assert [one.answer.word for one in decided(store)] == ["allow"]


def test_what_cannot_be_written_down_is_no_answer_and_is_tried_again(asked, store, caplog):
    stale(asked, FINE)
    store.broken = True
    with pytest.raises(StoreError):
        stale(asked)
    asked.close()
    assert "the disk is full" in caplog.text
    store.broken = False
    asked.close()
    assert [one.answer.word for one in decided(store)] == ["allow", "block"]


def test_what_was_written_down_though_the_word_of_it_was_lost_is_not_written_again(asked, store):
    def lost(*decisions):
        MemoryStore.decided(store, *decisions)
        raise StoreError("the connection was cut")

    asked._scribe._put = lost
    for _ in range(2):
        with pytest.raises(StoreError):
            stale(asked)
    asked._scribe._put = lambda *some: MemoryStore.decided(store, *some)
    assert stale(asked) == "block"
    assert len(decided(store)) == len(set(decided(store))) == 3


def test_many_who_are_stopped_at_once_are_all_written_down(store):
    scribe = Scribe(store.decided)
    decision = ask_gate(STALE, HOUSE, store, now())
    store.tables.decisions.clear()
    store.groups = 0

    def stopped() -> None:
        scribe.note(decision)
        scribe.write()

    threads = [threading.Thread(target=stopped) for _ in range(30)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(decided(store)) == 30
    assert store.groups <= 30


def test_how_targets_stand_is_read_again_once_a_further_round_is_finished(asked, store, monkeypatch):
    monkeypatch.setattr(asked, "fresh", 0.0)
    for _ in range(3):
        asked.read(now())
    assert store.reads == 1
    known = store.tables.standings["worker/production"]
    store.tables.standings["worker/production"] = standing(behind=0)._replace(checked_at=known.checked_at)
    assert stale(asked) == "block"
    with store.turn() as turn:
        turn.finish(finished(1))
    assert stale(asked) == "allow"
    assert store.reads == 2


def test_how_a_target_stands_is_read_again_once_it_was_looked_at_beside_a_round(asked, store, monkeypatch):
    monkeypatch.setattr(asked, "fresh", 0.0)
    assert stale(asked) == "block"
    with store.turn() as turn:
        turn.write(Entries(standings=(standing(behind=0),)))
    assert stale(asked) == "allow"


def test_what_is_fresh_is_not_read_again(store):
    asked = Recent(store, lambda: HOUSE)
    first = asked.read(now())
    with store.turn() as turn:
        turn.finish(finished(1))
    assert asked.read(now()) is first


def test_a_bypass_that_is_revoked_elsewhere_is_over_with_the_next_look(asked, store, monkeypatch):
    monkeypatch.setattr(asked, "fresh", 0.0)
    asked.bypass(Bypass("b1", "", "worker", "Ana", "why", now(), now() + timedelta(hours=1)))
    assert stale(asked) == "allow"
    store.revoke("b1", "Ben", now())
    assert stale(asked) == "block"


def test_a_bypass_that_was_revoked_lets_nobody_through_when_it_is_told_again(asked, store, monkeypatch):
    monkeypatch.setattr(asked, "fresh", 60.0)
    given = Bypass("b1", "", "worker", "Ana", "why", now(), now() + timedelta(hours=1))
    store.bypass(given)
    store.revoke("b1", "Ben", now())
    asked.bypass(given)
    assert stale(asked) == "block"


def test_a_configuration_that_is_broken_meanwhile_changes_nothing(store, caplog):
    houses = iter([HOUSE])

    def declared() -> House:
        if (found := next(houses, None)) is None:
            raise UsageError("unshipped.yaml:3:1: that is no service")
        return found

    asked = Recent(store, declared, fresh=0.0)
    assert asked.read(now()).house == HOUSE
    assert asked.read(now()).house == HOUSE
    assert "that is no service" in caplog.text
    with pytest.raises(UsageError):
        Recent(store, declared).read(now())


def test_a_gate_means_what_it_has_earned_and_that_is_not_worked_out_for_each_question(store, monkeypatch):
    """Twenty days without a wrong block: a week for each of the two steps."""
    guard = Guard(Gate("batches", Mode.OBSERVE, max_behind=3), ("worker",), "production", 7 * 86400.0)
    house = House(HOUSE.targets, (guard,))
    for days in range(20, -1, -1):
        store.tables.standings["worker/production"] = standing(behind=0, looked=days * 86400 + 60)
        ask_gate(Question(gate="batches"), house, store, now() - timedelta(days=days))
    store.tables.standings["worker/production"] = standing(behind=4)
    asked, looked = Recent(store, lambda: house, fresh=0.0), []

    def decisions(*, since, gate):
        looked.append(since)
        return store.decisions(since=since, gate=gate)

    monkeypatch.setattr(asked, "decisions", decisions)
    for _ in range(3):
        assert stale(asked, Question(gate="batches")) == "block"
    assert len(looked) == 1
