"""Where a rollout goes back to, and who asks for a way back: to what passed, and never to what is bad."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.crew import BY, RECIPE, World, failing
from unshipped.app.around import by_target
from unshipped.app.asking import PAST, Request, ask, ask_back, held_back, passed_before
from unshipped.app.bad import rolled_back
from unshipped.app.take_up import preview, take_up
from unshipped.core.rollout import End, Went
from unshipped.core.windows import Despite
from unshipped.errors import DeployError, UsageError
from unshipped.ports.deploying import Order


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


def back(world: World) -> str:
    """Where somebody goes back to who does not say it."""
    [one] = ask_back(world.crew(), ["api/production"], Request("ana"), world.now, lambda: "b1")
    return one.commit


def test_what_cannot_be_brought_again_is_not_gone_back_to_and_that_is_said_before(world: World):
    good, bad = world.land("api/app.py"), world.land("api/app.py")
    for commit in (good, bad):
        world.ask("api", commit)
        world.carry()
    world.gone.add(good)
    asked = world.wish("api", back(world), rollback=True)
    told = f"{good[:9]} cannot be brought again: its image was cleaned away; --to names another one"
    [planned] = preview(world.crew(), [asked], world.now)
    assert (planned.wait and planned.wait.reason, planned.wait and planned.wait.final) == (told, True)
    world.book.wish(asked)
    world.carry()
    assert (world.book.wishes(ids=[asked.id])[0].why, world.serves["api"]) == (told, [(bad, 1.0)])


def test_a_registry_that_does_not_say_keeps_nobody_from_going_back(world: World):
    [plan] = preview(world.crew(), [world.wish("api", "unreachable", rollback=True)], world.now)
    doubt = "nobody knows whether unreachab can be brought again: the registry does not answer"
    assert (plan.wait, plan.notes) == (None, (doubt,))


def test_what_is_down_by_now_and_says_nothing_is_not_what_it_goes_back_to(world: World):
    good, broken = world.land("api/app.py"), world.land("api/app.py")
    for commit in (good, broken):
        world.ask("api", commit)
        world.carry()
    world.silent = "connection refused"
    assert back(world) == good

    def bring(order: Order, _: object) -> None:
        raise DeployError("no answer after 600 s", certain=False)

    world.bring = bring
    world.ask("api", good, rollback=True)
    world.carry()
    assert (world.end().end, back(world)) == (End.STOPPED, good), "it is asked for once more"


@pytest.mark.parametrize("shares", [(), (0.1,)])
def test_what_was_gone_back_from_is_bad_also_where_nobody_knew_that_it_served(world: World, shares):
    """It is down an hour after it passed, or a canary of it stopped halfway: no single commit is read."""
    world.recipes["api/production"] = RECIPE._replace(shares=shares)
    good, broken = world.land("api/app.py"), world.land("api/app.py")
    world.ask("api", good)
    world.carry()
    world.probe = failing(broken, Went.COULD_NOT) if shares else None
    world.ask("api", broken)
    world.carry()
    world.silent = "" if shares else "connection refused"

    def bring(order: Order, _: object) -> None:
        world.silent, world.serves["api"] = "", [(order.commit, 1.0)]

    world.bring = bring
    world.ask("api", back(world), rollback=True)
    world.carry()
    again = world.ask("api", broken, despite=(Despite.HELD,))
    world.carry()
    assert world.serves["api"] == [(good, 1.0)]
    assert "is known to be bad" in world.book.wishes(ids=[again.id])[0].why


def test_what_is_down_after_it_was_brought_back_leads_further_back(world: World):
    good, bad = world.land("api/app.py"), world.land("api/app.py")
    world.probe = failing(bad)
    for commit in (good, bad):
        world.ask("api", commit)
        world.carry()
    assert world.end().end is End.ROLLED_BACK
    world.silent = "connection refused"
    assert back(world) == world.old


def test_of_a_canary_that_stopped_it_goes_back_to_what_served(world: World):
    world.recipes["api/production"] = RECIPE._replace(shares=(0.1,))
    good, new = world.land("api/app.py"), world.land("api/app.py")
    world.ask("api", good)
    world.carry()
    world.probe = failing(new, Went.COULD_NOT)
    world.ask("api", new)
    world.carry()
    assert world.serves["api"] == [(new, 0.1), (good, 0.9)]
    assert back(world) == good


@pytest.mark.parametrize(
    ("rollback", "hint"), [(False, "unshipped cancel w2 takes it back, or"), (True, "wait for its end, or")]
)
def test_what_is_gone_back_from_is_known_once_what_is_under_way_has_ended(
    world: World, rollback: bool, hint: str
):
    """Two people see the same errors, or one sees those of a deploy that has not ended: what serves at that
    moment is not what the other one leaves, and before that lies a revision further back than anybody meant.
    """
    good, new = world.land("api/app.py"), world.land("api/app.py")
    for commit in (good, new):
        world.ask("api", commit)
        if commit == good or rollback:
            world.carry()
    if rollback:
        world.ask("api", good, rollback=True)
    take_up(world.crew())
    world.serves["api"] = [(good, 1.0)]
    with pytest.raises(UsageError, match="is under way") as caught:
        back(world)
    assert caught.value.hint.startswith(hint)
    world.carry()
    if not rollback:
        assert back(world) == good


def test_where_somebody_else_has_split_the_traffic_it_has_to_be_said(world: World):
    good = world.land("api/app.py")
    world.ask("api", good)
    world.carry()
    world.serves["api"] = [(world.land("api/app.py"), 0.1), (good, 0.9)]
    with pytest.raises(UsageError, match="several revisions of api/production serve"):
        back(world)


def test_a_way_back_that_is_asked_for_twice_makes_nothing_bad_of_where_it_leads(world: World):
    good, bad = world.land("api/app.py"), world.land("api/app.py")
    for commit in (good, bad):
        world.ask("api", commit)
        world.carry()
    for _ in range(2):
        world.ask("api", good, rollback=True)
        world.carry()
    assert set(rolled_back(world.book.rollouts(target="api/production"))) == {bad}
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new, despite=(Despite.BAD,))
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.ROLLED_BACK, [(good, 1.0)])


def test_what_somebody_goes_back_to_and_is_proven_is_not_bad_any_more(world: World):
    one, other = world.land("api/app.py"), world.land("api/app.py")
    world.probe = failing(one)
    world.ask("api", one)
    world.carry()
    world.probe = None
    world.ask("api", other, despite=(Despite.HELD, Despite.BAD))
    world.carry()
    world.ask("api", one, rollback=True, reason="it was right after all")
    world.carry()
    assert world.end().end is End.PROVEN
    assert set(rolled_back(world.book.rollouts(target="api/production"))) == {other}


@pytest.mark.parametrize("let_go", [False, True])
def test_a_way_back_that_stops_is_held_whatever_became_of_the_hold_of_who_asked(world: World, let_go: bool):
    good, bad = world.land("api/app.py"), world.land("api/app.py")
    for commit in (good, bad):
        world.ask("api", commit)
        world.carry()
    asked = world.wish("api", good, rollback=True, reason="prices are wrong")
    world.book.hold(held_back(asked, world.now))
    [first] = world.book.holds(world.now)
    assert (first.hold.reason, first.hold.by) == ("rollback: prices are wrong", "ana")
    world.book.wish(asked)

    def bring(order: Order, _: object) -> None:
        if let_go:
            world.book.unhold("api", "production", "ben", world.now)
        raise DeployError("no answer after 600 s", certain=False)

    world.bring = bring
    world.carry()
    assert world.end().end is End.STOPPED
    held = world.book.holds(world.now)
    assert [one.hold.by for one in held] == ["ana", "unshipped"][let_go:]
    assert "stopped: " in by_target(held)["api/production"].reason


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


def refused(world: World, times: int, environment: str = "production") -> None:
    """A commit that does not pass its tests is tried again and again, as over a weekend."""
    name = f"api/{environment}"
    world.recipes[name] = RECIPE._replace(before=(("ci", BY),))
    red = world.land("api/app.py")
    world.probe = failing(red)
    for _ in range(times):
        world.ask("api", red, environment=environment, despite=(Despite.HELD,))
        world.carry()
    world.probe = None
    assert {one.outcome.end for one in world.book.rollouts(most=times) if one.outcome} == {End.REFUSED}


def test_what_touched_nothing_does_not_take_the_way_back_and_hides_nothing_bad(world: World):
    good, bad = world.land("api/app.py"), world.land("api/app.py")
    world.probe = failing(bad)
    for commit in (good, bad):
        world.ask("api", commit)
        world.carry()
    refused(world, PAST + 1)
    assert back(world) == world.old
    again = world.ask("api", bad, despite=(Despite.HELD,))
    world.carry()
    assert "is known to be bad" in world.book.wishes(ids=[again.id])[0].why


def test_what_touched_nothing_does_not_keep_what_is_proven_from_being_promoted(world: World):
    world.targets["api/staging"] = world.targets["api/production"]._replace(environment="staging")
    world.recipes["api/staging"] = RECIPE
    world.recipes["api/production"] = RECIPE._replace(promote="staging")
    good = world.land("api/app.py")
    with pytest.raises(UsageError, match="no rollout from here has proven") as refusal:
        ask(world.crew(), ["api/production"], Request("ana"), world.now, lambda: "p0")
    assert refusal.value.hint == "unshipped rollouts api -e staging"
    world.ask("api", good, environment="staging")
    world.carry()
    refused(world, 1, "staging")
    [one] = ask(world.crew(), ["api/production"], Request("ana"), world.now, lambda: "p1")
    assert one.commit == good


def test_who_takes_a_way_back_back_goes_back_to_what_serves_since(world: World):
    good, better = world.land("api/app.py"), world.land("api/app.py")
    for commit in (good, better):
        world.ask("api", commit)
        world.carry()
        world.now += timedelta(hours=1)
    for commit in (good, better):  # it was not the commit after all
        world.ask("api", commit, rollback=True)
        world.carry()
        world.now += timedelta(hours=1)
    assert world.serves["api"] == [(better, 1.0)]
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new, despite=(Despite.HELD,))
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.ROLLED_BACK, [(better, 1.0)])


def test_who_goes_back_to_what_serves_already_makes_nothing_bad_of_it(world: World):
    good = world.land("api/app.py")
    world.ask("api", good)
    world.carry()
    world.ask("api", good, rollback=True)
    world.carry()
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new, despite=(Despite.HELD,))
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.ROLLED_BACK, [(good, 1.0)])
