"""What comes after a rollout has begun and before it touches anything: it ends, and nothing was touched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.crew import BEGIN, BY, RECIPE, World
from unshipped.app.roll_out import advance
from unshipped.app.take_up import take_up
from unshipped.core.hours import WorkingHours
from unshipped.core.logged.journal import Kept
from unshipped.core.logged.retention import Retention
from unshipped.core.model import Hold
from unshipped.core.rollout import End, Went
from unshipped.core.windows import Despite, Freeze, Lock
from unshipped.ports.deploying import Probed

LATER = BEGIN + timedelta(hours=5)
HELD = Kept("h1", "api", "production", Hold("the sale", "ben"), BEGIN)


def while_a_check_before_runs(world: World, happens) -> None:
    """What happens while it is looked whether the commit passed its tests, which takes five minutes."""

    def probe(_order, _progress) -> Probed:
        happens()
        world.now += timedelta(minutes=5)
        return Probed(Went.PASSED, "green")

    world.recipes["api/production"] = RECIPE._replace(before=(("ci", BY),), checks=())
    world.probe = probe


def test_a_cancel_while_it_looks_takes_nothing_back(world: World):
    """Somebody deployed by hand since: the revision that passed last is older than what serves."""
    world.ask("api", world.land("api/app.py"))
    world.carry()
    by_hand, new = world.land("api/app.py"), world.land("api/app.py")
    world.serves["api"] = [(by_hand, 1.0)]
    world.brought.clear()
    world.ask("api", new)
    crew = world.crew()
    [rollout] = take_up(crew)

    def source(*asked):
        world.book.cancel(rollout, "ben", "not now", world.now)
        return world.crew().source(*asked)

    while advance(crew._replace(source=source), rollout) is not None:
        pass
    assert (world.end().end, world.brought, world.serves["api"]) == (End.REFUSED, [], [(by_hand, 1.0)])
    assert world.end().reason == "cancelled by ben: not now; nothing was touched"
    assert not world.book.holds(world.now)


HAPPENS: dict[str, Callable[[World], object]] = {
    "lock": lambda world: world.book.lock(Lock("l1", "the database is moved", "ben", world.now)),
    "hold": lambda world: world.book.hold(HELD),
    "freeze": lambda world: declare(world, freezes=(Freeze(BEGIN, LATER, "the sale", "ben"),)),
    "window": lambda world: declare(world, windows=(WorkingHours((3,), 0, 12 * 60 + 3, "UTC"),)),
}


def declare(world: World, **more) -> None:
    world.recipes["api/production"] = world.recipes["api/production"]._replace(**more)


@pytest.mark.parametrize("what", HAPPENS)
def test_what_comes_while_a_check_before_runs_is_heeded(world: World, what: str):
    while_a_check_before_runs(world, lambda: HAPPENS[what](world))
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert (world.end().end, world.brought) == (End.REFUSED, [])


def test_what_is_deployed_by_hand_while_a_check_before_runs_is_not_undone(world: World):
    new, newer = world.land("api/app.py"), world.land("api/app.py")
    while_a_check_before_runs(world, lambda: world.serves.update(api=[(newer, 1.0)]))
    world.ask("api", new)
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.REFUSED, [(newer, 1.0)])
    assert world.end().reason == f"{newer[:9]} serves by now, not {world.old[:9]}; nothing was touched"


def test_a_hold_that_comes_while_nobody_carries_it_out_is_heeded(world: World):
    world.ask("api", world.land("api/app.py"))
    [rollout] = take_up(world.crew())
    advance(world.crew(), rollout)
    world.now += timedelta(hours=2)
    world.book.hold(HELD)
    while advance(world.crew("two"), rollout) is not None:
        pass
    assert (world.end().end, world.brought) == (End.REFUSED, [])
    assert world.end().reason == "hold by ben: the sale; nothing was touched"


def test_what_is_declared_no_longer_while_nobody_carries_it_out_is_not_touched(world: World):
    world.ask("api", world.land("api/app.py"))
    [rollout] = take_up(world.crew())
    advance(world.crew(), rollout)
    del world.recipes["api/production"], world.targets["api/production"]
    world.carry()
    assert (world.end().end, world.brought) == (End.STOPPED, [])
    assert "api/production is not deployed from here any more" in world.end().reason


def test_what_was_stepped_over_stays_so_and_a_way_back_waits_for_a_lock_alone(world: World):
    new = world.land("api/app.py")
    while_a_check_before_runs(world, lambda: world.book.hold(HELD))
    world.ask("api", new, despite=(Despite.HELD,))
    world.carry()
    assert world.end().end is End.PROVEN
    world.ask("api", world.old, rollback=True)
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.PROVEN, [(world.old, 1.0)])


def test_what_comes_after_the_first_touch_leaves_nothing_half_done(world: World):
    def bring(order, _) -> None:
        world.serves["api"] = [(order.commit, 1.0)]
        world.book.hold(HELD)

    world.bring = bring
    world.ask("api", new := world.land("api/app.py"))
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.PROVEN, [(new, 1.0)])


@pytest.mark.parametrize("locked", [False, True])
def test_of_a_wish_that_was_pruned_a_lock_is_heeded_still(world: World, locked: bool):
    world.ask("api", world.land("api/app.py"))
    [rollout] = take_up(world.crew())
    world.now += timedelta(days=400)
    world.book.prune(Retention(deployments=1.0), world.now)
    assert not world.book.wishes(ids=[rollout])
    if locked:
        world.book.lock(Lock("l1", "the database is moved", "ben", world.now))
    world.carry()
    assert world.end().end is (End.REFUSED if locked else End.PROVEN)
