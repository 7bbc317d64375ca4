"""The queue, what is carried out of it, and what nobody may deploy to: each kind of log."""

from __future__ import annotations

import threading
import time

from tests.stores.values import LANDED, at, kept, notice
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.retention import Retention
from unshipped.core.logged.rolling import Ended, Fate, Rollout
from unshipped.core.model import Change
from unshipped.core.rollout import Do, End, Outcome, Plan, Result, Step, Went, way
from unshipped.core.windows import Asked, Despite, Lock
from unshipped.stores.opening import open_url

NEW, OLD = "b" * 40, "a" * 40


def asked(identity: str = "w1", service: str = "api", minutes: float = 0, **changed) -> Asked:
    return Asked(identity, service, "production", NEW, "ana", at(minutes), "the sale")._replace(**changed)


def plan(identity: str = "w1", service: str = "api") -> Plan:
    return Plan(
        id=identity,
        service=service,
        environment="production",
        commit=NEW,
        live=OLD,
        good=OLD,
        steps=(Step(Do.READY, NEW), *way(NEW, ["health"], shares=[0.1], bake=60)),
        back=way(OLD, ["health"]),
        ships=(Change(NEW, LANDED, "Keep prices in cents (#9)", "Ben", ("api/main.py",)),),
        by="ana",
        reason="the sale",
        made_at=at(1),
        made_of="0123456789abcdef",
        notes=("there is no way back",),
    )


def begun(store, identity: str = "w1", service: str = "api", **changed) -> Rollout:
    store.wish(asked(identity, service))
    rollout = Rollout(plan(identity, service), at(1))._replace(**changed)
    assert store.begin(rollout, width=10)
    return rollout


def ended(rollout: Rollout, **more) -> Ended:
    return Ended(rollout.id, Outcome(End.PROVEN, "it is proven to serve"), at(9), **more)


def test_a_wish_is_read_back_whole_and_stays_as_it_was_asked_for(store):
    whole = asked(
        despite=(Despite.BAD, Despite.WINDOW),
        not_before=at(30),
        needs_approval=True,
        canary=True,
        batch="b1",
        go_on=True,
    )
    assert store.wish(whole)
    assert not store.wish(asked(commit=OLD))
    [found] = store.wishes()
    assert (found.asked, found.fate, found.waits) == (whole, None, "")


def test_of_what_is_asked_for_at_once_what_is_known_stays_as_it_is(store):
    assert store.wish(asked("w1"))
    assert not store.wish(asked("w1", "worker"), asked("w2", "worker"))
    assert [(one.asked.id, one.asked.service) for one in store.wishes()] == [("w1", "api"), ("w2", "worker")]


def test_the_queue_is_in_the_order_in_which_it_was_asked(store):
    for one in (asked("w2", minutes=5), asked("w1"), asked("w3", batch="b1")):
        store.wish(one)
    assert [one.asked.id for one in store.wishes()] == ["w2", "w1", "w3"]
    assert [one.asked.id for one in store.wishes(ids=["w1"])] == ["w1"]
    assert [one.asked.id for one in store.wishes(batch="b1")] == ["w3"]


def test_a_thousand_that_wait_hide_none_that_comes_after_them(store):
    for number in range(1001):
        store.wish(asked(f"w{number}", f"service-{number}"))
    assert store.wishes()[-1].asked.id == "w1000"


def test_a_wish_that_waits_says_why_and_one_that_does_not_stays_settled(store):
    store.wish(asked())
    store.waits({"w1": "it is outside of every window", "nobody": "x"})
    assert store.wishes()[0].waits == "it is outside of every window"
    assert store.drop("w1", "somebody asked for something newer", at(2), Fate.REPLACED)
    assert not store.drop("w1", "again", at(3))
    store.waits({"w1": "no"})
    assert store.wishes() == []
    [found] = store.wishes(ids=["w1"])
    assert (found.fate, found.why, found.settled_at) == (
        Fate.REPLACED,
        "somebody asked for something newer",
        at(2),
    )
    assert found.waits == ""


