"""What is deployed by itself: what waits is asked for until it is proven, or until it is a person's turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.crew import RECIPE, World
from unshipped.app.reconcile import BY, reconcile
from unshipped.app.take_up import take_up
from unshipped.core.alerting import Route
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.logged.rolling import Fate
from unshipped.core.model import Severity, SourceSpec, State
from unshipped.core.recipe import Mode
from unshipped.core.rollout import End, Went
from unshipped.core.watching import Entries
from unshipped.core.windows import Lock
from unshipped.ports.deploying import Order, Probed

AUTO = RECIPE._replace(mode=Mode.AUTO)


@pytest.fixture
def world(tmp_path) -> World:
    made = World(tmp_path)
    made.recipes = dict.fromkeys(made.recipes, AUTO)
    return made


def standing(world: World, state: State = State.BEHIND, minutes: float = 30) -> dict[str, Standing]:
    since = world.now - timedelta(minutes=minutes)
    seen = Observation("api", "production", world.now, state, Severity.INFO, behind_since=since)
    return {"api/production": Standing(seen, since, world.now, world.now)}


def asked(world: World, **more):
    return reconcile(world.crew(), standing(world, **more), world.now)


def test_what_is_behind_is_asked_for_once(world: World):
    new = world.land("api/app.py")
    [one] = asked(world).asked
    assert (one.id, one.commit, one.by) == (f"api-production-{new[:12]}-1", new, BY)
    assert asked(world).asked == ()
    world.carry()
    assert world.serves["api"] == [(new, 1.0)]
    assert world.book.deployments(since=world.now.replace(year=2020))[0].by == BY == "unshipped/auto"


def test_where_the_commit_that_should_serve_is_another_one_here_nothing_is_asked_for(world: World):
    """Who looked has fetched what this process has not yet, or the other way round."""
    new = world.land("api/app.py")
    found = standing(world)
    seen = found["api/production"].seen
    for expected, commits in ((world.old, []), (new, [new])):
        found = {"api/production": found["api/production"]._replace(seen=seen._replace(expected=expected))}
        made = reconcile(world.crew(), found, world.now)
        assert [one.commit for one in made.asked] == commits


def test_who_tells_what_should_serve_is_not_asked_again_for_what_was_seen(world: World):
    new = world.land("api/app.py")
    world.land("api/more.py")  # not green yet
    one = world.targets["api/production"]
    told = one.origins[0]._replace(told_by=SourceSpec("github-checks", {}))
    world.targets["api/production"] = one._replace(origins=(told,))
    found = standing(world)["api/production"]
    for expected, commits in (("", []), (new, [new])):
        seen = {"api/production": found._replace(seen=found.seen._replace(expected=expected))}
        assert [one.commit for one in reconcile(world.crew(), seen, world.now).asked] == commits


def test_what_was_taken_out_of_the_queue_is_asked_for_again_once_it_was_in_order_and_waits_anew(world: World):
    new = world.land("api/app.py")
    [first] = asked(world).asked
    world.serves["api"] = [(new, 1.0)]  # somebody deploys it by hand, before anybody has looked again
    take_up(world.crew())
    assert world.book.wishes(ids=[first.id])[0].fate is Fate.SAME
    assert asked(world).asked == ()
    world.now += timedelta(minutes=10)
    with world.book.turn() as turn:
        turn.write(Entries(standings=tuple(standing(world, State.IN_SYNC, minutes=0).values())))
    world.now += timedelta(minutes=10)
    world.serves["api"] = [(world.old, 1.0)]  # and by hand it goes back
    assert [one.commit for one in asked(world).asked] == [new]
    world.carry()
    assert world.serves["api"] == [(new, 1.0)]


def test_what_somebody_cancelled_is_not_asked_for_again(world: World):
    world.land("api/app.py")
    [one] = asked(world).asked
    world.book.drop(one.id, "cancelled by ana", world.now)
    world.now += timedelta(days=1)
    assert asked(world).asked == ()


def test_what_somebody_cancelled_before_it_touched_anything_is_not_asked_for_again(world: World):
    world.land("api/app.py")
    [one] = asked(world).asked
    take_up(world.crew())
    world.book.cancel(one.id, "ana", "not today", world.now)
    world.carry()
    assert (world.end().end, world.brought) == (End.REFUSED, [])
    world.now += timedelta(days=1)
    assert asked(world).asked == ()
    world.land("api/app.py")
    assert len(asked(world).asked) == 1, "another commit is another matter"


def test_targets_whose_names_run_together_have_wishes_of_their_own(world: World):
    api = world.targets["api/production"]
    places = (("web", "eu-prod"), ("web-eu", "prod"))
    world.targets = {f"{one}/{where}": api._replace(service=one, environment=where) for one, where in places}
    world.recipes = dict.fromkeys(world.targets, AUTO)
    world.land("api/app.py")
    (seen,) = standing(world).values()
    stands = dict.fromkeys(world.targets, seen)
    for _ in range(2):
        reconcile(world.crew(), stands, world.now)
    known = {one.asked.target: one.asked.id[-2:] for one in world.book.wishes()}
    assert (sorted(known), sorted(known.values())) == (["web-eu/prod", "web/eu-prod"], ["-1", "-2"])


def test_what_is_not_deployed_by_itself_keeps_nothing_else_waiting(world: World):
    world.land("shared/money.py")
    world.recipes["api/production"] = AUTO._replace(mode=Mode.OFF)
    [(name, one)] = standing(world).items()
    worker = one._replace(seen=one.seen._replace(service="worker"))
    found = reconcile(world.crew(), {name: one, "worker/production": worker}, world.now)
    assert [one.target for one in found.asked] == ["worker/production"]


def test_what_lands_while_a_rollout_is_under_way_is_asked_for_once_that_has_ended(world: World):
    world.land("api/app.py")
    asked(world)
    assert take_up(world.crew())
    newer = world.land("api/app.py")
    assert asked(world).asked == ()
    world.carry()
    assert [one.commit for one in asked(world).asked] == [newer]


def test_what_waits_beside_something_else_is_not_asked_for_twice(world: World):
    world.land("api/app.py")
    [one] = asked(world).asked
    world.now += timedelta(minutes=1)
    other = world.ask("api", world.old, rollback=True)
    asked(world)
    assert [each.asked.id for each in world.book.wishes()] == [one.id, other.id]


def test_what_was_replaced_is_asked_for_again_once_nothing_else_waits(world: World):
    new = world.land("api/app.py")
    world.book.lock(Lock("l1", "the database is moved", "ben", world.now))
    assert len(asked(world).asked) == 1
    world.now += timedelta(minutes=1)
    other = world.ask("api", world.old, rollback=True)
    take_up(world.crew())
    assert [asked(world).asked for _ in range(3)] == [()] * 3
    world.book.drop(other.id, "cancelled by ben", world.now)
    assert [one.commit for one in asked(world).asked] == [new]
    assert asked(world).asked == ()


@pytest.mark.parametrize("state", [State.IN_SYNC, State.AHEAD, State.DIVERGED, State.UNKNOWN])
def test_what_is_not_simply_behind_is_a_persons_turn(world: World, state: State):
    world.land("api/app.py")
    assert asked(world, state=state) == ((), ())


def test_what_waits_since_nobody_knows_when_is_a_persons_turn(world: World):
    world.land("api/app.py")
    [(name, one)] = standing(world).items()
    undated = one._replace(seen=one.seen._replace(behind_since=None))
    assert reconcile(world.crew(), {name: undated}, world.now) == ((), ())


def test_a_change_rests_for_as_long_as_it_is_said(world: World):
    world.land("api/app.py")
    world.recipes["api/production"] = AUTO._replace(wait=3600)
    assert asked(world, minutes=59).asked == ()
    assert asked(world, minutes=60).asked


def test_off_does_nothing_preview_says_it_and_approve_waits_for_somebody(world: World):
    world.land("api/app.py")
    world.recipes["api/production"] = AUTO._replace(mode=Mode.OFF)
    assert asked(world) == ((), ())
    world.recipes["api/production"] = AUTO._replace(mode=Mode.PREVIEW)
    found = asked(world)
    assert (len(found.asked), len(found.would), world.book.wishes()) == (0, 1, [])
    world.recipes["api/production"] = AUTO._replace(mode=Mode.APPROVE)
    [one] = asked(world).asked
    world.carry()
    assert world.book.wishes()[0].waits == "somebody has to approve it"
    world.book.approve(one.id, "ben", world.now)
    world.carry()
    assert world.end().end is End.PROVEN


def test_by_a_schedule_it_waits_for_the_next_moment(world: World):
    world.land("api/app.py")
    world.recipes["api/production"] = AUTO._replace(schedule=("0 9 * * *",))
    [one] = asked(world).asked
    assert one.not_before and (one.not_before.hour, one.not_before > world.now) == (9, True)


def test_what_is_due_and_cannot_begin_stays_due_whatever_lands_meanwhile(world: World):
    world.recipes["api/production"] = AUTO._replace(schedule=("0 9 * * *",))
    world.land("api/app.py")
    [one] = asked(world).asked
    world.book.lock(Lock("l1", "the database is moved", "ben", world.now))
    assert one.not_before
    world.now = one.not_before + timedelta(minutes=10)
    new = world.land("api/app.py")
    [other] = asked(world).asked
    assert (other.commit, other.not_before) == (new, one.not_before)
    world.book.unlock("l1", "ben", world.now)
    world.carry()
    assert world.serves["api"] == [(new, 1.0)]


def test_what_touched_nothing_is_tried_again_ever_more_rarely(world: World):
    world.land("api/app.py")
    world.recipes["api/production"] = AUTO._replace(before=(("green", RECIPE.by),))
    world.probe = lambda order, _: Probed(Went.FAILED, "its tests run still")
    tries = []
    for minute in range(31):
        world.now = world.now.replace(minute=minute)
        if asked(world).asked:
            tries.append(minute)
            world.carry()
            assert (world.end().end, world.brought) == (End.REFUSED, [])
    assert tries == [0, 1, 3, 7, 15]


def test_what_is_refused_again_for_the_same_reason_is_told_once(world: World):
    world.routes = (Route(("chat",)),)
    new = world.land("api/app.py")
    world.recipes["api/production"] = AUTO._replace(before=(("green", RECIPE.by),))
    told = []
    for minute, word in ((0, "its tests run still"), (10, "its tests failed"), (30, "its tests failed")):
        world.now = world.now.replace(minute=minute)
        world.probe = lambda order, _, word=word: Probed(Went.FAILED, word)
        assert asked(world).asked
        world.carry()
        told.append(len(world.book.undelivered()))
    world.ask("api", new)
    world.carry()
    told.append(len(world.book.undelivered()))
    assert told == [1, 1, 1, 2]  # what a person asks for is answered each time


def test_what_refuses_it_for_another_reason_is_told_too(world: World):
    world.routes = (Route(("chat",)),)
    world.land("api/app.py")
    lock = Lock("l1", "the database is moved", "ben", world.now)

    def tried(minute: int, happens) -> int:
        world.now = world.now.replace(minute=minute)
        asked(world)
        taken = take_up(world.crew())
        happens()
        world.carry()
        assert taken and world.end().end is End.REFUSED
        return len(world.book.undelivered())

    assert tried(0, lambda: world.book.lock(lock)) == 1
    world.book.unlock("l1", "ben", world.now)
    assert tried(10, lambda: world.gone.add(world.old)) == 2
    world.gone.clear()
    assert tried(30, lambda: world.book.lock(lock._replace(id="l2"))) == 2


def test_what_was_rolled_back_is_a_persons_turn_and_what_mends_it_heeds_the_hold(world: World):
    bad = world.land("api/app.py")
    world.probe = lambda order, _: Probed(Went.FAILED if order.commit == bad else Went.PASSED, "")
    asked(world)
    world.carry()
    assert world.end().end is End.ROLLED_BACK
    assert asked(world).asked == ()
    fix = world.land("api/app.py")
    assert [one.commit for one in asked(world).asked] == [fix]
    world.carry()
    assert world.serves["api"] == [(world.old, 1.0)]
    world.book.unhold("api", "production", "ana", world.now)
    world.carry()
    assert world.serves["api"] == [(fix, 1.0)]


@pytest.mark.parametrize("ends", ["rolled back", "cancelled"])
def test_what_ended_for_good_is_not_tried_again_whatever_came_of_earlier_attempts(world: World, ends: str):
    world.recipes["api/production"] = AUTO._replace(before=(("green", RECIPE.by),))
    bad = world.land("api/app.py")
    world.probe = lambda order, _: Probed(Went.FAILED, "its tests run still")
    asked(world)
    world.carry()
    assert world.end().end is End.REFUSED
    world.now += timedelta(minutes=2)

    def green_and_broken(order: Order, _: object) -> Probed:
        before = order.share == 0
        return Probed(Went.PASSED if before or order.commit != bad else Went.FAILED, "")

    world.probe = green_and_broken
    assert asked(world).asked
    if ends == "cancelled":
        [identity] = take_up(world.crew())
        world.book.cancel(identity, "ben", "not this week", world.now)
    world.carry()
    assert world.end().end is (End.ROLLED_BACK if ends == "rolled back" else End.REFUSED)
    world.now += timedelta(days=2)
    assert asked(world).asked == ()


def test_what_is_promoted_is_what_was_proven_elsewhere(world: World):
    staging = world.targets["api/production"]._replace(environment="staging")
    world.targets["api/staging"], world.recipes["api/staging"] = staging, RECIPE
    world.recipes["api/production"] = AUTO._replace(promote="staging")
    proven = world.land("api/app.py")
    assert asked(world).asked == ()
    world.ask("api", proven, environment="staging")
    world.carry()
    world.land("api/app.py")
    world.serves["api"] = [(world.old, 1.0)]
    [one] = asked(world).asked
    assert one.commit == proven
