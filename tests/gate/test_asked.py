"""What a question means, and what is written down of its answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.gate.places import HOUSE, now, record, standing
from unshipped.app.ask_gate import House, answer, ask_gate, earned, keep, kept, understood
from unshipped.core.gating import Answer, Gate, Guard, Mode
from unshipped.errors import UsageError
from unshipped.gate.values import Question


def test_where_nothing_says_it_a_service_is_meant_in_its_first_environment():
    assert understood(Question(("api",)), HOUSE).places == (("api", "production"),)
    assert understood(Question(("api",), environment="staging"), HOUSE).places == (("api", "staging"),)


def test_a_declared_gate_says_which_services_are_meant_where_and_a_question_goes_before_it():
    guard = Guard(Gate("nightly", Mode.WARN), ("api",), "staging")
    house = House(HOUSE.targets, (*HOUSE.guards, guard))
    assert understood(Question(gate="nightly"), house).places == (("api", "staging"),)
    other = understood(Question(("worker",), gate="nightly", environment="production"), house)
    assert (other.places, other.gate.mode) == ((("worker", "production"),), Mode.WARN)


def test_a_gate_that_is_not_declared_is_one_for_the_services_that_are_named():
    asked = understood(Question(("worker",), gate="mine"), HOUSE)
    assert (asked.gate.name, asked.names) == ("mine", ["worker/production"])
    with pytest.raises(UsageError, match="no gate 'mine' is declared"):
        understood(Question(gate="mine"), HOUSE)


def test_of_a_service_that_is_not_declared_it_is_said_where_the_names_stand():
    with pytest.raises(UsageError, match="no service 'wroker' is declared") as caught:
        understood(Question(("wroker",)), HOUSE)
    assert caught.value.hint == "their names stand under `services:`"


def test_what_is_switched_off_is_not_counted_and_without_a_record_nothing_is():
    log = record(standing())
    asked = understood(Question(("worker",), mode="off"), HOUSE)
    decision = answer(asked, log.known, (), now())
    assert keep(decision, log) is decision and log.asked == []
    assert keep(decision._replace(mode=Mode.WARN), None).mode is Mode.WARN
    ask_gate(Question(("worker",), mode="observe"), HOUSE, log, now())
    assert [one.mode for one in log.asked] == [Mode.OBSERVE]


@pytest.mark.parametrize(("seconds", "known"), [(600, True), (600.001, False)])
def test_the_record_is_enough_where_each_was_looked_at_of_late(seconds: float, known: bool):
    asked = understood(Question(("worker", "api"), max_verdict_age=600), HOUSE)
    log = record(standing("worker", looked=0), standing("api", looked=0))
    at = log.known["api/production"].checked_at
    log.known["worker/production"] = log.known["worker/production"]._replace(checked_at=at)
    assert (kept(asked, log, at + timedelta(seconds=seconds)) is not None) == known
    del log.known["api/production"]
    assert kept(asked, log, at) is None


def test_only_the_gate_that_is_asked_is_held_against_its_record():
    guards = tuple(
        Guard(Gate(name, Mode.OBSERVE), ("worker",), "production", 86400.0) for name in ("one", "two")
    )
    house = House(HOUSE.targets, guards)
    asked = earned(house, record(), now(), "two")
    assert [one.promote_after for one in asked.guards] == [86400.0, None]
    assert [one.promote_after for one in earned(house, record(), now()).guards] == [None, None]
    assert earned(house, None, now()) == house
    plain = House(HOUSE.targets, (Guard(Gate("three", Mode.ENFORCE, on_unknown=Answer.BLOCK), ("api",), ""),))
    assert earned(plain, record(), now()) == plain


def test_what_a_gate_has_earned_is_not_lost_by_a_question_about_what_it_does_not_guard():
    guard = Guard(Gate("batches", Mode.OBSERVE, max_behind=3), ("worker",), "production", 2 * 86400.0)
    house, log, begun = House(HOUSE.targets, (guard,)), record(), now()
    for days in range(7):
        at = begun + timedelta(days=days)
        log.known["worker/production"] = standing("worker", behind=0, looked=-days * 86400)
        ask_gate(Question(gate="batches"), house, log, at)
        if days == 4:
            log.known["api/production"] = standing("api", behind=9, looked=-days * 86400)
            aside = Question(("api",), gate="batches", environment="production")
            assert ask_gate(aside, house, log, at).would is Answer.BLOCK
    [meant] = earned(house, log, at + timedelta(hours=1)).guards
    assert meant.gate.mode is Mode.ENFORCE
