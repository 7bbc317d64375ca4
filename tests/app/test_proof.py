"""Whether what serves is what was deployed: on every share of the traffic, and so often in a row."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest

from tests.core.watched import FIX, NEW, OLD
from tests.support.crew import BY, RECIPE, World
from unshipped.app.proof import fits, only, probe, prove
from unshipped.core.model import Code, Problem, Served
from unshipped.core.recipe import Identity
from unshipped.core.rollout import Do, Step, Went
from unshipped.core.signals import Serving
from unshipped.errors import StoreError
from unshipped.ports.deploying import Order, Probed

AWAY = Problem(Code.SOURCE_TIMEOUT, "no answer within 10 s")


def serves(*shares: tuple[str, float], dirty: bool = False) -> Serving:
    return Serving(tuple(Served(commit, share, (), dirty) for commit, share in shares))


@pytest.mark.parametrize(
    ("found", "share", "went"),
    [
        (serves((NEW, 1)), 1, Went.PASSED),
        (serves((NEW, 0.5), (NEW, 0.5)), 1, Went.PASSED),
        (serves((NEW, 0.99), (OLD, 0.01)), 1, Went.FAILED),
        (serves((OLD, 1)), 1, Went.FAILED),
        (serves((NEW, 1), dirty=True), 1, Went.FAILED),
        (serves((NEW, 0.1), (OLD, 0.9)), 0.1, Went.PASSED),
        (serves((NEW, 0.06), (NEW, 0.06), (OLD, 0.88)), 0.1, Went.PASSED),
        (serves((NEW, 0.13), (OLD, 0.87)), 0.1, Went.FAILED),
        (serves((NEW, 0.07), (OLD, 0.93)), 0.1, Went.FAILED),
        (serves((NEW, 0.1), (OLD, 0.8), (FIX, 0.1)), 0.1, Went.FAILED),
        (serves((NEW, 0.1), (FIX, 0.9)), 0.1, Went.FAILED),
        (serves((OLD, 1)), 0.1, Went.FAILED),
        (Serving(problem=AWAY), 1, Went.COULD_NOT),
    ],
)
def test_each_share_of_the_traffic_has_to_be_what_the_step_says(found: Serving, share: float, went: Went):
    assert fits(found, Step(Do.VERIFY, NEW, share=share), OLD).went is went


def test_what_serves_is_told_with_its_shares_where_there_are_several():
    step = Step(Do.VERIFY, NEW)
    assert fits(serves((NEW, 1)), step, "").detail == f"{NEW[:9]} serves"
    split = serves((NEW, 0.25), (OLD, 0.5), (NEW, 0.25))
    assert fits(split, step, "").detail == f"{NEW[:9]} (50%), {OLD[:9]} (50%) serves"
    dirty = fits(serves((NEW, 1), dirty=True), step, "").detail
    assert dirty == f"{NEW[:9]} serves, built from a tree with uncommitted changes"
    assert fits(Serving(problem=AWAY), step, "").detail == f"nobody knows what serves: {AWAY.message}"


def test_one_place_with_uncommitted_changes_is_enough_to_fail():
    found = Serving((Served(NEW, 0.9, ()), Served(NEW, 0.1, (), dirty=True)))
    assert fits(found, Step(Do.VERIFY, NEW), "").went is Went.FAILED


def test_one_commit_serves_where_nothing_else_does_and_nothing_speaks_against_it():
    assert only(serves((NEW, 0.5), (NEW, 0.5))) == NEW
    assert only(serves((NEW, 0.5), (OLD, 0.5))) == only(Serving()) == ""
    assert only(serves((NEW, 1))._replace(problem=AWAY)) == ""


@dataclass
class Looks:
    """Whoever proves something, and somebody who wants it ended after so many looks."""

    world: World
    enough: int = 1000
    many: int = 0

    def say(self, line: str) -> None: ...

    def cancelled(self) -> bool:
        return self.many >= self.enough

    def proven(self, commit: str, *seen: str, times: int = 2, within: float = 6) -> Probed | None:
        looks = iter(seen)

        class Seen(list):
            def __iter__(_):
                self.many += 1
                return iter([(next(looks, seen[-1]), 1.0)])

        self.world.serves["api"] = Seen()
        identity = Identity(within=within, every=2, times=times)
        target = self.world.targets["api/production"]
        return prove(self.world.crew(), target, Step(Do.VERIFY, commit), "", identity, self)


def test_it_has_to_be_seen_so_many_times_in_a_row(world: World):
    old, new, looks = world.old, world.land("api/app.py"), Looks(world)
    found = looks.proven(new, old, new, old, new, new, new)
    assert (found and found.went, looks.many) == (Went.PASSED, 5)


def test_the_last_look_is_at_the_end_of_the_time_and_one_that_passes_is_followed_to_its_end(world: World):
    old, new = world.old, world.land("api/app.py")
    looks = Looks(world)
    found = looks.proven(new, old)
    assert (found and found.went, looks.many) == (Went.FAILED, 4)
    looks = Looks(world)
    found = looks.proven(new, old, old, old, new, new)
    assert (found and found.went, looks.many) == (Went.PASSED, 5)


@pytest.mark.parametrize(("before", "after", "waited"), [(0, 10, 0), (10, 0, 6)])
def test_the_time_that_a_look_takes_counts_and_a_clock_that_is_set_back_gives_none(
    world: World, before: int, after: int, waited: int
):
    new, began = world.land("api/app.py"), world.now
    seconds = itertools.cycle((before, after))
    crew = world.crew()._replace(clock=lambda: began.replace(second=next(seconds)))
    target, identity = world.targets["api/production"], Identity(within=6, every=2, times=1)
    found = prove(crew, target, Step(Do.VERIFY, new), "", identity, Looks(world))
    assert (found and found.went, (world.now - began).total_seconds()) == (Went.FAILED, waited)


def test_who_wants_it_ended_does_not_wait_for_the_time_and_what_is_proven_stays_so(world: World):
    old, new = world.old, world.land("api/app.py")
    looks = Looks(world, enough=2)
    assert (looks.proven(new, old), looks.many) == (None, 2)
    found = Looks(world, enough=1).proven(new, new, times=1)
    assert found and found.went is Went.PASSED


@pytest.mark.parametrize("went", Went)
@pytest.mark.parametrize("ended", [True, False])
def test_a_check_that_somebody_ended_says_nothing_unless_it_passed(world: World, went: Went, ended: bool):
    world.probe = lambda *_: Probed(went, "so it went")
    order = Order("r1", 1, "api", "production", world.old)
    found = probe(world.crew(), RECIPE, order, "health", Looks(world, enough=0 if ended else 1))
    assert (found and found.went) == (None if ended and went is not Went.PASSED else went)


def test_a_check_that_is_probed_before_is_one_too_and_one_that_is_not_declared_could_not_run(world: World):
    order = Order("r1", 1, "api", "production", world.old)
    recipe = RECIPE._replace(before=(("ci", BY),))
    found = [probe(world.crew(), recipe, order, name, Looks(world)) for name in ("ci", "health", "gone")]
    assert [one and one.went for one in found] == [Went.PASSED, Went.PASSED, Went.COULD_NOT]
    assert found[2] and found[2].detail == "no check 'gone' is declared any more"


def test_a_log_that_is_away_is_no_check_that_broke(world: World):
    def away(*_) -> Probed:
        raise StoreError("the log is away")

    world.probe = away
    order = Order("r1", 1, "api", "production", world.old)
    with pytest.raises(StoreError):
        probe(world.crew(), RECIPE, order, "health", Looks(world))
