"""What is asked for together: what goes first is there first, and what comes after it heeds its end."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta

import pytest

from tests.support.crew import RECIPE, World
from unshipped.app.cancel import cancel
from unshipped.app.reconcile import reconcile
from unshipped.app.take_up import take_up
from unshipped.cli.deploy import carried_out
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.logged.rolling import Fate
from unshipped.core.model import Severity, State
from unshipped.core.recipe import Mode
from unshipped.core.rollout import End, Went
from unshipped.core.windows import Asked
from unshipped.ports.deploying import Probed
from unshipped.stores.memory import MemoryStore


class Busy(MemoryStore):
    """A log in which somebody begins what may begin whenever something is asked for."""

    world: World

    def wish(self, *asked: Asked) -> bool:
        done = super().wish(*asked)
        take_up(self.world.crew())
        return done


@pytest.fixture
def busy(tmp_path) -> World:
    """The worker goes first; it is declared last."""
    book = Busy()
    book.world = world = World(tmp_path, book=book)
    world.recipes["api/production"] = RECIPE._replace(after=("worker",), mode=Mode.AUTO)
    world.recipes["worker/production"] = RECIPE._replace(mode=Mode.AUTO)
    return world


def test_what_goes_first_does_so_however_quickly_the_others_are_taken_up(busy: World):
    new = busy.land("shared/money.py")
    wishes = [busy.wish(name, new, batch="b1") for name in ("api", "worker")]
    options = Namespace(plan=False, queue=True, format="text")
    carried_out(options, None, busy.book, busy.crew(), wishes)  # type: ignore[arg-type]
    assert [one.plan.service for one in busy.book.rollouts()] == ["worker"]


def test_what_comes_after_one_that_was_cancelled_in_the_queue_is_not_deployed_alone(world: World):
    world.recipes["api/production"] = RECIPE._replace(after=("worker",))
    new = world.land("shared/money.py")
    first = world.ask("worker", new, batch="b1", needs_approval=True)
    second = world.ask("api", new, batch="b1")
    take_up(world.crew())
    cancel(world.book, first.id, "ben", "not now", world.now)
    world.carry()
    [wish] = world.book.wishes(ids=[second.id])
    assert (wish.fate, wish.why) == (Fate.DROPPED, "worker/production was not begun, which goes first")
    assert world.brought == []


def test_what_comes_after_one_that_is_bad_is_not_deployed_alone_and_others_are(world: World):
    world.recipes["api/production"] = RECIPE._replace(after=("worker",))
    new = world.land("shared/money.py")
    world.probe = lambda order, _: Probed(
        Went.FAILED if (order.service, order.commit) == ("worker", new) else Went.PASSED, ""
    )
    world.ask("worker", new)
    world.carry()
    world.probe = None
    world.brought.clear()
    world.targets["page/production"] = world.targets["api/production"]._replace(service="page")
    world.recipes["page/production"], world.serves["page"] = RECIPE, [(world.old, 1.0)]
    for service in ("worker", "api", "page"):
        world.ask(service, new, batch="b1")
    world.carry()
    assert [one.service for one in world.brought] == ["page"]


def test_what_goes_first_does_so_in_its_own_environment(world: World):
    world.recipes["worker/production"] = RECIPE._replace(after=("api",))
    world.targets["api/staging"] = world.targets["api/production"]._replace(environment="staging")
    world.recipes["api/staging"] = RECIPE
    new = world.land("shared/money.py")
    world.probe = lambda order, _: Probed(
        Went.FAILED if order.environment == "staging" else Went.PASSED, "500 in place of 200"
    )
    world.ask("api", new, batch="b1", go_on=True, environment="staging")
    world.carry()
    for service in ("api", "worker"):
        world.ask(service, new, batch="b1", go_on=True)
    world.carry()
    assert (world.end("api").end, world.end("worker").end) == (End.PROVEN, End.PROVEN)


def test_what_comes_after_one_that_serves_already_is_deployed(world: World):
    world.recipes["api/production"] = RECIPE._replace(after=("worker",))
    new = world.land("api/app.py")
    for service in ("worker", "api"):
        world.ask(service, new, batch="b1")
    world.carry()
    assert [one.service for one in world.brought] == ["api"]


def test_what_goes_first_by_itself_does_so_however_quickly_the_others_are_taken_up(busy: World):
    busy.land("shared/money.py")
    since, now = busy.now - timedelta(hours=1), busy.now
    standings = {}
    for service in ("api", "worker"):
        seen = Observation(service, "production", now, State.BEHIND, Severity.INFO, behind_since=since)
        standings[f"{service}/production"] = Standing(seen, since, now, now)
    reconcile(busy.crew(), standings, now)
    assert [one.plan.service for one in busy.book.rollouts()] == ["worker"]
