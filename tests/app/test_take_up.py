"""Which wishes are taken up, in which order, and what is never done for one of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.crew import RECIPE, World, failing
from unshipped.app.take_up import opening, preview, take_up
from unshipped.core.logged.journal import Kept
from unshipped.core.logged.rolling import Fate
from unshipped.core.model import Hold, SourceSpec
from unshipped.core.rollout import End, Went
from unshipped.core.windows import FULL, Despite
from unshipped.errors import GitError
from unshipped.ports.deploying import Probed
from unshipped.stores.memory import MemoryStore


def test_older_never_goes_over_newer_but_for_a_rollback(world: World):
    new = world.land("api/app.py")
    world.serves["api"] = [(new, 1.0)]
    asked = world.ask("api", world.old, despite=tuple(Despite))
    world.carry()
    [wish] = world.book.wishes(ids=[asked.id])
    assert (wish.fate, "what serves is newer" in wish.why) == (Fate.DROPPED, True)
    world.ask("api", world.old, rollback=True)
    world.carry()
    assert world.serves["api"] == [(world.old, 1.0)]
    assert world.end().end is End.PROVEN


def test_code_that_only_production_has_is_not_lost_without_a_word(world: World):
    hotfix = world.repo.commit({"api/app.py": "hot"}, on="hotfix")
    new = world.land("shared/money.py")
    world.serves["api"] = [(hotfix, 1.0)]
    asked = world.ask("api", new)
    world.carry()
    [wish] = world.book.wishes(ids=[asked.id])
    assert (wish.fate, wish.waits) == (
        None,
        f"production has 1 commit that {new[:9]} lacks: they would be lost",
    )


def test_what_has_the_same_content_already_is_not_deployed(world: World):
    other = world.land("worker/main.py")
    asked = world.ask("api", other)
    world.carry()
    [wish] = world.book.wishes(ids=[asked.id])
    assert (wish.fate, world.brought) == (Fate.SAME, [])
    assert "has the same content" in wish.why


def test_where_nobody_knows_what_serves_it_waits_with_the_reason(world: World):
    world.silent = "no answer within 10 s"
    asked = world.ask("api", world.land("api/app.py"))
    world.carry()
    [wish] = world.book.wishes(ids=[asked.id])
    assert wish.waits == "nobody knows what serves: no answer within 10 s"


def test_there_is_no_canary_where_nobody_knows_what_has_the_rest_of_the_traffic(world: World):
    other, new = world.land("worker/main.py"), world.land("api/app.py")
    world.serves["api"] = [(world.old, 0.5), (other, 0.5)]
    waits = world.ask("api", new, canary=True)
    world.carry()
    assert world.book.wishes(ids=[waits.id])[0].waits == "nobody knows what serves: several revisions serve"
    asked = world.ask("api", new, canary=True, despite=(Despite.UNKNOWN,))
    world.carry()
    assert world.book.wishes(ids=[asked.id])[0].why.endswith("no canary; ask without --canary")
    world.ask("api", new, despite=(Despite.UNKNOWN,))
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.PROVEN, [(new, 1.0)])


class Broken:
    """A repository that was opened and cannot be read."""

    def resolve(self, _names: object) -> dict:
        raise GitError("its objects are gone")


class Tripping:
    """A deployer of a third party that trips where it looks for the way back."""

    shares = False

    def still_has(self, *_: str) -> str:
        raise KeyError("image")


def test_a_deployer_that_trips_keeps_no_other_service_waiting(world: World):
    other = RECIPE._replace(by=SourceSpec("theirs", {}))
    world.recipes["api/production"] = other
    asked, new = world.ask("api", world.land("api/app.py")), world.land("worker/main.py")
    world.ask("worker", new)
    crew = world.crew()
    whole = crew._replace(deployer=lambda recipe: Tripping() if recipe == other else crew.deployer(recipe))  # type: ignore[arg-type,return-value]
    [rollout] = take_up(whole)
    assert world.book.rollouts(ids=[rollout])[0].plan.commit == new
    assert world.book.wishes(ids=[asked.id])[0].waits == "theirs: KeyError: 'image'"


@pytest.mark.parametrize("opens", [True, False])
def test_a_repository_that_cannot_be_read_keeps_no_other_service_waiting(world: World, opens: bool):
    broken = world.targets["worker/production"]
    [origin] = broken.origins
    world.targets["worker/production"] = broken._replace(origins=(origin._replace(repository="mail"),))
    good = world.crew()

    def repository(name: str):
        if name != "mail":
            return good.repository(name)
        if opens:
            return Broken()
        raise GitError("its objects are gone")

    new = world.land("shared/money.py")
    worker = world.ask("worker", new)
    world.ask("api", new)
    take_up(good._replace(repository=repository))
    assert [one.target for one in world.book.rollouts()] == ["api/production"]
    assert "its objects are gone" in world.book.wishes(ids=[worker.id])[0].waits


def test_a_way_back_goes_over_what_nobody_knew_and_a_deploy_does_not(world: World):
    new = world.land("api/app.py")
    world.serves["api"], world.silent = [(new, 1.0)], "docker says one thing; http says another"
    crew = world.crew()
    world.ask("api", world.old, rollback=True)
    take_up(crew)
    newer = world.land("api/app.py")
    world.silent = ""
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.PROVEN, [(world.old, 1.0)])
    world.silent = "docker says one thing; http says another"
    world.ask("api", newer, despite=(Despite.UNKNOWN, Despite.HELD))
    take_up(crew)
    world.silent = ""
    world.carry()
    assert world.end().end is End.REFUSED
    assert f"{world.old[:9]} serves by now, which nobody knew" in world.end().reason


def test_what_was_rolled_back_cannot_be_deployed_again_unless_somebody_says_so(world: World):
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new)
    world.carry()
    world.probe = None
    asked = world.ask("api", new, despite=(Despite.HELD,))
    world.carry()
    assert "was rolled back on" in world.book.wishes(ids=[asked.id])[0].why
    world.ask("api", new, despite=(Despite.HELD, Despite.BAD), reason="the database was down")
    world.carry()
    assert world.end().end is End.PROVEN


def test_a_wish_for_a_bad_commit_keeps_nobody_waiting(world: World):
    good, bad = world.land("api/app.py", "shared/money.py"), world.land("api/app.py")
    world.recipes["worker/production"] = RECIPE._replace(after=("api",))
    world.probe = failing(bad)
    world.ask("api", bad)
    world.carry()
    assert world.end().end is End.ROLLED_BACK
    older = world.ask("api", good, despite=(Despite.HELD,))
    again = world.ask("api", bad)  # newer, and held: it would be chosen, and wait
    after = world.ask("worker", good)
    world.carry()
    [found] = world.book.wishes(ids=[again.id])
    assert (found.fate, "is known to be bad" in found.why) == (Fate.DROPPED, True)
    assert world.serves == {"api": [(good, 1.0)], "worker": [(good, 1.0)]}
    assert {older.id, after.id} <= {one.id for one in world.book.rollouts()}


@pytest.mark.parametrize("itself", [True, False])
def test_what_is_bad_takes_the_place_of_no_good_one_that_is_older(world: World, itself: bool):
    good, bad = world.land("worker/main.py", "api/app.py"), world.land("api/app.py")
    world.probe = failing(bad)
    world.ask("api", bad)
    world.carry()
    world.book.unhold("api", "production", "ana", world.now)
    wished = bad if itself else world.land("worker/main.py")
    world.ask("api", good)
    world.now += timedelta(minutes=1)
    again = world.ask("api", wished)
    world.carry()
    assert "is known to be bad" in world.book.wishes(ids=[again.id])[0].why
    assert (world.end().end, world.serves["api"]) == (End.PROVEN, [(good, 1.0)])


def test_what_is_bad_and_asked_for_all_the_same_waits_for_who_has_to_approve_it(world: World):
    bad = world.land("api/app.py")
    world.probe = failing(bad)
    world.ask("api", bad)
    world.carry()
    despite = (Despite.HELD, Despite.BAD)
    again = world.ask("api", bad, despite=despite, needs_approval=True, reason="it is mended")
    world.carry()
    [found] = world.book.wishes(ids=[again.id])
    assert (found.fate, found.waits) == (None, "somebody has to approve it")


def test_what_is_rolled_back_while_the_same_is_asked_for_again_is_not_tried_twice(world: World):
    bad = world.land("api/app.py")
    world.probe = failing(bad)
    world.ask("api", bad)
    crew = world.crew()
    take_up(crew)
    again = world.ask("api", bad)
    take_up(crew)
    assert "is under way" in world.book.wishes()[0].waits
    world.carry()
    [found] = world.book.wishes(ids=[again.id])
    assert (found.fate, "is known to be bad" in found.why) == (Fate.DROPPED, True)
    assert [order.commit for order in world.brought] == [bad, world.old]


def test_between_a_bad_commit_and_its_revert_nothing_is_deployed(world: World):
    bad = world.land("api/app.py", message="Round half a cent (#3)")
    world.probe = failing(bad)
    world.ask("api", bad)
    world.carry()
    world.probe = None
    between = world.land("api/new.py", message="Another (#4)")
    revert = world.repo.commit({"api/app.py": "1"}, message='Revert "Round half a cent (#3)" (#5)')
    asked = world.ask("api", between, despite=(Despite.HELD,))
    world.carry()
    assert f"it lacks {revert[:9]}, which takes that back" in world.book.wishes(ids=[asked.id])[0].why
    world.ask("api", revert, despite=(Despite.HELD,))
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.PROVEN, [(revert, 1.0)])


def test_a_held_target_is_deployed_only_by_who_steps_over_it(world: World):
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new)
    world.carry()
    fix = world.land("api/app.py")
    asked = world.ask("api", fix)
    world.carry()
    [wish] = world.book.wishes(ids=[asked.id])
    assert wish.fate is None and "rolled back" in wish.waits
    world.book.unhold("api", "production", "ana", world.now)
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.PROVEN, [(fix, 1.0)])


def test_a_hold_of_the_configuration_that_has_ended_hides_no_other(world: World):
    api = world.targets["api/production"]
    world.targets["api/production"] = api._replace(hold=Hold("the sale", "ben", world.now))
    world.book.hold(Kept("h1", "api", "production", Hold("looked at", "ana"), world.now))
    asked = world.ask("api", world.land("api/app.py"))
    world.carry()
    assert world.book.wishes(ids=[asked.id])[0].waits == "hold by ana: looked at"


def test_what_the_configuration_holds_waits_until_the_end_of_that_hold(world: World):
    until = world.now + timedelta(hours=1)
    api = world.targets["api/production"]
    world.targets["api/production"] = api._replace(hold=Hold("the sale", "ben", until))
    asked = world.ask("api", world.land("api/app.py"))
    world.carry()
    assert world.book.wishes()[0].waits == "hold by ben until 2026-02-05 13:00:00 UTC: the sale"
    assert opening(world.crew(), world.book.wishes(), world.now) == {asked.id: until}
    world.now = until
    world.carry()
    assert world.end().end is End.PROVEN


def test_of_several_wishes_only_the_newest_is_deployed(world: World):
    first = world.ask("api", world.land("api/app.py"))
    world.now = world.now.replace(minute=1)
    newest = world.land("api/app.py")
    world.ask("api", newest)
    world.carry()
    assert world.book.wishes(ids=[first.id])[0].fate is Fate.REPLACED
    assert [order.commit for order in world.brought] == [newest]


def test_the_newer_commit_is_deployed_though_it_was_asked_for_first(world: World):
    older, newer = world.land("api/app.py"), world.land("api/app.py")
    world.ask("api", newer)
    world.now += timedelta(minutes=1)
    late = world.ask("api", older)
    world.carry()
    assert world.book.wishes(ids=[late.id])[0].fate is Fate.REPLACED
    assert [order.commit for order in world.brought] == [newer]


def test_services_go_in_their_order_and_those_without_one_side_by_side(world: World):
    world.recipes["worker/production"] = RECIPE._replace(after=("api",))
    new = world.land("shared/money.py")
    world.ask("worker", new, batch="b1")
    world.ask("api", new, batch="b1")
    assert [one.plan.service for one in world.book.rollouts(ids=take_up(world.crew()))] == ["api"]
    world.carry()
    assert [order.service for order in world.brought] == ["api", "worker"]


def test_only_those_are_looked_at_for_which_there_is_room(world: World):
    world.width = 1
    new = world.land("shared/money.py")
    first, second = world.ask("api", new), world.ask("worker", new)
    made, read = world.crew(), []

    def source(target, origin, number):
        read.append(target.name)
        return made.source(target, origin, number)

    crew = made._replace(source=source)
    assert take_up(crew) == [first.id]
    assert read == ["api/production"]
    assert [(one.asked.id, one.waits) for one in world.book.wishes()] == [(second.id, FULL)]
    world.carry()
    assert world.serves == {"api": [(new, 1.0)], "worker": [(new, 1.0)]}


def test_what_needs_no_place_leaves_it_to_the_next_one(world: World):
    world.width = 1
    new = world.land("worker/main.py")
    same, other = world.ask("api", new), world.ask("worker", new)
    assert take_up(world.crew()) == [other.id]
    assert "has the same content" in world.book.wishes(ids=[same.id])[0].why


def test_where_another_process_takes_the_last_place_it_waits_for_one(world: World):
    class Taken(MemoryStore):
        def begin(self, rollout, width: int) -> bool:
            return False

    world.book = Taken()
    world.ask("api", world.land("api/app.py"))
    assert take_up(world.crew()) == []
    assert world.book.wishes()[0].waits == FULL


def test_what_goes_first_is_said_with_where_it_is(world: World):
    world.recipes["worker/production"] = RECIPE._replace(after=("api",))
    new = world.land("shared/money.py")
    after, first = world.ask("worker", new), world.ask("api", new, needs_approval=True)
    take_up(world.crew())
    assert world.book.wishes(ids=[after.id])[0].waits == "api goes first, and waits itself"
    world.book.approve(first.id, "ben", world.now)
    assert take_up(world.crew()) == [first.id]
    take_up(world.crew())
    waits = f"api goes first: its rollout {first.id} is under way"
    assert world.book.wishes(ids=[after.id])[0].waits == waits


def test_a_way_back_waits_for_nothing_that_goes_first(world: World):
    world.recipes["worker/production"] = RECIPE._replace(after=("api",))
    new = world.land("shared/money.py")
    world.serves["worker"] = [(new, 1.0)]
    first = world.ask("api", new, needs_approval=True)
    back = world.ask("worker", world.old, rollback=True)
    [seen] = preview(world.crew(), [world.wish("worker", world.old, rollback=True)], world.now)
    assert (seen.wait, seen.after) == (None, ())
    assert take_up(world.crew()) == [back.id]
    assert [one.asked.id for one in world.book.wishes()] == [first.id]


def test_the_same_service_elsewhere_does_not_go_first(world: World):
    world.recipes["worker/production"] = RECIPE._replace(after=("api",))
    staging = world.targets["api/production"]._replace(environment="staging")
    world.targets["api/staging"], world.recipes["api/staging"] = staging, RECIPE
    new = world.land("shared/money.py")
    world.ask("api", new, environment="staging", needs_approval=True)
    asked = world.ask("worker", new)
    assert take_up(world.crew()) == [asked.id]


@pytest.mark.parametrize("go_on", [False, True])
def test_a_batch_stops_at_the_first_that_fails_unless_it_is_to_go_on(world: World, go_on: bool):
    world.width = 1
    new = world.land("shared/money.py")
    world.probe = lambda order, _: Probed(
        Went.FAILED if (order.service, order.commit) == ("api", new) else Went.PASSED, ""
    )
    world.ask("api", new, batch="b1", go_on=go_on)
    other = world.ask("worker", new, batch="b1", go_on=go_on)
    world.carry()
    [wish] = world.book.wishes(ids=[other.id])
    assert wish.fate is (Fate.BEGUN if go_on else Fate.DROPPED)


def test_a_batch_stops_though_another_one_of_it_ended_well_since(world: World):
    worker = world.targets["worker/production"]
    world.targets["mail/production"] = worker._replace(service="mail")
    world.recipes["mail/production"] = RECIPE
    world.serves["mail"] = world.serves["worker"]
    new = world.land("shared/money.py")
    world.probe = lambda order, _: Probed(
        Went.FAILED if (order.service, order.commit) == ("api", new) else Went.PASSED, ""
    )
    for service in ("api", "worker"):
        world.ask(service, new, batch="b1")
    last = world.ask("mail", new, batch="b1", needs_approval=True)
    world.carry()
    world.book.approve(last.id, "ben", world.now)
    world.carry()
    assert (world.end("worker").end, world.end("api").end) == (End.PROVEN, End.ROLLED_BACK)
    [wish] = world.book.wishes(ids=[last.id])
    assert wish.why == "api/production was rolled-back, and the batch stops there"


def test_what_comes_after_one_that_failed_is_not_deployed_even_where_the_others_go_on(world: World):
    world.recipes["worker/production"] = RECIPE._replace(after=("api",))
    new = world.land("shared/money.py")
    world.probe = failing(new)
    world.ask("api", new, batch="b1", go_on=True)
    other = world.ask("worker", new, batch="b1", go_on=True)
    world.carry()
    assert "which goes first" in world.book.wishes(ids=[other.id])[0].why
