"""What people decide: written down with who and why, and told to those who heard of it."""

from __future__ import annotations

from tests.core.watched import at, behind, in_sync
from tests.support.stored import DictStore
from unshipped.app.decide import keep_quiet, take_note
from unshipped.core.alerting import Matcher, Route, Silence
from unshipped.core.rules import Rules
from unshipped.core.watching import follow

ROUTES = (Route(("chat",)),)


def watched(*seen) -> DictStore:
    store = DictStore()
    look(store, 0, *(in_sync(one.service) for one in seen))
    look(store, 10, *seen)
    return store


def look(store: DictStore, minutes: float, *seen) -> None:
    fresh = [one._replace(at=at(minutes)) for one in seen]
    situation = store.situation([one.target for one in fresh], at(minutes))
    store.write(follow(situation, fresh, Rules(), ROUTES, at(minutes)))


def test_who_takes_note_is_written_down_and_the_message_is_changed():
    store = watched(behind("api"), behind("worker"))
    known = take_note(store, ["worker/production"], ROUTES, "ana", at(15), reason="on it")
    assert [one.target for one in known] == ["worker/production"]
    (incident,) = store.incidents(target="worker/production")
    assert incident.acknowledged_by == "ana"
    assert (store.steps[-1].by, store.steps[-1].reasons) == ("ana", ("on it",))
    assert not list(store.notices.values())[-1].loud
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
    assert store.steps[-1].step.value == "silenced"
    before = len(store.notices)
    look(store, 20, behind("worker", changes=9)._replace(severity=behind().severity.CRITICAL))
    assert len(store.notices) == before
    look(store, 60, behind("worker", changes=9)._replace(severity=behind().severity.CRITICAL))
    assert len(store.notices) == before + 1
