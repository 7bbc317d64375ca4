"""One step of a rollout at a time, whoever carries it out: what was begun, what was seen, who goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.support.crew import RECIPE, World, failing
from unshipped.app import roll_out
from unshipped.app.roll_out import AGAIN, FRESH, LONGEST_PAUSE, advance
from unshipped.app.take_up import take_up
from unshipped.core.rollout import Do, End, Went
from unshipped.core.windows import Despite
from unshipped.errors import DeployError
from unshipped.ports.deploying import Order, Progress
from unshipped.stores.memory import MemoryStore


def begun(world: World, steps: int = 0, **more) -> str:
    """A rollout of which so many steps are done."""
    world.ask("api", world.land("api/app.py"), **more)
    [rollout] = take_up(world.crew())
    for _ in range(steps):
        assert advance(world.crew(), rollout) == 0
    return rollout


def finish(world: World, rollout: str, by: str = "one") -> None:
    for _ in range(100):
        if advance(world.crew(by), rollout) is None:
            return
    raise AssertionError("it goes on for ever")


def test_what_is_not_there_or_has_ended_needs_nothing_more(world: World):
    rollout = begun(world)
    finish(world, rollout)
    assert advance(world.crew(), rollout) is advance(world.crew(), "nobody's") is None


def test_while_somebody_else_has_the_turn_nothing_is_done(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(roll_out, "PATIENCE", 0.01)
    rollout = begun(world)
    with world.book.alone("api/production", 0):
        assert advance(world.crew(), rollout) == AGAIN
    assert world.book.steps(rollout) == []


def test_steps_that_take_no_time_follow_each_other_at_once(world: World):
    rollout = begun(world)
    assert advance(world.crew(), rollout, 60) is None
    assert world.end().end is End.PROVEN


@dataclass
class Turn:
    """The right to deploy, until somebody else has it."""

    lost: bool = False

    def holds(self) -> bool:
        return not self.lost


class Turning(MemoryStore):
    """A log that gives one turn to everybody."""

    given = Turn()

    @contextmanager
    def alone(self, target: str, seconds: float) -> Iterator[Turn]:
        yield self.given


@pytest.fixture
def turn(world: World) -> Turn:
    world.book = book = Turning()
    book.given = Turn()
    return book.given


def test_what_was_seen_after_the_turn_was_lost_counts_for_nothing(world: World, turn: Turn):
    def bring(order: Order, _: Progress) -> None:
        world.serves["api"] = [(order.commit, 1.0)]
        turn.lost = True

    world.bring = bring
    rollout = begun(world, steps=1)
    assert advance(world.crew(), rollout) == AGAIN
    assert [(one.number, one.result) for one in world.book.steps(rollout)][1:] == [(1, None)]
    world.bring, turn.lost = None, False
    finish(world, rollout)
    assert (world.end().end, world.book.steps(rollout)[1].attempts) == (End.PROVEN, 2)


def test_who_finds_that_the_turn_is_lost_while_it_deploys_lets_go(world: World, turn: Turn):
    went_on = []

    def bring(_: Order, progress: Progress) -> None:
        turn.lost = True
        went_on.append(progress.cancelled())

    world.bring = bring
    rollout = begun(world, steps=1)
    assert (advance(world.crew(), rollout), went_on) == (AGAIN, [])
    assert world.book.steps(rollout)[1].result is None


def test_what_somebody_who_died_may_have_left_running_is_ended_before_it_goes_back(world: World):
    rollout = begun(world, steps=1)
    heard = []

    def bring(order: Order, progress: Progress) -> None:
        heard.append((order.commit, progress.cancelled()))
        if progress.cancelled():
            raise DeployError("it was ended")
        world.serves["api"] = [(order.commit, 1.0)]

    world.bring = bring
    world.book.take(rollout, 1, "two", world.now)
    world.book.cancel(rollout, "ben", "", world.now)
    finish(world, rollout)
    assert heard == [(world.book.rollouts()[0].plan.commit, True), (world.old, False)]
    assert world.end().end is End.ROLLED_BACK


def test_traffic_that_somebody_who_died_may_still_be_moving_is_ended_before_it_goes_back(world: World):
    world.recipes["api/production"] = RECIPE._replace(shares=(0.1,))
    heard = []

    def shift(order: Order, progress: Progress) -> None:
        heard.append((order.commit, progress.cancelled()))
        if progress.cancelled():
            raise DeployError("it was ended")

    world.shift = shift
    rollout = begun(world, steps=2)
    new, [*_, last] = world.book.rollouts()[0].plan.commit, world.book.steps(rollout)
    world.book.take(rollout, last.number + 1, "two", world.now)
    world.book.cancel(rollout, "ben", "", world.now)
    finish(world, rollout)
    assert (heard[0], world.end().end) == ((new, True), End.ROLLED_BACK)


def test_a_way_back_is_not_cancelled(world: World):
    rollout = begun(world, steps=2)
    world.probe = failing(world.book.rollouts()[0].plan.commit)

    def bring(order: Order, progress: Progress) -> None:
        world.book.cancel(rollout, "ben", "", world.now)
        assert not progress.cancelled()
        world.serves["api"] = [(order.commit, 1.0)]

    world.bring = bring
    finish(world, rollout)
    assert (world.end().end, world.serves["api"]) == (End.ROLLED_BACK, [(world.old, 1.0)])


@pytest.mark.parametrize(
    ("bake", "minutes", "pause", "over"),
    [
        (600, 0, LONGEST_PAUSE, False),
        (600, 9.95, 3, False),
        (600, 10, 0, True),
        (3, -600, 3, False),
    ],
)
def test_a_wait_is_looked_at_often_and_a_clock_that_is_set_back_makes_it_no_longer(
    world: World, bake: float, minutes: float, pause: float, over: bool
):
    world.recipes["api/production"] = RECIPE._replace(bake=bake)
    rollout = begun(world, steps=4)
    assert advance(world.crew(), rollout) == min(LONGEST_PAUSE, bake)
    step = world.book.steps(rollout)[-1]
    assert world.book.rollouts()[0].plan.steps[step.number].do is Do.BAKE
    world.now = step.begun_at + timedelta(minutes=minutes)
    assert advance(world.crew(), rollout) == pytest.approx(pause)
    assert (world.book.steps(rollout)[step.number].result is not None) == over


def test_what_is_cancelled_before_it_gets_any_of_the_traffic_gets_none(world: World):
    world.recipes["api/production"] = RECIPE._replace(shares=(0.5,))
    rollout = begun(world, steps=2)
    world.book.cancel(rollout, "ben", "", world.now)
    finish(world, rollout)
    assert [(order.commit == world.old, order.share) for order in world.brought] == [(False, 0), (True, 1)]


def test_what_somebody_brought_already_is_proven_and_not_refused(world: World):
    rollout = begun(world)
    world.serves["api"] = [(world.book.rollouts()[0].plan.commit, 1.0)]
    finish(world, rollout)
    assert world.end().end is End.PROVEN


def test_where_nobody_knows_any_more_what_serves_nothing_is_touched(world: World):
    rollout = begun(world)
    world.silent = "no answer within 10 s"
    finish(world, rollout)
    assert (world.end().end, world.brought) == (End.REFUSED, [])
    assert f"nobody knows what serves by now, not {world.old[:9]}" in world.end().reason


@pytest.mark.parametrize(
    "why", ["its image was cleaned away", "the registry does not answer", "KeyError: 'image'"]
)
def test_without_its_way_back_nothing_is_touched(world: World, why: str):
    rollout = begun(world)
    crew = world.crew()

    class Gone:
        def still_has(self, *_) -> str:
            if why.startswith("its"):
                return why
            raise KeyError("image") if why.startswith("Key") else DeployError(why)

    assert advance(crew._replace(deployer=lambda _: Gone()), rollout) == 0  # type: ignore[arg-type,return-value]
    finish(world, rollout)
    assert (world.end().end, world.brought) == (End.REFUSED, [])
    assert f"there is no way back to {world.old[:9]} any more: {why}" in world.end().reason


@pytest.mark.parametrize(
    ("later", "died", "end"),
    [
        (timedelta(0), False, End.PROVEN),
        (FRESH - timedelta(seconds=1), False, End.PROVEN),
        (FRESH, False, End.REFUSED),
        (timedelta(0), True, End.STOPPED),
    ],
)
def test_what_somebody_else_deployed_since_the_last_look_is_looked_for_where_that_was_long_ago(
    world: World, later: timedelta, died: bool, end: End
):
    rollout = begun(world, steps=1)
    if died:
        world.book.take(rollout, 1, "two", world.now)
    world.serves["api"] = [(world.land("api/app.py"), 1.0)]
    world.now += later
    finish(world, rollout)
    assert world.end().end is end


@pytest.mark.parametrize("died", [False, True])
def test_where_nobody_knew_what_served_only_what_was_not_begun_is_held_against_it(world: World, died: bool):
    world.silent = "no answer within 10 s"
    rollout = begun(world, steps=1, despite=(Despite.UNKNOWN,))
    if died:
        world.book.take(rollout, 1, "two", world.now)
    world.silent = ""
    world.serves["api"] = [(world.land("api/app.py"), 1.0)]
    world.now += FRESH
    finish(world, rollout)
    assert world.end().end is (End.PROVEN if died else End.REFUSED)


def test_programs_are_told_that_it_begins_once_it_touches_something_and_not_of_the_way_back(world: World):
    world.announce = ("hook",)
    rollout = begun(world, steps=1)
    world.probe = failing(world.book.rollouts()[0].plan.commit)
    assert world.book.undelivered() == []
    finish(world, rollout)
    assert [one.id for one in world.book.undelivered()] == [
        f"hook/{when}/{rollout}" for when in ("begun", "ended")
    ]
    assert [one.why.split()[-1] for one in world.book.undelivered()] == ["begins", "rolled-back"]


def test_a_proof_that_fails_says_how_long_it_was_waited_for(world: World):
    world.bring = lambda *_: None
    rollout = begun(world)
    finish(world, rollout)
    failed = next(
        one.result for one in world.book.steps(rollout) if one.result and one.result.went is Went.FAILED
    )
    assert failed.detail == f"{world.old[:9]} serves, 4 s after it was deployed"