def test_a_wish_is_approved_for_as_long_as_it_waits(store):
    store.wish(asked(needs_approval=True))
    found = store.approve("w1", "ben", at(1))
    assert found and found.asked.approved_by == "ben"
    store.drop("w1", "no", at(2))
    assert store.approve("w1", "ben", at(3)) is store.approve("nobody", "ben", at(3)) is None


def test_a_rollout_is_read_back_whole(store):
    rollout = begun(store, batch="b1")
    assert store.rollouts() == [rollout]
    assert store.wishes(ids=["w1"])[0].fate is Fate.BEGUN


def test_of_a_target_one_rollout_is_open(store):
    begun(store)
    store.wish(asked("w2"))
    store.wish(asked("w3", "worker"))
    assert not store.begin(Rollout(plan("w2"), at(2)), width=10)
    assert store.wishes(ids=["w2"])[0].fate is None
    assert store.begin(Rollout(plan("w3", "worker"), at(2)), width=10)


def test_at_most_so_many_are_open(store):
    begun(store)
    store.wish(asked("w2", "worker"))
    assert not store.begin(Rollout(plan("w2", "worker"), at(2)), width=1)
    assert store.begin(Rollout(plan("w2", "worker"), at(2)), width=2)


def test_what_is_not_asked_for_any_more_is_not_begun(store):
    store.wish(asked())
    store.drop("w1", "taken back", at(1))
    assert not store.begin(Rollout(plan(), at(2)), width=10)
    assert store.rollouts() == []


def test_rollouts_are_found_by_what_they_are_of(store):
    first = begun(store)
    store.end(ended(first))
    second = begun(store, "w2", begun_at=at(5), batch="b1")
    other = begun(store, "w3", "worker", begun_at=at(7))
    assert [one.id for one in store.rollouts()] == ["w3", "w2", "w1"]
    assert [one.id for one in store.rollouts(target="api/production")] == ["w2", "w1"]
    assert store.rollouts(open_only=True) == [other, second]
    assert store.rollouts(since=at(5)) == [other]
    assert store.rollouts(batch="b1") == store.rollouts(ids=["w2"]) == [second]
    assert store.rollouts(most=1) == [other]
    assert store.pasts(["api/production", "worker/production", "mail/production"], 1) == {
        "api/production": [second],
        "worker/production": [other],
    }
    assert [one.id for one in store.pasts({"api/production"}, 9)["api/production"]] == ["w2", "w1"]
    assert store.pasts([], 9) == {}


def test_what_touched_nothing_takes_no_place_of_what_did(store):
    store.end(ended(begun(store)))
    for name in ("w2", "w3"):
        refused = Ended(begun(store, name).id, Outcome(End.REFUSED, "ready failed"), at(9))
        store.end(refused)
    running = begun(store, "w4")
    assert [one.id for one in store.pasts(["api/production"], 2)["api/production"]] == [running.id, "w1"]
    store.end(ended(begun(store, "x1", "worker"))._replace(outcome=Outcome(End.REFUSED, "")))
    assert store.pasts(["worker/production"], 2) == {}


def test_a_step_is_begun_again_where_nobody_knows_how_it_went(store):
    begun(store)
    assert store.take("w1", 0, "one", at(2))[:4] == (0, at(2), 1, "one")
    assert store.take("w1", 0, "two", at(3))[:4] == (0, at(2), 2, "two")
    result = Result(0, Went.PASSED, at(4), "all is as it was")
    assert store.went("w1", result)
    assert not store.went("w1", Result(0, Went.FAILED, at(5)))
    assert store.take("w1", 0, "three", at(6)) == store.steps("w1")[0]
    [found] = store.steps("w1")
    assert (found.attempts, found.by, found.result) == (2, "two", result)


def test_how_a_step_went_is_known_only_of_one_that_was_begun(store):
    begun(store)
    assert not store.went("w1", Result(3, Went.PASSED, at(2)))
    assert store.steps("w1") == store.steps("nobody") == []


def test_a_rollout_is_cancelled_once_and_not_after_its_end(store):
    rollout = begun(store)
    assert store.cancel("w1", "ben", "not now", at(2))
    assert not store.cancel("w1", "ana", "me too", at(3))
    [found] = store.rollouts()
    assert (found.cancelled_by, found.cancel_reason) == ("ben", "not now")
    store.end(ended(rollout))
    assert not store.cancel("w1", "ana", "too late", at(10))


