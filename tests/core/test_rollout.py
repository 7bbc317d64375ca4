"""How a revision comes to serve: every way it can go, and what holds in all of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.watched import NEW, OLD, at
from unshipped.core.rollout import Do, End, Next, Outcome, Plan, Result, Went, next_step, way

PASSED, FAILED, COULD_NOT, NOT_BEGUN = Went


def plan(*, shares=(), bake=0.0, checks=("http",), back=True, rollback=False) -> Plan:
    steps = way(NEW, checks, shares=shares, bake=bake)
    return Plan(
        "1",
        "worker",
        "production",
        NEW,
        OLD,
        OLD if back else "",
        steps,
        way(OLD, checks) if back else (),
        rollback=rollback,
    )


def carried(made: Plan, *bad: tuple[int, Went]) -> tuple[list[int], Outcome]:
    """Carry it out; every step passes but those. Answers which steps were done, and the end."""
    wrong, done = dict(bad), []
    results: list[Result] = []
    while isinstance(one := next_step(made, results), Next):
        done.append(one.number)
        results.append(Result(one.number, wrong.get(one.number, PASSED), at(len(done)), "it said no"))
    return done, one


def words(made: Plan) -> list[str]:
    return [str(step).replace(f" {NEW[:9]}", "") for step in made.steps]


def test_identity_is_proven_before_health_is_asked():
    assert words(plan()) == ["deploy", "verify", "check http"]


def test_a_canary_grows_share_by_share_each_proven_and_checked():
    assert words(plan(shares=(0.1, 0.5), bake=60)) == [
        "deploy at 0%",
        *(
            "shift at 10%",
            "verify at 10%",
            "check http at 10%",
            "bake at 10% for 60 s",
            *("verify at 10%", "check http at 10%"),
        ),
        *(
            "shift at 50%",
            "verify at 50%",
            "check http at 50%",
            "bake at 50% for 60 s",
            *("verify at 50%", "check http at 50%"),
        ),
        *("shift", "verify", "check http", "bake for 60 s", "verify", "check http"),
    ]


def test_all_and_nothing_are_no_shares_of_their_own():
    assert words(plan(shares=(0, 0.1, 1))) == words(plan(shares=(0.1,)))
    assert words(plan(shares=(0, 1))) == words(plan())


def test_a_step_that_says_nothing_more_is_told_by_its_word():
    made = plan()
    for went, word in ((FAILED, "failed"), (COULD_NOT, "could not run")):
        end = next_step(made._replace(steps=made.steps[1:]), [Result(0, went, at(0))])
        assert end == Outcome(End.REFUSED, f"verify {NEW[:9]} {word}; nothing was touched")


def test_what_passes_is_proven():
    done, end = carried(plan())
    assert done == [0, 1, 2]
    assert end == Outcome(End.PROVEN, f"{NEW[:9]} is proven to serve")
    assert not end.holds


def test_what_fails_is_rolled_back_and_held():
    done, end = carried(plan(), (2, FAILED))
    assert done == [0, 1, 2, 3, 4, 5]
    assert (end.end, end.holds) == (End.ROLLED_BACK, True)
    assert end.reason == f"check http {NEW[:9]} failed: it said no; {OLD[:9]} serves again"


@pytest.mark.parametrize(("step", "unknown"), [(0, "serves"), (1, "serves"), (2, "is well")])
def test_what_could_not_run_is_a_persons_turn_and_nothing_is_rolled_back(step: int, unknown: str):
    """A check comes after the proof that it serves: that is known then."""
    done, end = carried(plan(), (step, COULD_NOT))
    assert done == list(range(step + 1))
    assert end.end is End.STOPPED
    assert end.reason.endswith(f"; nobody knows whether it {unknown}")


def test_a_rollback_is_never_rolled_back():
    done, end = carried(plan(rollback=True), (1, FAILED))
    assert done == [0, 1]
    assert (end.end, "never rolled back" in end.reason) == (End.STOPPED, True)


def test_without_an_earlier_revision_it_stops_and_says_so():
    _, end = carried(plan(back=False), (2, FAILED))
    assert (end.end, "no earlier revision" in end.reason) == (End.STOPPED, True)


def test_a_way_back_that_fails_stops_with_both_reasons():
    _, end = carried(plan(), (2, FAILED), (4, FAILED))
    assert end.end is End.STOPPED
    assert "check http" in end.reason and "on the way back verify" in end.reason


def test_what_fails_before_anything_was_deployed_has_touched_nothing():
    made = plan()
    made = made._replace(steps=(made.steps[2]._replace(name="ready"), *made.steps))
    done, end = carried(made, (0, FAILED))
    assert (done, end.end, end.holds) == ([0], End.REFUSED, False)


def test_what_failed_before_anything_was_asked_for_has_touched_nothing():
    done, end = carried(plan(), (0, NOT_BEGUN))
    assert (done, end.end, end.holds) == ([0], End.REFUSED, False)
    assert end.reason == f"deploy {NEW[:9]} failed: it said no; nothing was touched"
    assert carried(plan(rollback=True), (0, NOT_BEGUN))[1].end is End.REFUSED
    assert carried(plan(shares=(0.1,)), (1, NOT_BEGUN))[1].end is End.STOPPED, "it was deployed by then"
    assert carried(plan(), (2, FAILED), (3, NOT_BEGUN))[1].end is End.STOPPED


STORIES = st.dictionaries(st.integers(0, 40), st.sampled_from([FAILED, COULD_NOT, NOT_BEGUN]))
PLANS = st.builds(
    plan,
    shares=st.sampled_from([(), (0.1,), (0.1, 0.5)]),
    bake=st.sampled_from([0.0, 60.0]),
    checks=st.sampled_from([(), ("http",), ("http", "errors")]),
    back=st.booleans(),
    rollback=st.booleans(),
)


@given(PLANS, STORIES)
def test_every_rollout_ends_in_one_way_and_does_no_step_twice(made: Plan, story):
    done, end = carried(made, *story.items())
    assert len(done) == len(set(done)) <= len(made.steps) + len(made.back)
    assert done == sorted(done)
    went = [story.get(number, PASSED) for number in done]
    if end.end is End.PROVEN:
        assert went == [PASSED] * len(made.steps)
    if end.end is End.ROLLED_BACK:
        assert not made.rollback
        assert done[-len(made.back) :] == list(range(len(made.steps), len(made.steps) + len(made.back)))
        assert [one for one in went if one is not PASSED] in ([FAILED], [NOT_BEGUN])
    if COULD_NOT in went:
        assert end.end in (End.STOPPED, End.REFUSED)


@given(PLANS, STORIES, st.randoms(use_true_random=False))
def test_what_is_next_does_not_depend_on_the_order_in_which_results_are_read(made: Plan, story, chance):
    results: list[Result] = []
    while isinstance(one := next_step(made, results), Next):
        mixed = [*results, *results]  # read twice, in any order
        chance.shuffle(mixed)
        assert next_step(made, mixed) == one
        results.append(Result(one.number, story.get(one.number, PASSED), at(one.number)))


@given(PLANS, STORIES)
def test_traffic_is_given_only_to_what_was_proven_at_the_share_before(made: Plan, story):
    done, _ = carried(made, *story.items())
    forward = [number for number in done if number < len(made.steps)]
    for before, after in pairwise(forward):
        if made.steps[after].share > made.steps[before].share:
            assert story.get(before, PASSED) is PASSED
    assert made.steps[0].do is Do.DEPLOY
