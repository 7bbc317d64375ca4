"""What people decide: written down with who and why, and told to those who heard of it."""

from __future__ import annotations

from tests.core.watched import at, behind, in_sync
from tests.support import stored
from tests.support.stored import notices, steps
from unshipped.app.decide import keep_quiet, take_note
from unshipped.core.alerting import Matcher, Route, Silence
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
