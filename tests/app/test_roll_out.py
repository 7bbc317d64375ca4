"""A rollout from the wish to its end: what is deployed, what is held, who is told, and what is never done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.crew import BY, RECIPE, World
from unshipped.app.crew import Crew
from unshipped.app.ours import Known
from unshipped.app.roll_out import advance
from unshipped.app.take_up import preview, take_up
from unshipped.core.alerting import Route
from unshipped.core.logged.rolling import Fate
from unshipped.core.model import Severity
from unshipped.core.rollout import Do, End, Went
from unshipped.core.windows import FULL, Despite, Lock
from unshipped.errors import DeployError, UsageError
from unshipped.ports.deploying import Probed


@pytest.fixture
def world(tmp_path) -> World:
    return World(tmp_path)


def failing(commit: str, went: Went = Went.FAILED):
    """A check that does not pass for one commit."""
    return lambda order, _: Probed(went if order.commit == commit else Went.PASSED, "500 in place of 200")


def test_what_is_asked_for_is_deployed_proven_and_written_down(world: World):
    new = world.land("api/app.py")
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.PROVEN
    assert world.serves["api"] == [(new, 1.0)]
    assert [(order.commit, order.before, order.number) for order in world.brought] == [(new, world.old, 1)]
    [rollout] = world.book.rollouts()
    assert [one.subject for one in rollout.plan.ships] == ["Keep prices in cents (#9)"]
    [deployment] = world.book.deployments(since=world.now.replace(year=2020))
    assert deployment[:5] == ("api", "production", new, deployment.when, "upgraded")
    assert deployment.by == "unshipped/ana"


def test_what_fails_its_check_is_rolled_back_and_held_and_everybody_is_told(world: World):
    world.routes = (Route(("chat",)), Route(("pager", "chat"), Severity.CRITICAL))
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new, reason="the sale")
    world.carry()
    assert world.end().end is End.ROLLED_BACK
    assert world.serves["api"] == [(world.old, 1.0)]
    assert [order.commit for order in world.brought] == [new, world.old]
    [hold] = world.book.holds(world.now)
    assert "500 in place of 200" in hold.hold.reason and hold.hold.by == "unshipped"
    told = world.book.undelivered()
    assert sorted(one.receiver for one in told) == ["chat", "pager"]
    assert told[0].why == f"api/production: {new[:9]} was rolled back"
    assert "What went out and came back:" in told[0].body
    assert "Keep prices in cents (#9) (Ana)" in told[0].body
    assert [one.kind for one in world.book.deployments(since=world.now.replace(year=2020))] == [
        "upgraded",
        "rolledback",
    ]


def test_a_success_wakes_nobody_whom_only_the_worst_is_told(world: World):
    world.routes = (Route(("chat",)), Route(("pager",), Severity.CRITICAL))
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert [one.receiver for one in world.book.undelivered()] == ["chat"]


def test_another_revision_that_serves_is_no_success_however_healthy_it_is(world: World):
    new = world.land("api/app.py")
    world.bring = lambda order, _: None
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.ROLLED_BACK
    assert f"{world.old[:9]} serves" in world.end().reason


def test_a_revision_that_comes_and_goes_does_not_serve(world: World):
    new = world.land("api/app.py")
    world.recipes["api/production"] = RECIPE._replace(identity=RECIPE.identity._replace(within=20, times=3))
    looks = iter([new, new, world.old] * 20)

    class Flapping(list):
        def __iter__(self):
            return iter([(next(looks), 1.0)])

    def bring(order, _) -> None:
        world.serves["api"] = Flapping() if order.commit == new else [(order.commit, 1.0)]

    world.bring = bring
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.ROLLED_BACK


def test_a_check_that_could_not_run_stops_for_a_person(world: World):
    new = world.land("api/app.py")
    world.probe = failing(new, Went.COULD_NOT)
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.STOPPED
    assert world.serves["api"] == [(new, 1.0)]
    assert world.book.holds(world.now)


def test_a_deploy_of_which_nobody_knows_how_it_went_stops_for_a_person(world: World):
    def bring(order, _) -> None:
        raise DeployError("no answer after 600 s", certain=False)

    world.bring = bring
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert (world.end().end, "no answer after 600 s" in world.end().reason) == (End.STOPPED, True)


def test_a_bug_of_a_deployer_ends_the_rollout_all_the_same(world: World):
    def bring(order, _) -> None:
        raise ZeroDivisionError("by zero")

    world.bring = bring
    world.ask("api", world.land("api/app.py"))
    world.carry()
    assert (world.end().end, "ZeroDivisionError: by zero" in world.end().reason) == (End.STOPPED, True)


def test_without_anything_to_go_back_to_it_stops(world: World):
    new = world.land("api/app.py")
    world.gone.add(world.old)
    world.probe = failing(new)
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.STOPPED
    [rollout] = world.book.rollouts()
    assert rollout.plan.notes == (
        f"{world.old[:9]} cannot be brought again: its image was cleaned away",
        "there is no revision that it could be rolled back to",
    )


def test_it_goes_back_to_the_last_revision_that_passed_and_not_to_the_one_before(world: World):
    good = world.land("api/app.py")
    world.ask("api", good)
    world.carry()
    worse = world.land("api/app.py")
    world.serves["api"] = [(worse, 1.0)]  # somebody else deployed it: it never passed
    newest = world.land("api/app.py")
    world.probe = failing(newest)
    world.ask("api", newest)
    world.carry()
    assert world.end().end is End.ROLLED_BACK
    assert world.serves["api"] == [(good, 1.0)]


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
    assert (wish.fate, world.brought) == (Fate.DROPPED, [])
    assert "has the same content" in wish.why


def test_where_nobody_knows_what_serves_it_waits_with_the_reason(world: World):
    world.silent = "no answer within 10 s"
    asked = world.ask("api", world.land("api/app.py"))
    world.carry()
    [wish] = world.book.wishes(ids=[asked.id])
    assert wish.waits == "nobody knows what serves: no answer within 10 s"


def test_a_rollback_that_fails_is_not_rolled_back(world: World):
    new = world.land("api/app.py")
    world.serves["api"] = [(new, 1.0)]
    world.probe = failing(world.old)
    world.ask("api", world.old, rollback=True)
    world.carry()
    assert (world.end().end, "never rolled back" in world.end().reason) == (End.STOPPED, True)


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


def test_of_several_wishes_only_the_newest_is_deployed(world: World):
    first = world.ask("api", world.land("api/app.py"))
    world.now = world.now.replace(minute=1)
    newest = world.land("api/app.py")
    world.ask("api", newest)
    world.carry()
    assert world.book.wishes(ids=[first.id])[0].fate is Fate.REPLACED
    assert [order.commit for order in world.brought] == [newest]


def test_a_canary_grows_share_by_share_and_is_proven_at_each(world: World):
    world.recipes["api/production"] = RECIPE._replace(shares=(0.1, 0.5), bake=60)
    new = world.land("api/app.py")
    seen = []

    def probe(order, _) -> Probed:
        seen.append(dict(world.serves["api"]))
        return Probed(Went.PASSED, "200")

    world.probe = probe
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.PROVEN
    assert seen[::2] == [{new: 0.1, world.old: 0.9}, {new: 0.5, world.old: 0.5}, {new: 1.0}]


def test_a_canary_that_fails_takes_all_of_the_traffic_back(world: World):
    world.recipes["api/production"] = RECIPE._replace(shares=(0.1,))
    new = world.land("api/app.py")
    world.probe = failing(new)
    world.ask("api", new)
    world.carry()
    assert (world.end().end, world.serves["api"]) == (End.ROLLED_BACK, [(world.old, 1.0)])


def test_a_wait_is_as_long_as_it_should_be(world: World):
    world.recipes["api/production"] = RECIPE._replace(bake=600)
    world.ask("api", world.land("api/app.py"))
    began = world.now
    world.carry()
    assert world.end().end is End.PROVEN
    assert 600 <= (world.now - began).total_seconds() < 620


def test_somebody_cancels_it_and_it_goes_back(world: World):
    new = world.land("api/app.py")

    def bring(order, progress) -> None:
        world.serves["api"] = [(order.commit, 1.0)]
        if order.commit == new:
            world.book.cancel(order.rollout, "ben", "not now", world.now)

    world.bring = bring
    world.ask("api", new)
    world.carry()
    assert world.end().end is End.ROLLED_BACK
    assert "cancelled by ben: not now" in world.end().reason


def test_what_is_cancelled_before_anything_was_touched_has_touched_nothing(world: World):
    world.ask("api", world.land("api/app.py"))
    crew = world.crew()
    [rollout] = take_up(crew)
    world.book.cancel(rollout, "ben", "", world.now)
    world.carry()
    assert (world.end().end, world.brought) == (End.REFUSED, [])
    assert not world.book.holds(world.now)


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
    assert (world.end().end, world.brought) == (End.STOPPED, [])
    assert "which somebody else deployed" in world.end().reason


def test_a_lock_that_came_between_plan_and_run_is_heeded(world: World):
    world.ask("api", world.land("api/app.py"))
    take_up(world.crew())
    world.book.lock(Lock("l1", "the database is moved", "ben", world.now))
    world.carry()
    assert (world.end().end, world.brought) == (End.REFUSED, [])


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


def test_what_comes_after_one_that_failed_is_not_deployed_even_where_the_others_go_on(world: World):
    world.recipes["worker/production"] = RECIPE._replace(after=("api",))
    new = world.land("shared/money.py")
    world.probe = failing(new)
    world.ask("api", new, batch="b1", go_on=True)
    other = world.ask("worker", new, batch="b1", go_on=True)
    world.carry()
    assert "which goes first" in world.book.wishes(ids=[other.id])[0].why


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


def another(world: World, recipes: dict) -> Crew:
    """Whoever shares the log and has another configuration."""
    known = Known()
    known.learn(recipes)
    targets = {name: world.targets[name] for name in recipes}
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


def test_a_preview_says_what_goes_first_unless_that_is_not_deployed(world: World):
    world.recipes["worker/production"] = RECIPE._replace(after=("api",))
    new = world.land("shared/money.py")
    wishes = [world.wish("worker", new), world.wish("api", new)]
    worker, api = preview(world.crew(), wishes, world.now)
    assert (worker.wait, worker.notes, api.notes) == (None, ("api is deployed first",), ())
    world.serves["api"] = [(new, 1.0)]
    worker, _ = preview(world.crew(), wishes, world.now)
    assert worker.notes == ()
