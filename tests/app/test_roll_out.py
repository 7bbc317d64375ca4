"""A rollout from its first step to its end: what is deployed, proven, taken back, and who is told."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from tests.support.crew import RECIPE, World, failing
from unshipped.app.bad import marked
from unshipped.app.take_up import take_up
from unshipped.core.alerting import Route
from unshipped.core.model import Severity
from unshipped.core.rollout import End, Went
from unshipped.core.windows import Despite
from unshipped.errors import DeployError
from unshipped.ports.deploying import Order, Probed, Progress
from unshipped.stores.memory import MemoryStore


def test_what_is_asked_for_is_deployed_proven_and_written_down(world: World):
    new = world.land("api/app.py")
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.PROVEN
    assert world.serves["api"] == [(new, 1.0)]
    assert [(order.commit, order.before, order.number) for order in world.brought] == [(new, world.old, 1)]
    [rollout] = world.book.rollouts()
    assert [one.subject for one in rollout.plan.ships] == ["Keep prices in cents (#9)"]
    [deployment] = world.book.deployments(since=world.now.replace(year=2020))
    assert deployment[:5] == ("api", "production", new, deployment.when, "upgraded")
    assert deployment.by == "unshipped/ana"


def test_the_same_rollout_of_a_log_that_was_begun_anew_is_another_order(world: World):
    new = world.land("api/app.py")
    keys = set()
    for minutes in (0, 1):
        world.now += timedelta(minutes=minutes)
        world.book = MemoryStore()
        world.serves["api"] = [(world.old, 1.0)]
        world.ask("api", new, id="api-production-1")
        world.carry()
        keys.add(world.brought[-1].key)
    assert len(keys) == len(world.brought) == 2


def test_what_fails_its_check_is_rolled_back_and_held_and_everybody_is_told(world: World):
    world.routes = (Route(("chat",)), Route(("pager", "chat"), Severity.CRITICAL))
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new, reason="the sale")
    world.carry()
    assert world.end().end is End.ROLLED_BACK
    assert world.serves["api"] == [(world.old, 1.0)]
    assert [order.commit for order in world.brought] == [new, world.old]
    [hold] = world.book.holds(world.now)
    assert "500 in place of 200" in hold.hold.reason and hold.hold.by == "unshipped"
    told = world.book.undelivered()
    assert sorted(one.receiver for one in told) == ["chat", "pager"]
    assert told[0].why == f"api/production: {new[:9]} was rolled back"
    assert "What went out and came back:" in told[0].body
    assert f"`unshipped rollouts {world.book.rollouts()[0].id}`" in told[0].body
    assert "Keep prices in cents (#&#8203;9) (Ana)" in told[0].body
    assert [one.kind for one in world.book.deployments(since=world.now.replace(year=2020))] == [
        "upgraded",
        "rolledback",
    ]


def test_a_success_wakes_nobody_whom_only_the_worst_is_told(world: World):
    world.routes = (Route(("chat",)), Route(("pager",), Severity.CRITICAL))
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert [one.receiver for one in world.book.undelivered()] == ["chat"]


def test_another_revision_that_serves_is_no_success_however_healthy_it_is(world: World):
    new = world.land("api/app.py")
    world.bring = lambda order, _: None
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.ROLLED_BACK
    assert f"{world.old[:9]} serves" in world.end().reason


def test_a_revision_that_comes_and_goes_does_not_serve(world: World):
    new = world.land("api/app.py")
    world.recipes["api/production"] = RECIPE._replace(identity=RECIPE.identity._replace(within=20, times=3))
    looks = iter([new, new, world.old] * 20)

    class Flapping(list):
        def __iter__(self):
            return iter([(next(looks), 1.0)])

    def bring(order, _) -> None:
        world.serves["api"] = Flapping() if order.commit == new else [(order.commit, 1.0)]

    world.bring = bring
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.ROLLED_BACK


@pytest.mark.parametrize(("minutes", "end"), [(-60, End.STOPPED), (0, End.PROVEN)])
def test_what_runs_since_before_its_commit_was_made_is_not_proven(world: World, minutes: int, end: End):
    """It says the new commit, as a label that somebody changes does, and nobody has started it anew."""
    new = world.land("api/app.py")
    world.since = world.repo.clock + timedelta(minutes=minutes)
    world.ask("api", new)
    world.carry()
    assert (world.end().end, "is older than" in world.end().reason) == (end, end is End.STOPPED)


def test_a_check_that_could_not_run_stops_for_a_person(world: World):
    new = world.land("api/app.py")
    world.probe = failing(new, Went.COULD_NOT)
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.STOPPED
    assert world.serves["api"] == [(new, 1.0)]
    assert world.book.holds(world.now)


def test_a_deploy_of_which_nobody_knows_how_it_went_stops_for_a_person(world: World):
    def bring(order, _) -> None:
        raise DeployError("no answer after 600 s", certain=False)

    world.bring = bring
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert (world.end().end, "no answer after 600 s" in world.end().reason) == (End.STOPPED, True)


@pytest.mark.parametrize(("died", "end"), [(False, End.REFUSED), (True, End.STOPPED)])
def test_what_fails_before_anything_is_asked_for_says_nothing_of_an_earlier_attempt(
    world: World, died: bool, end: End
):
    new = world.land("api/app.py")

    def bring(order: Order, _: object) -> None:
        if order.commit == new:
            raise DeployError("the registry does not answer", early=True)

    world.bring = bring
    world.ask("api", new)
    [rollout] = take_up(world.crew())
    if died:
        world.book.take(rollout, 1, "another", world.now)
    world.carry()
    assert world.end().end is end


def test_traffic_that_could_not_be_asked_for_is_no_failure_of_the_revision(world: World):
    new = world.land("api/app.py")

    def shift(order: Order, _: object) -> None:
        raise DeployError("the platform does not answer", early=True)

    world.recipes["api/production"] = RECIPE._replace(shares=(0.1,))
    world.shift = shift
    world.ask("api", new)
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.STOPPED, [(world.old, 1.0)])
    assert marked(new, world.book.pasts(["api/production"], 20)["api/production"], world.now) == ""


def test_a_cancel_while_traffic_is_asked_for_goes_back(world: World):
    def shift(order: Order, progress: Progress) -> None:
        world.book.cancel(order.rollout, "ben", "not now", world.now)
        while not progress.cancelled():
            time.sleep(0.1)
        raise DeployError("cancelled while waiting for another one", early=True)

    world.recipes["api/production"] = RECIPE._replace(shares=(0.1,))
    world.shift = shift
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.ROLLED_BACK, [(world.old, 1.0)])


def test_what_cannot_be_deployed_changes_nothing_of_what_somebody_deployed_by_hand(world: World):
    """The revision that passed last is older than what serves: a way back would undo changes."""
    world.ask("api", world.land("api/app.py"))
    world.carry()
    by_hand, new = world.land("api/app.py"), world.land("api/app.py")
    world.serves["api"] = [(by_hand, 1.0)]

    def bring(order: Order, _: object) -> None:
        if order.commit == new:
            raise DeployError("the registry has no image of it", early=True)
        world.serves["api"] = [(order.commit, 1.0)]

    world.bring, world.announce = bring, ("events",)
    world.ask("api", new)
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.REFUSED, [(by_hand, 1.0)])
    assert not world.book.holds(world.now)
    assert marked(new, world.book.pasts(["api/production"], 20)["api/production"], world.now) == ""
    told = [json.loads(one.body)["end"] for one in world.book.undelivered()]
    assert told == [None, "refused"], "who heard that it begins hears of its end"


def test_a_cancel_before_anything_is_asked_for_takes_nothing_back(world: World):
    world.ask("api", world.land("api/app.py"))
    world.carry()
    by_hand, new = world.land("api/app.py"), world.land("api/app.py")
    world.serves["api"] = [(by_hand, 1.0)]

    def bring(order: Order, progress: Progress) -> None:
        world.book.cancel(order.rollout, "ben", "not now", world.now)
        while not progress.cancelled():
            time.sleep(0.1)
        raise DeployError("cancelled while waiting for another one", early=True)

    world.bring = bring
    world.ask("api", new)
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.REFUSED, [(by_hand, 1.0)])


def test_a_bug_of_a_deployer_ends_the_rollout_all_the_same(world: World):
    def bring(order, _) -> None:
        raise ZeroDivisionError("by zero")

    world.bring = bring
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert (world.end().end, "ZeroDivisionError: by zero" in world.end().reason) == (End.STOPPED, True)


def test_without_anything_to_go_back_to_it_stops(world: World):
    new = world.land("api/app.py")
    world.gone.add(world.old)
    world.probe = failing(new)
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.STOPPED
    [rollout] = world.book.rollouts()
    assert rollout.plan.notes == (
        f"{world.old[:9]} cannot be brought again: its image was cleaned away",
        "there is no revision that it could be rolled back to",
    )


def test_it_goes_back_to_the_last_revision_that_passed_and_not_to_the_one_before(world: World):
    good = world.land("api/app.py")
    world.ask("api", good)
    world.carry()
    worse = world.land("api/app.py")
    world.serves["api"] = [(worse, 1.0)]  # somebody else deployed it: it never passed
    newest = world.land("api/app.py")
    world.probe = failing(newest)
    world.ask("api", newest)
    world.carry()
    assert world.end().end is End.ROLLED_BACK
    assert world.serves["api"] == [(good, 1.0)]


def test_a_rollback_that_fails_is_not_rolled_back(world: World):
    new = world.land("api/app.py")
    world.serves["api"] = [(new, 1.0)]
    world.probe = failing(world.old)
    world.ask("api", world.old, rollback=True)
    world.carry()
    assert (world.end().end, "never rolled back" in world.end().reason) == (End.STOPPED, True)


def test_a_canary_grows_share_by_share_and_is_proven_at_each(world: World):
    world.recipes["api/production"] = RECIPE._replace(shares=(0.1, 0.5), bake=60)
    new = world.land("api/app.py")
    seen = []

    def probe(order, _) -> Probed:
        seen.append(dict(world.serves["api"]))
        return Probed(Went.PASSED, "200")

    world.probe = probe
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.PROVEN
    assert seen[::2] == [{new: 0.1, world.old: 0.9}, {new: 0.5, world.old: 0.5}, {new: 1.0}]


def test_a_canary_that_fails_takes_all_of_the_traffic_back(world: World):
    world.recipes["api/production"] = RECIPE._replace(shares=(0.1,))
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new)
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.ROLLED_BACK, [(world.old, 1.0)])


def test_a_wait_is_as_long_as_it_should_be(world: World):
    world.recipes["api/production"] = RECIPE._replace(bake=600)
    world.ask("api", world.land("api/app.py"))
    began = world.now
    world.carry()
    assert world.end().end is End.PROVEN
    assert 600 <= (world.now - began).total_seconds() < 620


def test_somebody_cancels_it_and_it_goes_back(world: World):
    new = world.land("api/app.py")

    def bring(order, progress) -> None:
        world.serves["api"] = [(order.commit, 1.0)]
        if order.commit == new:
            world.book.cancel(order.rollout, "ben", "not now", world.now)

    world.bring = bring
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.ROLLED_BACK
    assert "cancelled by ben: not now" in world.end().reason
    world.bring = None
    again = world.ask("api", new, despite=(Despite.HELD,))
    world.carry()
    assert world.book.wishes(ids=[again.id])[0].why.endswith("(cancelled by ben: not now)")


@pytest.mark.parametrize(("rollback", "end"), [(False, End.ROLLED_BACK), (True, End.STOPPED)])
def test_a_cancel_in_the_last_step_is_heeded_too(world: World, rollback: bool, end: End):
    new = world.land("api/app.py")

    def probe(order: Order, _: object) -> Probed:
        if order.commit == new:
            world.book.cancel(order.rollout, "ben", "not now", world.now)
        return Probed(Went.PASSED, "200")

    world.probe = probe
    world.ask("api", new, rollback=rollback)
    world.carry()
    assert (world.end().end, "cancelled by ben: not now" in world.end().reason) == (end, True)
    assert world.serves["api"] == [(new if rollback else world.old, 1.0)]


def test_what_is_cancelled_before_anything_was_touched_has_touched_nothing(world: World):
    world.ask("api", world.land("api/app.py"))
    crew = world.crew()
    [rollout] = take_up(crew)
    world.book.cancel(rollout, "ben", "", world.now)
    world.carry()
    assert (world.end().end, world.brought) == (End.REFUSED, [])
    assert not world.book.holds(world.now)
