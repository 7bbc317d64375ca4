"""What is shown before anything begins: what would be, what would wait, and what keeps a wish back now."""

from __future__ import annotations

from tests.support.crew import RECIPE, World
from unshipped.app.take_up import keeping, opening, preview, take_up
from unshipped.core.rollout import Do
from unshipped.core.windows import FULL, Lock


def test_what_is_previewed_is_what_is_done(world: World):
    world.recipes["api/production"] = RECIPE._replace(shares=(0.1,), bake=30)
    asked = world.wish("api", world.land("api/app.py"))
    [seen] = preview(world.crew(), [asked], world.now)
    assert (seen.wait, world.book.wishes(), world.brought) == (None, [], [])
    world.book.wish(asked)
    world.carry()
    [rollout] = world.book.rollouts()
    assert rollout.plan == seen.plan
    done = world.book.steps(rollout.id)
    assert [rollout.plan.steps[one.number] for one in done] == list(seen.plan.steps)
    assert [rollout.plan.steps[one.number].do for one in done].count(Do.DEPLOY) == 1


def test_a_preview_says_what_would_wait(world: World):
    world.book.lock(Lock("l1", "the database is moved", "ben", world.now))
    [seen] = preview(world.crew(), [world.wish("api", world.land("api/app.py"))], world.now)
    assert seen.wait and seen.wait.reason == "locked by ben: the database is moved"
    assert seen.plan


def test_a_preview_says_nothing_of_the_room_there_is_just_now(world: World):
    world.width = 1
    new = world.land("shared/money.py")
    world.ask("worker", new)
    take_up(world.crew())
    [seen] = preview(world.crew(), [world.wish("api", new)], world.now)
    assert seen.wait is None


def test_a_preview_says_what_is_under_way_of_the_same_target(world: World):
    first = world.ask("api", world.land("api/app.py"))
    take_up(world.crew())
    [seen] = preview(world.crew(), [world.wish("api", world.land("api/app.py"))], world.now)
    assert seen.wait and seen.wait.reason == f"rollout {first.id} of it is under way"


def test_a_preview_says_what_will_never_be_deployed_whatever_holds_now(world: World):
    world.book.lock(Lock("l1", "the database is moved", "ben", world.now))
    wish = world.wish("mail", world.old)
    [seen] = preview(world.crew(), [wish], world.now)
    assert (seen.after, seen.wait and seen.wait.reason) == ((), "mail/production is not deployed from here")


def test_a_preview_says_what_goes_first_also_where_that_waits(world: World):
    world.recipes["worker/production"] = RECIPE._replace(after=("api",))
    world.book.lock(Lock("l1", "the database is moved", "ben", world.now, services=("api",)))
    new = world.land("shared/money.py")
    worker, api = preview(world.crew(), [world.wish("worker", new), world.wish("api", new)], world.now)
    assert (worker.wait, worker.after, api.wait is None) == (None, ("api",), False)


def test_a_preview_says_what_goes_first_unless_that_is_not_deployed(world: World):
    world.recipes["worker/production"] = RECIPE._replace(after=("api",))
    new = world.land("shared/money.py")
    wishes = [world.wish("worker", new), world.wish("api", new)]
    worker, api = preview(world.crew(), wishes, world.now)
    assert (worker.wait, worker.notes, api.notes) == (None, ("api is deployed first",), ())
    world.serves["api"] = [(new, 1.0)]
    worker, _ = preview(world.crew(), wishes, world.now)
    assert worker.notes == ()


def test_what_keeps_a_wish_back_is_what_does_by_now(world: World):
    world.book.lock(Lock("l1", "the database is moved", "ben", world.now))
    asked = world.ask("api", world.land("api/app.py"))
    world.carry()
    waiting = world.book.wishes(ids=[asked.id])
    assert keeping(world.crew(), waiting, world.now) == {asked.id: waiting[0].waits}
    assert opening(world.crew(), waiting, world.now) == {}
    world.book.unlock("l1", "ben", world.now)
    assert keeping(world.crew(), waiting, world.now) == {}


def test_where_there_is_no_room_that_is_what_keeps_a_wish_back(world: World):
    world.width = 1
    new = world.land("shared/money.py")
    world.ask("api", new)
    take_up(world.crew())
    asked = world.ask("worker", new)
    assert keeping(world.crew(), world.book.wishes(), world.now) == {asked.id: FULL}
