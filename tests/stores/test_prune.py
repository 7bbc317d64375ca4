"""What was kept for long enough goes; what is still so stays: each kind of log."""

from __future__ import annotations

import pytest

from tests.stores.values import (
    at,
    bypass,
    decision,
    delivery,
    incident,
    kept,
    notice,
    resolved,
    round_of,
    seen,
    silence,
    step,
    stood,
    told,
    unseen,
    write,
)
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Outcome
from unshipped.core.logged.retention import Retention

DAY = 86400
LATER = 10 * 24 * 60
"""In minutes: ten days."""


def prune(store, minutes=LATER, **days):
    retention = Retention(**dict.fromkeys(Retention._fields, 400 * DAY))
    return store.prune(retention._replace(**{name: n * DAY for name, n in days.items()}), at(minutes))


def test_what_is_young_enough_stays(store):
    write(store, standings=[stood(seen())], incidents=[incident()], transitions=[step()], notices=[notice()])
    assert set(prune(store).values()) == {0}
    assert store.incidents() == [incident()]


def test_how_a_target_stands_stays_however_long_ago_it_was_looked_at(store):
    write(store, standings=[stood(seen())])
    write(store, standings=[stood(seen(), unseen(minutes=5))])
    assert prune(store, observations=1)["observations"] == 1
    assert store.standings() == {"api/production": stood(seen(), unseen(minutes=5))}
    assert len(store.stretches(since=at(0), until=at(LATER))) == 1


def test_an_open_incident_stays_and_a_resolved_one_goes_with_all_that_is_of_it(store):
    over = resolved(incident("over", "worker"), 5)
    write(
        store,
        incidents=[incident(), over],
        transitions=[step(), step("over")],
        notices=[notice(), notice("n2", group="over", told=(told("over"),))],
    )
    for _ in range(2):
        (one,) = store.claim("me", at(5), lease=60, most=1)
        store.record(one, delivery(one))
    assert prune(store, incidents=1)["incidents"] == 1
    assert store.incidents() == [incident()]
    assert store.transitions(["one", "over"]) == [step()]
    with store.turn() as turn:
        assert set(turn.situation(["worker/production"], at(0)).said) == {("one", "chat")}


def test_what_still_has_to_be_said_stays(store):
    store.add([notice("sent"), notice("waits"), notice("gave-up", "mail")])
    for one in store.claim("me", at(0), lease=60, most=2):
        outcome = Outcome.SENT if one.notice.id == "sent" else Outcome.GAVE_UP
        store.record(one, delivery(one, outcome))
    assert prune(store, notices=1)["notices"] == 2
    assert store.undelivered() == [notice("waits")]
    assert store.deliveries(since=at(0)) == []


def test_an_incident_of_which_something_has_to_be_said_stays(store):
    write(store, incidents=[resolved(incident(), 5)], transitions=[step()], notices=[notice()])
    assert prune(store, incidents=1)["incidents"] == 0
    (one,) = store.claim("me", at(LATER), lease=60, most=1)
    assert one.heard == ("one",)
    store.record(one, delivery(one))
    assert prune(store, incidents=1)["incidents"] == 1


@pytest.mark.parametrize("over", [True, False])
def test_a_conversation_is_remembered_while_anything_of_it_is(store, over):
    write(store, incidents=[resolved(incident(), 5) if over else incident()], notices=[notice()])
    (one,) = store.claim("me", at(0), lease=60, most=1)
    store.record(one, delivery(one), reference="talk")
    prune(store, notices=1, incidents=1)
    store.add([notice("n2")])
    (again,) = store.claim("me", at(LATER), lease=60, most=1)
    assert again.reference == ("" if over else "talk")


def test_each_kind_is_kept_for_its_own_time(store):
    with store.turn() as turn:
        turn.finish(round_of(0))
        turn.finish(round_of(LATER))
    store.decided(decision())
    store.deployed(Deployment("api", "production", "d" * 40, at(0)))
    for one in (kept("ended"), kept("lasting", until=None)):
        store.hold(one)
    store.silence(silence())
    store.bypass(bypass())
    assert prune(store, rounds=1) | {"observations": 0} == {
        "observations": 0,
        "rounds": 1,
        "notices": 0,
        "incidents": 0,
        "decisions": 0,
        "deployments": 0,
        "people": 0,
    }
    taken = prune(store, decisions=1, deployments=1, people=1)
    assert (taken["decisions"], taken["deployments"], taken["people"]) == (1, 1, 3)
    assert [one.id for one in store.holds(at(LATER))] == ["lasting"]
    assert store.rounds(since=at(0)) == [round_of(LATER)]


def test_a_great_many_are_taken_out_a_little_at_a_time(store):
    with store.turn() as turn:
        for number in range(4500):
            turn.finish(round_of(number / 100, f"{number}/5000"))
    assert prune(store, rounds=1)["rounds"] == 4500
    assert store.rounds(since=at(0)) == []