def test_the_end_is_written_down_with_all_that_follows(store):
    rollout = begun(store)
    deployment = Deployment("api", "production", NEW, at(9), "upgraded", "unshipped/ana")
    assert store.end(
        ended(rollout, hold=kept("w1"), deployments=(deployment,), notices=(notice("n9", group=""),))
    )
    [found] = store.rollouts()
    assert (found.outcome, found.ended_at, found.open) == (
        Outcome(End.PROVEN, "it is proven to serve"),
        at(9),
        False,
    )
    assert [one.id for one in store.holds(at(9))] == ["w1"]
    assert store.deployments(since=at(0)) == [deployment]
    assert [one.id for one in store.undelivered()] == ["n9"]


def test_a_second_end_changes_nothing(store):
    rollout = begun(store)
    assert store.end(ended(rollout))
    other = Outcome(End.STOPPED, "somebody else saw it otherwise")
    assert not store.end(ended(rollout, hold=kept("w1"))._replace(outcome=other))
    assert store.rollouts()[0].outcome == Outcome(End.PROVEN, "it is proven to serve")
    assert store.holds(at(9)) == []


def test_output_is_followed_from_where_it_was_read(store):
    begun(store)
    for at_minute, text in ((2, "building\n"), (3, "pushing\n"), (4, "done\n")):
        store.say("w1", 1, text, at(at_minute))
    first, *rest = store.output("w1")
    assert (first.number, first.at, first.text) == (1, at(2), "building\n")
    assert store.output("w1", after=first.seq) == rest
    assert store.output("w1", after=first.seq, most=1) == rest[:1]
    assert store.output("nobody") == []


def test_a_lock_holds_until_it_ends_or_is_ended(store):
    lock = Lock("l1", "the database is moved", "ben", at(0), at(60), ("api",), ("production",))
    forever = Lock("l2", "never", "ana", at(5))  # whose clock is ahead
    store.lock(lock)
    store.lock(forever)
    store.lock(lock._replace(reason="another"))
    assert store.locks(at(4)) == [lock, forever]
    assert store.locks(at(59)) == [lock, forever]
    assert store.locks(at(60)) == [forever]
    assert store.unlock("l2", "ana", at(61)) == forever
    assert store.locks(at(61)) == []
    assert store.unlock("l2", "ana", at(62)) is store.unlock("l1", "ana", at(62)) is None


def test_one_at_a_time_changes_what_serves_for_a_target(store):
    inside, let_go = threading.Event(), threading.Event()

    def first() -> None:
        with store.alone("api/production", 0) as turn:
            assert turn and turn.holds()
            inside.set()
            let_go.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(10)
    with store.alone("api/production", 0.3) as turn:
        assert turn is None
    with store.alone("worker/production", 0) as turn:
        assert turn
    let_go.set()
    thread.join(10)
    with store.alone("api/production", 5) as turn:
        assert turn and turn.holds()


def test_what_ended_long_ago_is_taken_out_with_all_that_was_kept_of_it(store):
    rollout = begun(store)
    store.take("w1", 0, "one", at(1))
    store.say("w1", 0, "building\n", at(1))
    store.lock(Lock("l1", "over", "ben", at(0), at(1)))
    store.prune(Retention(deployments=60, people=60), at(30))
    assert store.rollouts() == [rollout]
    store.end(ended(rollout))
    store.prune(Retention(deployments=60, people=60), at(30))
    assert store.rollouts() == store.steps("w1") == store.output("w1") == []
    assert store.wishes(ids=["w1"]) == []


def test_who_loses_the_connection_to_the_server_loses_the_turn_and_knows_it(server, url):
    store, other = open_url(url), open_url(url)
    try:
        with store.alone("api/production", 0) as turn:
            assert turn and turn.holds()
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()",
                url.rpartition("/")[2],
            )
            until = time.monotonic() + 10
            while turn.holds() and time.monotonic() < until:
                time.sleep(0.1)
            assert not turn.holds()
            with other.alone("api/production", 10) as theirs:
                assert theirs and theirs.holds()
    finally:
        store.close()
        other.close()
