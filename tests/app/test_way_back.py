"""Where a rollout goes back to, and who asks for a way back: to what passed, and never to what is bad."""

from __future__ import annotations

from datetime import timedelta

from tests.support.crew import World, failing
from unshipped.app.asking import passed_before
from unshipped.core.rollout import End
from unshipped.core.windows import Despite


def test_what_passed_before_and_is_brought_again_goes_back_to_what_serves(world: World):
    new = world.land("api/app.py")
    world.ask("api", new)
    world.carry()
    world.serves["api"], world.probe = [(world.old, 1.0)], failing(new)  # somebody took it back by hand
    world.ask("api", new)
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.ROLLED_BACK, [(world.old, 1.0)])


def test_it_never_goes_back_to_what_passed_once_and_was_rolled_back_since(world: World):
    good, bad = world.land("api/app.py"), world.land("api/app.py")
    for commit in (good, bad):
        world.ask("api", commit)
        world.carry()
    world.now += timedelta(hours=1)
    world.serves["api"], world.probe = [(good, 1.0)], failing(bad)  # somebody took it back by hand
    world.ask("api", bad)
    world.carry()
    world.now += timedelta(hours=1)
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new, despite=(Despite.HELD, Despite.BAD), reason="it is mended")
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.ROLLED_BACK, [(good, 1.0)])


def test_who_goes_back_twice_goes_further_back_and_not_forward_to_the_bad_one(world: World):
    good, bad = world.land("api/app.py"), world.land("api/app.py")
    for commit in (good, bad):
        world.ask("api", commit)
        world.carry()
        world.now += timedelta(hours=1)
    for served, before in ((bad, good), (good, world.old)):
        assert passed_before(world.book.rollouts(target="api/production"), served) == before
        world.ask("api", before, rollback=True, despite=(Despite.HELD,))
        world.carry()
        world.now += timedelta(hours=1)
    assert world.serves["api"] == [(world.old, 1.0)]


def test_what_was_taken_back_stays_so_whatever_the_clock_of_who_deployed_it_said(world: World):
    bad = world.land("api/app.py")
    world.now += timedelta(minutes=5)  # a worker whose clock is ahead
    world.ask("api", bad)
    world.carry()
    world.now -= timedelta(minutes=4)  # another one's is right
    world.ask("api", world.old, rollback=True)
    world.carry()
    world.now += timedelta(hours=1)
    world.ask("api", bad)
    world.carry()
    assert world.serves["api"] == [(world.old, 1.0)]
