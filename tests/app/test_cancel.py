"""What somebody wants ended is ended, also where it begins at that very moment."""

from __future__ import annotations

import pytest

from tests.support.crew import World, failing
from unshipped.app.cancel import cancel
from unshipped.app.take_up import take_up
from unshipped.core.rollout import End
from unshipped.core.windows import Despite
from unshipped.stores.memory import MemoryStore


class Begins(MemoryStore):
    """A log in which what waits is begun at the moment at which the queue, or what is under way, is asked."""

    world: World
    at: str

    def drop(self, *asked, **more) -> bool:
        if self.at == "before":
            take_up(self.world.crew())
        dropped = super().drop(*asked, **more)
        if self.at == "after":
            take_up(self.world.crew())
        return dropped


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("before", "it ends, and touches nothing"),
        ("after", "taken out of the queue"),
        ("never", "taken out of the queue"),
    ],
)
def test_a_cancel_is_heeded_whenever_it_begins(world: World, at: str, told: str):
    world.book = book = Begins()
    book.world, book.at = world, at
    asked = world.ask("api", world.land("api/app.py"))
    assert cancel(book, asked.id, "ben", "not now", world.now) == told
    book.at = "never"
    assert cancel(book, asked.id, "ben", "not now", world.now) == ""
    world.carry()
    [wish] = book.wishes(ids=[asked.id])
    [said] = [one.outcome.reason for one in book.rollouts() if one.outcome] or [wish.why]
    assert (world.brought, "cancelled by ben: not now" in said) == ([], True)


@pytest.mark.parametrize(
    ("reason", "why"), [("", "cancelled by ben"), ("not now", "cancelled by ben: not now")]
)
def test_who_takes_it_out_of_the_queue_need_not_say_why(world: World, reason: str, why: str):
    asked = world.ask("api", world.land("api/app.py"))
    assert cancel(world.book, asked.id, "ben", reason, world.now) == "taken out of the queue"
    assert world.book.wishes(ids=[asked.id])[0].why == why


def cancelling(world: World, back: bool = False) -> list[str]:
    """Somebody cancels while it is brought, on the way there or back; answers what they are told."""
    told: list[str] = []

    def bring(order, _) -> None:
        world.serves["api"] = [(order.commit, 1.0)]
        if order.back == back:
            told.append(cancel(world.book, order.rollout, "ben", "the wrong service", world.now))

    world.bring = bring
    return told


def test_who_cancels_is_told_what_follows(world: World):
    told = cancelling(world)
    new = world.land("api/app.py")
    world.ask("api", new)
    world.carry()
    assert (told, world.end().end) == (["it goes back"], End.ROLLED_BACK)


def test_a_cancelled_way_back_stops(world: World):
    told = cancelling(world)
    world.serves["api"] = [(world.land("api/app.py"), 1.0)]
    world.ask("api", world.old, rollback=True)
    world.carry()
    assert (told, world.end().end) == (["it stops as it is, and is held"], End.STOPPED)


def test_what_goes_back_already_does_so_for_its_own_reason(world: World):
    new = world.land("api/app.py")
    world.probe, told = failing(new), cancelling(world, back=True)
    world.ask("api", new)
    world.carry()
    assert (told, world.end().end) == (["it goes back already"], End.ROLLED_BACK)
    again = world.ask("api", new, despite=(Despite.HELD,))
    world.carry()
    assert "ben" not in world.book.wishes(ids=[again.id])[0].why, "nobody cancelled what failed its check"
