"""How far the log has come, and who did what: each kind of log."""

from __future__ import annotations

from tests.stores.test_rollouts import asked
from tests.stores.values import at, seen, stood
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Action
from unshipped.core.watching import Entries


def write(store, *standings) -> None:
    with store.turn() as turn:
        turn.situation([one.seen.target for one in standings], at(0))
        turn.write(Entries(standings=standings))


def test_what_people_do_is_written_down_and_read_the_newest_first(store):
    first = Action(at(1), "Ana", "hold", "api/production", "the migration runs", "web")
    second = Action(at(2), "Ben", "unhold", "api/production")
    store.acted(first)
    store.acted(second)
    assert store.actions(since=at(0)) == [second, first]
    assert store.actions(since=at(2)) == [second]
    assert store.actions(since=at(0), most=1) == [second]


def test_each_thing_that_happens_moves_the_log_on(store):
    marks = [store.newest()]
    write(store, stood(seen("api")))
    marks.append(store.newest())
    store.deployed(Deployment("api", "production", "a" * 40, at(1)))
    marks.append(store.newest())
    store.acted(Action(at(2), "Ana", "hold", "api/production"))
    marks.append(store.newest())
    store.wish(asked())
    marks.append(store.newest())
    store.waits({"w1": "somebody has to approve it"})
    marks.append(store.newest())
    assert len(set(marks)) == len(marks)
    assert store.newest() == marks[-1]


def test_what_changed_since_a_mark_is_told(store):
    write(store, stood(seen("api")))
    before = store.newest()
    write(store, stood(seen("worker")))
    assert [one.seen.service for one in store.stretched(before.stretches, 10)] == ["worker"]
    assert store.stretched(store.newest().stretches, 10) == []
