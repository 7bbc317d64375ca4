"""What people decide: written down with who and why, and told to those who heard of it."""

from __future__ import annotations

import re

import pytest

from tests.core.watched import START, at, behind, in_sync
from tests.formats.reports import target
from tests.support import stored
from tests.support.stored import notices, steps
from unshipped.app.decide import (
    WEB,
    held,
    keep,
    keep_quiet,
    let_go,
    lock_up,
    locked,
    speak_again,
    take_note,
    unlock,
)
from unshipped.core.alerting import Matcher, Route, Silence
from unshipped.core.logged.journal import Kept
from unshipped.core.model import Hold, Target
from unshipped.core.windows import Lock
from unshipped.errors import UsageError
from unshipped.stores.memory import MemoryStore

ROUTES = (Route(("chat",)),)


def watched(*seen) -> MemoryStore:
    store = MemoryStore()
    look(store, 0, *(in_sync(one.service) for one in seen))
    look(store, 10, *seen)
    return store


def look(store: MemoryStore, minutes: float, *seen) -> None:
    stored.seen(store, seen, ROUTES, at(minutes))


def test_who_takes_note_is_written_down_and_the_message_is_changed():
    store = watched(behind("api"), behind("worker"))
    known = take_note(store, ["worker/production"], ROUTES, "ana", at(15), reason="on it")
    assert [one.target for one in known] == ["worker/production"]
    (incident,) = store.incidents(target="worker/production")
    assert incident.acknowledged_by == "ana"
    assert (steps(store)[-1].by, steps(store)[-1].reasons) == ("ana", ("on it",))
    assert not notices(store)[-1].loud
    assert not store.incidents(target="api/production")[0].acknowledged_by


def test_to_take_note_twice_is_to_take_note_once():
    store = watched(behind("worker"))
    take_note(store, ["worker/production"], ROUTES, "ana", at(15))
    assert take_note(store, ["worker/production"], ROUTES, "ben", at(16)) == []
    assert store.incidents()[0].acknowledged_by == "ana"


def test_what_is_over_needs_no_note():
    store = watched(behind("worker"))
    look(store, 20, in_sync("worker"))
    assert take_note(store, ["worker/production"], ROUTES, "ana", at(25)) == []
    assert not store.incidents()[0].acknowledged_by


def test_a_silence_falls_on_what_is_open_and_on_what_comes():
    store = watched(behind("api"), behind("worker"))
    silence = Silence("s1", Matcher(services=("work*",)), "ana", "moving the queue", at(15), at(60))
    assert [one.target for one in keep_quiet(store, silence, ROUTES, at(15))] == ["worker/production"]
    assert steps(store)[-1].step.value == "silenced"
    before = len(notices(store))
    look(store, 20, behind("worker", changes=9)._replace(severity=behind().severity.CRITICAL))
    assert len(notices(store)) == before
    look(store, 60, behind("worker", changes=9)._replace(severity=behind().severity.CRITICAL))
    assert len(notices(store)) == before + 1


def test_whatever_somebody_decides_is_written_down_with_who_and_why_and_the_door():
    store = watched(behind("worker"))
    silence = Silence("s1", Matcher(), "ana", "moving the queue", at(15), at(60))
    keep(store, Kept("h1", "api", "production", Hold("the sale", "ben"), at(11)), WEB)
    let_go(store, "api", "production", "ana", at(12), WEB)
    lock_up(store, Lock("l1", "the database is moved", "ben", at(13)), ())
    unlock(store, "l1", "ana", at(14))
    take_note(store, ["worker/production"], ROUTES, "ana", at(15), reason="on it")
    keep_quiet(store, silence, ROUTES, at(16))
    speak_again(store, "s1", "ben", at(17), WEB)
    written = sorted(store.actions(since=at(10)), key=lambda one: one.at)
    assert [one[1:] for one in written] == [
        ("ben", "hold", "api/production", "the sale", "web"),
        ("ana", "unhold", "api/production", "", "web"),
        ("ben", "lock", "every service", "the database is moved", "command"),
        ("ana", "unlock", "l1", "", "command"),
        ("ana", "acknowledge", "worker/production", "on it", "command"),
        ("ana", "silence", "s1", "moving the queue", "command"),
        ("ben", "unsilence", "s1", "", "web"),
    ]


def test_what_the_configuration_holds_is_held_until_its_end_and_what_people_hold_beside_it():
    sale, ever = Hold("the sale", "ben", at(60)), Hold("it is retired soon", "ana")
    targets = [target("api", hold=sale), target("worker", hold=ever), target("web")]
    placed = Kept("h1", "web", "production", Hold("the queue is moved", "ana"), START)
    assert [one.hold for one in held([placed], targets, at(59))] == [sale, ever, placed.hold]
    assert [one.target for one in held([placed], targets, at(60))] == ["worker/production", "web/production"]


@pytest.mark.parametrize(
    ("services", "environments", "told"),
    [
        ((), (), "every service"),
        (("api", "worker"), (), "api, worker"),
        ((), ("production", "staging"), "every service in production, staging"),
        (("api",), ("production",), "api in production"),
    ],
)
def test_what_a_lock_falls_on_is_said_in_words(services, environments, told: str):
    made = Lock("l1", "why", "ben", START, services=services, environments=environments)
    assert locked(made) == told


@pytest.mark.parametrize(
    ("services", "environments", "message"),
    [
        (("wroker",), (), "no service fits 'wroker': nothing is locked"),
        (("api", "wroker-*"), (), "no service fits 'wroker-*': nothing is locked"),
        ((), ("prod",), "no environment fits 'prod': nothing is locked"),
        (("worker",), ("staging",), "no service fits 'worker' in 'staging': nothing is locked"),
    ],
)
def test_what_a_wrong_name_would_lock_is_not_called_locked(services, environments, message: str):
    store = MemoryStore()
    places = (("api", "staging"), ("api", "prod-eu"), ("worker", "prod-eu"))
    targets = [Target(*place, ()) for place in places]
    made = Lock("l1", "the move", "ben", at(13), services=services, environments=environments)
    with pytest.raises(UsageError, match=re.escape(message)):
        lock_up(store, made, targets)
    assert (store.locks(at(14)), store.actions(since=at(10))) == ([], [])
    lock_up(store, made._replace(services=("api", "w*"), environments=("prod-*",)), targets)
    assert len(store.locks(at(14))) == 1
