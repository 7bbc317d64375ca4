"""A rollout while others are at work too: another configuration, another deploy, another lock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.crew import BY, RECIPE, World, failing
from unshipped.app.crew import Crew
from unshipped.app.ours import Known
from unshipped.app.roll_out import advance
from unshipped.app.take_up import take_up
from unshipped.core.rollout import End, Went
from unshipped.core.windows import Lock
from unshipped.errors import UsageError
from unshipped.ports.deploying import Order, Probed


def test_a_change_of_the_configuration_between_plan_and_run_touches_nothing(world: World):
    world.ask("api", world.land("api/app.py"))
    take_up(world.crew())
    world.recipes["api/production"] = RECIPE._replace(checks=())
    world.carry()
    assert (world.end().end, world.brought) == (End.REFUSED, [])
    assert "changed since it was planned" in world.end().reason


def test_what_somebody_else_deployed_between_plan_and_run_is_not_overwritten(world: World):
    world.ask("api", world.land("api/app.py"))
    take_up(world.crew())
    world.serves["api"] = [(world.land("api/app.py"), 1.0)]
    world.carry()
    assert (world.end().end, world.brought) == (End.REFUSED, [])


def test_what_somebody_else_deployed_while_nobody_carried_it_out_is_not_overwritten(world: World):
    """A process dies after it looked and before it deployed; an hour later another one goes on."""
    world.ask("api", world.land("api/app.py"))
    crew = world.crew()
    [rollout] = take_up(crew)
    assert advance(crew, rollout) == 0
    world.serves["api"] = [(world.land("api/app.py"), 1.0)]
    world.now = world.now.replace(hour=13)
    world.carry()
    assert (world.end().end, world.brought) == (End.REFUSED, [])
    assert "serves by now" in world.end().reason and not world.book.holds(world.now)


def test_what_somebody_else_deployed_after_an_attempt_died_is_not_overwritten(world: World):
    world.ask("api", world.land("api/app.py"))
    crew = world.crew()
    [rollout] = take_up(crew)
    assert advance(crew, rollout) == 0
    world.book.take(rollout, 1, "another", world.now)
    world.serves["api"] = [(world.land("api/app.py"), 1.0)]
    world.now = world.now.replace(hour=13)
    world.carry()
    assert (world.end().end, world.brought) == (End.STOPPED, [])
    assert "which somebody else deployed" in world.end().reason


@pytest.mark.parametrize("after", [timedelta(0), timedelta(days=1)])
def test_the_way_back_does_not_go_over_what_somebody_else_deployed(world: World, after: timedelta):
    """A check fails, and before it goes back somebody mends it by hand."""
    new, hotfix = world.land("api/app.py"), world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new)
    crew = world.crew()
    [rollout] = take_up(crew)
    while not any(one.result and one.result.went is Went.FAILED for one in world.book.steps(rollout)):
        advance(crew, rollout)
    world.now += after
    world.serves["api"] = [(hotfix, 1.0)]
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.STOPPED, [(hotfix, 1.0)])
    assert f"{hotfix[:9]} serves by now, which somebody else deployed" in world.end().reason


def test_what_somebody_else_deployed_in_place_of_it_is_left_there(world: World):
    new, hotfix = world.land("api/app.py"), world.land("api/app.py")

    def bring(order: Order, _: object) -> None:
        world.serves["api"] = [(order.commit if order.back else hotfix, 1.0)]

    world.bring = bring
    world.ask("api", new)
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.STOPPED, [(hotfix, 1.0)])


def test_where_nobody_knows_what_serves_it_goes_back_all_the_same(world: World):
    new = world.land("api/app.py")

    def probe(order: Order, _: object) -> Probed:
        world.silent = "it is down" if order.commit == new else ""
        return Probed(Went.FAILED if order.commit == new else Went.PASSED, "500 in place of 200")

    def bring(order: Order, _: object) -> None:
        world.silent, world.serves["api"] = "", [(order.commit, 1.0)]

    world.probe, world.bring = probe, bring
    world.ask("api", new)
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.ROLLED_BACK, [(world.old, 1.0)])


@pytest.mark.parametrize("shares", [(), (0.1,)])
def test_a_canary_takes_no_traffic_away_from_what_somebody_else_deployed(world: World, shares):
    """It is there without any traffic, or has a part of it, when somebody brings a third one by hand."""
    world.recipes["api/production"] = RECIPE._replace(shares=(0.1, 0.5), bake=600)
    new, hotfix = world.land("api/app.py"), world.land("api/app.py")
    world.ask("api", new)
    crew = world.crew()
    [rollout] = take_up(crew)
    while [one.share for one in world.brought] != [0.0, *shares]:
        advance(crew, rollout)
    world.serves["api"] = [(hotfix, 1.0)]
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.STOPPED, [(hotfix, 1.0)])


def test_a_lock_that_came_between_plan_and_run_is_heeded(world: World):
    world.ask("api", world.land("api/app.py"))
    take_up(world.crew())
    world.book.lock(Lock("l1", "the database is moved", "ben", world.now))
    world.carry()
    assert (world.end().end, world.brought) == (End.REFUSED, [])


def another(world: World, recipes: dict) -> Crew:
    """Whoever shares the log and has another configuration."""
    known = Known()
    targets = {name: world.targets[name] for name in recipes}
    known.learn(targets.values(), recipes)
    return world.crew("two")._replace(recipes=recipes, targets=targets, knew=known)


@pytest.mark.parametrize("recipes", [{}, {"api/production": RECIPE._replace(bake=60)}])
def test_who_has_another_configuration_leaves_a_rollout_to_whoever_planned_it(world: World, recipes: dict):
    new = world.land("api/app.py")
    world.ask("api", new)
    [rollout] = take_up(world.crew())
    stranger = another(world, recipes)
    while advance(world.crew(), rollout) is not None:
        assert advance(stranger, rollout)
    assert (world.end().end, {one.by for one in world.book.steps(rollout)}) == (End.PROVEN, {"one"})


def test_what_was_planned_before_the_configuration_was_read_anew_is_not_left_to_somebody_else(world: World):
    world.ask("api", world.land("api/app.py"))
    [rollout] = take_up(world.crew())
    world.recipes["api/production"] = RECIPE._replace(bake=60)
    assert [advance(world.crew(), rollout) for _ in range(2)] == [0, None]
    assert world.end().end is End.REFUSED


def test_who_only_watches_a_target_takes_no_wish_for_it_out_of_the_queue(world: World):
    wish = world.ask("api", world.land("api/app.py"))
    assert take_up(world.crew("two")._replace(recipes={"worker/production": RECIPE})) == []
    assert take_up(world.crew()) == [wish.id]


def test_who_knows_another_way_goes_on_where_nobody_else_did_for_a_minute(world: World):
    world.ask("api", world.land("api/app.py"))
    [rollout] = take_up(world.crew())
    advance(world.crew(), rollout)
    advance(world.crew(), rollout)
    stranger = another(world, {"api/production": RECIPE._replace(checks=(("other", BY),))})
    assert advance(stranger, rollout)
    world.now += timedelta(minutes=2)
    while advance(stranger, rollout) is not None:
        pass
    assert world.end().end is End.STOPPED
    assert "no check 'health' is declared any more" in world.end().reason


@pytest.mark.parametrize("bad", [False, True])
@pytest.mark.parametrize("gone", [False, True])
def test_a_deploy_that_brings_another_configuration_is_carried_out_as_it_was_planned(
    world: World, bad: bool, gone: bool
):
    """As a script does that checks the commit out where the configuration lies."""
    new = world.land("api/app.py")
    world.ask("api", new)
    [rollout] = take_up(world.crew())
    advance(world.crew(), rollout)
    advance(world.crew(), rollout)
    assert world.brought
    if bad:
        world.probe = failing(new)
    if gone:
        del world.recipes["api/production"], world.targets["api/production"]
    else:
        world.recipes["api/production"] = RECIPE._replace(checks=(("other", BY),))
    while advance(world.crew(), rollout) is not None:
        pass
    assert world.end().end is (End.ROLLED_BACK if bad else End.PROVEN), world.end().reason


def test_what_nobody_knows_any_more_is_ended_by_who_cancels_it_or_after_a_day(world: World):
    world.ask("api", world.land("api/app.py"))
    world.ask("worker", world.land("worker/main.py"))
    first, second = take_up(world.crew())
    stranger = another(world, {})
    world.now += timedelta(hours=1)
    assert advance(stranger, first) and advance(stranger, second)
    world.book.cancel(first, "ben", "its service is gone", world.now)
    while advance(stranger, first) is not None:
        pass
    assert world.end("api").reason.startswith("ready")
    assert "cancelled by ben: its service is gone" in world.end("api").reason
    assert advance(stranger, second)
    world.now += timedelta(days=1)
    while advance(stranger, second) is not None:
        pass
    assert (world.end("worker").end, world.brought) == (End.REFUSED, [])
    assert "is not deployed from here any more" in world.end("worker").reason


def test_the_wait_that_a_plan_has_is_no_silence(world: World):
    world.recipes["api/production"] = RECIPE._replace(bake=600)
    world.ask("api", world.land("api/app.py"))
    [rollout] = take_up(world.crew())
    while world.book.steps(rollout)[-1:] == [] or world.book.steps(rollout)[-1].number < 4:
        advance(world.crew(), rollout)
    world.now += timedelta(minutes=9)
    assert advance(another(world, {"api/production": RECIPE}), rollout)


@pytest.mark.parametrize("what", ["check", "deployer"])
def test_what_cannot_be_loaded_any_more_ends_the_rollout(world: World, what: str):
    def gone(*_):
        raise UsageError("its package was taken away")

    world.ask("api", world.land("api/app.py"))
    [rollout] = take_up(world.crew())
    advance(world.crew(), rollout)
    crew = world.crew()
    crew = crew._replace(check=gone) if what == "check" else crew._replace(deployer=gone)
    while advance(crew, rollout) is not None:
        pass
    assert (world.end().end, "its package was taken away" in world.end().reason) == (End.STOPPED, True)
