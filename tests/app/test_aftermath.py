"""What follows from the end of a rollout: who is told, what is written down, and what is looked at next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support import stored
from tests.support.crew import RECIPE, World, failing
from unshipped.app.aftermath import unseen
from unshipped.app.take_up import take_up
from unshipped.core.alerting import Matcher, Route, Topic
from unshipped.core.incidents import Kind
from unshipped.core.logged.observations import Observation
from unshipped.core.model import Severity, State
from unshipped.core.rollout import End
from unshipped.core.windows import Despite
from unshipped.ports.deploying import Order


def told(world: World) -> list[str]:
    return sorted(one.receiver for one in world.book.undelivered())


@pytest.mark.parametrize(
    ("match", "hears"),
    [
        (Matcher(), True),
        (Matcher(services=("a*",), environments=("production",), owners=("Ana",)), True),
        (Matcher(services=("worker",)), False),
        (Matcher(environments=("staging",)), False),
        (Matcher(owners=("Ben",)), False),
    ],
)
def test_who_has_a_part_of_the_fleet_hears_of_the_rollouts_of_that_part(
    world: World, match: Matcher, hears: bool
):
    world.routes = (Route(("chat",), match=match),)
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert told(world) == (["chat"] if hears else [])


def test_who_hears_of_some_kind_of_incident_alone_hears_of_no_rollout(world: World):
    world.routes = (Route(("pager",), kinds=(Kind.UNKNOWN,)), Route(("chat",)))
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert told(world) == ["chat"]


def test_two_routes_to_one_receiver_tell_it_once(world: World):
    world.routes = (Route(("chat", "mail")), Route(("chat", "pager")))
    asked = world.ask("api", world.land("api/app.py"))
    world.carry()
    assert sorted(one.id for one in world.book.undelivered()) == [
        f"{receiver}/rollout/{asked.id}" for receiver in ("chat", "mail", "pager")
    ]


@pytest.mark.parametrize(
    ("end", "least", "loud"),
    [
        (End.PROVEN, Severity.INFO, False),
        (End.REFUSED, Severity.WARNING, True),
        (End.ROLLED_BACK, Severity.CRITICAL, True),
        (End.STOPPED, Severity.CRITICAL, True),
    ],
)
def test_how_bad_an_end_is_says_who_hears_of_it_and_whether_it_wakes_them(
    world: World, end: End, least: Severity, loud: bool
):
    world.routes = tuple(Route((one.word,), one) for one in Severity if one is not Severity.NONE)
    new = world.land("api/app.py")
    if end is End.REFUSED:
        world.recipes["api/production"] = RECIPE._replace(before=(("ci", RECIPE.by),))
    if end is not End.PROVEN:
        world.probe = failing(new)
    world.ask("api", new)
    if end is End.STOPPED:
        world.gone.add(world.old)
    world.carry()
    assert world.end().end is end
    assert told(world) == sorted(one.word for one in Severity if Severity.NONE < one <= least)
    assert {(one.topic, one.loud) for one in world.book.undelivered()} == {(Topic.ROLLOUT, loud)}


def test_a_rollout_of_what_is_declared_no_longer_is_told_to_whom_every_owner_is_one(world: World):
    world.routes = (Route(("chat",)), Route(("mail",), match=Matcher(owners=("Ana",))))
    world.ask("api", world.land("api/app.py"))
    [rollout] = take_up(world.crew())
    world.book.cancel(rollout, "ben", "", world.now)
    del world.targets["api/production"]
    world.carry()
    assert told(world) == ["chat"]


@pytest.mark.parametrize(("back", "word"), [(True, "rolled back"), (False, "stopped")])
def test_the_hold_that_it_leaves_says_which_rollout_it_is_from_and_why(world: World, back: bool, word: str):
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.recipes["api/production"] = RECIPE._replace(rollback=back)
    asked = world.ask("api", new)
    world.carry()
    [kept] = world.book.holds(world.now)
    assert (kept.id, kept.target, kept.hold.by) == (f"{asked.id}-end", "api/production", "unshipped")
    assert kept.hold.reason == f"rollout {asked.id} was {word}: {world.end().reason}"


def kinds(world: World) -> list[tuple[str, str]]:
    found = world.book.deployments(since=world.now - timedelta(days=1))
    return [(one.kind, one.commit) for one in sorted(found, key=lambda one: one.when)]


def test_what_has_to_stay_well_for_a_time_is_written_down_once(world: World):
    world.recipes["api/production"] = RECIPE._replace(bake=60, shares=(0.5,))
    new = world.land("api/app.py")
    world.ask("api", new)
    world.carry()
    assert kinds(world) == [("upgraded", new)]


def test_where_nobody_knew_what_served_it_was_deployed_and_not_upgraded(world: World):
    new = world.land("api/app.py")
    world.serves["api"] = [(world.old, 0.5), (world.land("api/app.py"), 0.5)]
    world.ask("api", new, despite=(Despite.UNKNOWN, Despite.AHEAD))
    world.carry()
    assert kinds(world) == [("deployed", new)]


def test_what_is_asked_for_as_a_way_back_is_written_down_as_one(world: World):
    new = world.land("api/app.py")
    world.serves["api"] = [(new, 1.0)]
    world.ask("api", world.old, rollback=True)
    world.carry()
    assert kinds(world) == [("rolledback", world.old)]


def test_what_never_came_to_serve_was_not_deployed(world: World):
    def bring(order: Order, _: object) -> None:
        if order.commit == world.old:
            world.serves["api"] = [(order.commit, 1.0)]

    world.bring = bring
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert kinds(world) == [("rolledback", world.old)]


def looked(world: World, minutes: float = 0) -> None:
    at = world.now + timedelta(minutes=minutes)
    seen = Observation("api", "production", at, State.IN_SYNC, Severity.NONE, quiet=True)
    stored.seen(world.book, [seen], (), at)  # type: ignore[arg-type]


def test_what_a_rollout_changed_is_looked_at_next_unless_somebody_did_since(world: World):
    looked(world)
    world.ask("api", world.land("api/app.py"))
    take_up(world.crew())
    assert unseen(world.book, world.now) == set()
    world.carry()
    [rollout] = world.book.rollouts()
    assert unseen(world.book, world.now) == {"api/production"}
    world.now = rollout.ended_at or world.now
    looked(world)  # at that very moment: it may have seen what served before
    assert unseen(world.book, world.now) == {"api/production"}
    looked(world, minutes=1)
    assert unseen(world.book, world.now) == set()


def test_of_several_rollouts_the_last_one_says_since_when_nobody_has_looked(world: World):
    for _ in range(2):
        world.ask("api", world.land("api/app.py"))
        world.carry()
        world.now += timedelta(minutes=1)
        looked(world)
    assert unseen(world.book, world.now) == set()
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert unseen(world.book, world.now) == {"api/production"}


def test_what_nobody_looked_at_for_ten_minutes_is_left_to_the_next_round(world: World):
    world.ask("api", world.land("api/app.py"))
    world.carry()
    [rollout] = world.book.rollouts()
    assert rollout.ended_at
    assert unseen(world.book, rollout.ended_at + timedelta(minutes=10, seconds=-1)) == {"api/production"}
    assert unseen(world.book, rollout.ended_at + timedelta(minutes=10)) == set()
