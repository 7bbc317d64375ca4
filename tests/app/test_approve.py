"""Who may approve of what waits: decided when it is approved, and once more before it begins."""

from __future__ import annotations

import pytest

from tests.support.crew import RECIPE, World
from unshipped.app.approve import Refusal, approve
from unshipped.app.asking import Request, ask, ask_back
from unshipped.app.take_up import take_up
from unshipped.core.logged.rolling import Wish
from unshipped.core.windows import Asked, Despite
from unshipped.stores.memory import MemoryStore


@pytest.fixture
def world(tmp_path) -> World:
    made = World(tmp_path)
    made.land("api/app.py")
    made.recipes = dict.fromkeys(made.recipes, RECIPE._replace(another=True))
    return made


def asked(world: World, **more) -> Asked:
    request = Request(**({"by": "ana"} | more))
    (found,) = ask(world.crew(), ["api/production"], request, world.now, lambda: "w1")
    world.book.wish(found)
    return found


def approved(world: World, by: str) -> Wish | Refusal:
    return approve(world.book, world.recipes, "w1", by, world.now, "command")


def test_whatever_a_person_asks_for_waits_for_another_one(world: World):
    asked(world)
    refusal = approved(world, "ana")
    assert isinstance(refusal, Refusal) and "somebody other than ana" in refusal.reason
    assert take_up(world.crew()) == []
    assert isinstance(approved(world, "ben"), Wish)
    assert take_up(world.crew()) == ["w1"]


def test_where_anyone_may_nothing_waits_unless_it_is_asked_for(world: World):
    world.recipes = dict.fromkeys(world.recipes, RECIPE)
    assert not asked(world).needs_approval
    assert take_up(world.crew()) == ["w1"]


def test_what_was_approved_alone_before_it_had_to_be_another_waits(world: World):
    world.recipes = dict.fromkeys(world.recipes, RECIPE)
    asked(world, needs_approval=True)
    assert isinstance(approved(world, "ana"), Wish)
    world.recipes = dict.fromkeys(world.recipes, RECIPE._replace(another=True))
    assert take_up(world.crew()) == []
    [waiting] = world.book.wishes()
    assert waiting.waits == "ana asked for it: somebody other than ana has to approve it"
    assert isinstance(approved(world, "ben"), Wish)
    assert take_up(world.crew()) == ["w1"]


def test_what_is_stepped_over_is_written_into_the_plan(world: World):
    asked(world, reason="the shop is down", despite=(Despite.UNAPPROVED,))
    assert take_up(world.crew()) == ["w1"]
    [rollout] = world.book.rollouts()
    assert (rollout.plan.notes, rollout.plan.reason) == (("despite unapproved",), "the shop is down")


def test_what_does_not_wait_any_more_is_not_approved_and_that_is_written_down(world: World):
    asked(world)
    world.book.drop("w1", "cancelled", world.now)
    assert approved(world, "ben") == Refusal("it does not wait any more")
    [action] = world.book.actions(since=world.now)
    assert (action.by, action.what, action.reason) == ("ben", "approve", "refused: it does not wait any more")


def test_who_approves_is_written_down_before_it_begins(world: World):
    asked(world)
    assert isinstance(approved(world, "ben"), Wish)
    [action] = world.book.actions(since=world.now)
    assert action[1:] == ("ben", "approve", "w1", "", "command")


def test_what_nobody_asked_for_is_not_approved(world: World):
    assert approved(world, "ben") == Refusal("it does not wait any more")


def test_what_begins_at_that_very_moment_is_not_approved(world: World):
    asked(world)

    class Begins(MemoryStore):
        def approve(self, *given) -> None:
            return None

    world.book.__class__ = Begins
    assert approved(world, "ben") == Refusal("it has just begun, or was taken out")
    said = [one.reason for one in world.book.actions(since=world.now)]
    assert sorted(said) == ["", "refused: it has just begun, or was taken out"]


def test_who_may_not_approve_is_told_who_may_and_how_it_goes_where_that_cannot_wait(world: World):
    made = asked(world)
    refusal = approved(world, "ana")
    assert isinstance(refusal, Refusal)
    assert refusal.hint == (
        "let anybody else who may deploy api approve it; where that cannot wait: unshipped deploy api "
        f"-e production --to {made.commit[:12]} --despite unapproved --reason TEXT"
    )


def test_what_is_not_declared_here_is_decided_once_more_where_it_begins(world: World):
    asked(world)
    declared, world.recipes = world.recipes, {}
    assert isinstance(approved(world, "ana"), Wish)
    world.recipes = declared
    assert take_up(world.crew()) == []
    assert "somebody other than ana" in world.book.wishes()[0].waits


@pytest.mark.parametrize("to", ["", "old", "main"])
def test_only_to_what_served_there_a_way_back_waits_for_nobody(world: World, to: str):
    live = world.land("api/app.py")
    world.ask("api", live)
    world.carry()
    never = world.land("api/app.py")
    request = Request(by="ana", reason="it is slow", to={"": "", "old": world.old, "main": never}[to])
    (found,) = ask_back(world.crew(), ["api/production"], request, world.now, lambda: "w2")
    assert (found.rollback, found.needs_approval) == (True, to == "main")
