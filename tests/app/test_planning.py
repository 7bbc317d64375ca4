"""What a wish comes to: the plan with its way, its way back and its notes, or why there is none."""

from __future__ import annotations

from tests.support.crew import BY, RECIPE, World
from unshipped.app.planning import CANARY, Prospect, already, prospects
from unshipped.core.rollout import Do, Plan
from unshipped.core.windows import Despite, Wait
from unshipped.errors import DeployError


def planned(world: World, commit: str, service: str = "api", **more) -> Prospect:
    [found] = prospects(world.crew(), [world.wish(service, commit, **more)], world.now)
    return found


def plan(world: World, commit: str, **more) -> Plan:
    found = planned(world, commit, **more).plan
    assert found
    return found


def final(found: Prospect) -> str:
    assert found.plan is None and found.wait and found.wait.final
    return found.wait.reason


def test_what_is_retired_fed_by_several_repositories_or_not_deployed_from_here_is_never_deployed(
    world: World,
):
    new, api = world.land("api/app.py"), world.targets["api/production"]
    assert final(planned(world, new, environment="moon")) == "api/moon is not deployed from here"
    world.targets["api/production"] = api._replace(retired=True)
    assert final(planned(world, new)) == "api/production is retired"
    world.targets["api/production"] = api._replace(origins=api.origins * 2)
    assert final(planned(world, new)).startswith("it is fed by several repositories")


def test_one_that_is_not_deployed_from_here_leaves_the_others_in_their_order(world: World):
    new = world.land("shared/money.py")
    wishes = [world.wish("api", new), world.wish("mail", new), world.wish("worker", new)]
    found = prospects(world.crew(), wishes, world.now)
    assert [one.plan and one.plan.service for one in found] == ["api", None, "worker"]
    assert [one.live for one in already(world.crew(), wishes, world.now)] == [world.old, "", world.old]


def test_a_canary_is_what_is_declared_or_else_the_usual_one_where_it_is_asked_for(world: World):
    new = world.land("api/app.py")

    def shares(**more) -> list[float]:
        return [one.share for one in plan(world, new, **more).steps if one.do is Do.SHIFT]

    assert (shares(), shares(canary=True)) == ([], [*CANARY, 1.0])
    world.recipes["api/production"] = RECIPE._replace(shares=(0.2,))
    assert shares() == shares(canary=True) == [0.2, 1.0]
    assert shares(rollback=True) == []
    assert shares(despite=(Despite.UNKNOWN,)) == [0.2, 1.0]


def test_where_the_deployer_gives_no_shares_there_is_no_canary(world: World):
    new = world.land("api/app.py")
    world.shares = False
    assert planned(world, new).plan
    assert final(planned(world, new, canary=True)).startswith("its deployer cannot give a part")


def test_what_is_probed_before_comes_before_anything_is_touched(world: World):
    world.recipes["api/production"] = RECIPE._replace(before=(("ci", BY),))
    steps = [(one.do, one.name) for one in plan(world, world.land("api/app.py")).steps]
    assert steps[:3] == [(Do.READY, ""), (Do.CHECK, "ci"), (Do.DEPLOY, "")]


def test_the_way_back_is_proven_and_checked_and_goes_at_once(world: World):
    world.recipes["api/production"] = RECIPE._replace(shares=(0.2,), bake=60, before=(("ci", BY),))
    found = plan(world, world.land("api/app.py"))
    assert (found.good, found.live) == (world.old, world.old)
    assert [(one.do, one.commit, one.share) for one in found.back] == [
        (do, world.old, 1.0) for do in (Do.DEPLOY, Do.VERIFY, Do.CHECK)
    ]


def test_where_it_is_not_to_go_back_by_itself_the_plan_says_so(world: World):
    world.recipes["api/production"] = RECIPE._replace(rollback=False)
    found = plan(world, world.land("api/app.py"))
    assert (found.good, found.back) == ("", ())
    assert found.notes == ("it is not rolled back by itself: `rollback` says so",)


def test_a_way_back_ships_nothing_and_has_none_behind_it(world: World):
    new = world.land("api/app.py")
    assert [one.commit for one in plan(world, new).ships] == [new]
    world.serves["api"] = [(new, 1.0)]
    found = plan(world, world.old, rollback=True)
    assert (found.rollback, found.good, found.back, found.ships, found.notes) == (True, "", (), (), ())


def test_what_was_taken_back_before_it_went_out_does_not_ship(world: World):
    world.land("api/page.py", message="Show a hundred orders a page (#6)")
    new = world.land("api/app.py")
    back = world.repo.commit({"api/page.py": None}, message='Revert "Show a hundred orders a page" (#7)')
    assert [one.commit for one in plan(world, back).ships] == [new]


def test_who_approved_and_what_was_stepped_over_stands_in_the_plan(world: World):
    new = world.land("api/app.py")
    found = plan(world, new, approved_by="ben", despite=(Despite.HELD, Despite.WINDOW))
    assert found.notes == ("despite held", "despite window", "approved by ben")


def test_what_cannot_be_asked_whether_it_is_still_there_waits(world: World):
    def away(_):
        raise DeployError("the registry does not answer")

    new = world.land("api/app.py")
    crew = world.crew()._replace(deployer=away)
    [found] = prospects(crew, [world.wish("api", new)], world.now)
    assert (found.plan, found.wait) == (None, Wait("the registry does not answer"))


def test_what_the_world_says_is_the_ground_of_the_decision(world: World):
    hotfix = world.repo.commit({"api/app.py": "hot"}, on="hotfix", parents=[world.old])
    other, new = world.land("worker/main.py"), world.land("api/app.py")
    same = planned(world, other).ground
    assert (same.same, same.older, same.ahead, same.unknown) == (True, False, 0, "")
    world.serves["api"] = [(hotfix, 1.0)]
    ahead = planned(world, new).ground
    assert (ahead.same, ahead.older, ahead.ahead) == (False, False, 1)
    world.serves["api"] = [(new, 1.0)]
    older = planned(world, world.old).ground
    assert (older.same, older.older, older.ahead) == (False, True, 0)
    again = planned(world, new).ground
    assert (again.same, again.older) == (True, False)
    world.serves["api"] = [(new, 0.5), (world.old, 0.5)]
    split = planned(world, new).ground
    assert (split.same, split.unknown) == (False, "several revisions serve")


def test_what_cannot_be_compared_is_not_known_to_be_the_same(world: World):
    [found] = already(world.crew(), [world.wish("api", "f" * 40)], world.now)
    assert (found.live, found.same, found.problem != "") == (world.old, False, True)
    seen = planned(world, "f" * 40)
    assert (seen.ground.same, seen.ground.unknown) == (False, found.problem)


def test_services_of_one_commit_are_each_held_against_what_serves_of_them(world: World):
    first, new = world.land("api/app.py"), world.land("shared/money.py")
    world.serves = {"api": [(first, 1.0)], "worker": [(new, 1.0)]}
    wishes = [world.wish("worker", first), world.wish("api", first)]
    worker, api = prospects(world.crew(), wishes, world.now)
    assert [(one.ground.older, one.ground.same) for one in (worker, api)] == [(True, False), (False, True)]
