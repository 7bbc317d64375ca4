"""Which commits are known to be bad: what was rolled back, and what has that in it and not what mends it."""

from __future__ import annotations

import pytest

from tests.support.crew import World, failing
from unshipped.app.bad import marked, rolled_back, why_bad
from unshipped.app.planning import PAST
from unshipped.core.rollout import End
from unshipped.core.windows import Despite

TITLE = "Round half a cent (#3)"
BACK = f'Revert "{TITLE}" (#5)'


@pytest.fixture
def bad(world: World) -> str:
    """A commit that went out and came back."""
    landed = world.land("api/app.py", message=TITLE)
    world.probe = failing(landed)
    world.ask("api", landed)
    world.carry()
    assert world.end().end is End.ROLLED_BACK
    world.probe = None
    return landed


def why(world: World, commit: str) -> str:
    [past] = world.book.pasts(["api/production"], PAST).values()
    [origin] = world.targets["api/production"].origins
    return why_bad(world.crew().repository(origin.repository), origin, commit, past, world.now)


def test_what_changes_nothing_of_what_was_rolled_back_is_as_bad(world: World, bad: str):
    told = f"{bad[:9]} was rolled back on Thu 2026-02-05"
    assert why(world, bad) == told
    assert why(world, world.land("worker/main.py")) == f"{told}, and this has the same content"


def test_what_mends_it_by_itself_is_not(world: World, bad: str):
    assert why(world, world.land("api/app.py")) == ""


def test_what_lies_between_it_and_its_revert_lacks_that(world: World, bad: str):
    between = world.land("api/new.py", message=f"Not a {BACK}")
    revert = world.repo.commit({"api/app.py": "1"}, message=BACK)
    after = world.land("api/app.py")
    assert why(world, between).endswith(f", and it lacks {revert[:9]}, which takes that back")
    assert (why(world, revert), why(world, after)) == ("", "")


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_revert_of_anything_that_it_shipped_takes_it_back(world: World, by_hand: bool):
    before = world.land("api/new.py", message="Before (#2)")
    culprit = world.land("api/app.py", message=TITLE)
    tip = world.land("api/new.py", message="Tip (#4)")
    world.probe = None if by_hand else failing(tip)
    world.ask("api", tip)
    world.carry()
    if by_hand:
        world.ask("api", world.old, rollback=True)
        world.carry()
    between = world.land("api/new.py")
    assert why(world, between) == ""
    revert = world.repo.commit({"api/app.py": "1"}, message=BACK)
    told = f"{tip[:9]} was rolled back on Thu 2026-02-05, and it lacks {revert[:9]}"
    assert why(world, between) == why(world, culprit) == f"{told}, which takes {culprit[:9]} back"
    assert (why(world, before), why(world, revert)) == ("", "")
    world.repo.commit({"api/new.py": "1"}, message='Revert "Tip (#4)"')
    assert why(world, revert) == "", "one of them has been taken back in it"


def test_of_several_reverts_of_one_change_the_newest_counts(world: World, bad: str):
    first = world.repo.commit({"api/app.py": "1"}, message=BACK)
    assert why(world, first) == ""
    again = world.land("api/app.py", message=f'Revert "{BACK}"')
    last = world.repo.commit({"api/app.py": "1"}, message=BACK)
    assert why(world, again).endswith(f"lacks {last[:9]}, which takes that back")
    assert why(world, last) == ""


def test_the_revert_of_another_change_says_nothing_of_it(world: World, bad: str):
    between = world.land("api/new.py")
    world.repo.commit({"api/app.py": "1"}, message='Revert "Another (#4)"')
    assert why(world, between) == ""


def test_what_was_made_before_it_or_beside_it_is_not(world: World, bad: str):
    beside = world.repo.commit({"api/app.py": "hot"}, on="hotfix", parents=[world.old])
    world.repo.commit({"api/app.py": "1"}, message=BACK)
    assert (why(world, world.old), why(world, beside)) == ("", "")


def test_what_was_rolled_back_beside_the_branch_has_no_revert_there(world: World):
    hotfix = world.repo.commit({"api/app.py": "hot"}, on="hotfix", message=TITLE, parents=[world.old])
    world.probe = failing(hotfix)
    world.ask("api", hotfix)
    world.carry()
    more = world.repo.commit({"api/app.py": "hotter"}, on="hotfix")
    world.repo.commit({"api/app.py": "2"}, on="main", message=BACK)
    assert "was rolled back" in why(world, hotfix)
    assert why(world, more) == ""


@pytest.mark.parametrize(("reason", "told"), [("not now", "by ben: not now)"), ("", "by ben)")])
def test_where_somebody_took_it_back_it_says_who(world: World, reason: str, told: str):
    new = world.land("api/app.py")

    def bring(order, _) -> None:
        world.serves["api"] = [(order.commit, 1.0)]
        world.book.cancel(order.rollout, "ben", reason, world.now)

    world.bring = bring
    world.ask("api", new)
    world.carry()
    assert why(world, new).endswith(f"(cancelled {told}")


def test_what_was_proven_since_is_not_and_what_was_taken_back_by_hand_is(world: World, bad: str):
    world.ask("api", bad, despite=(Despite.HELD, Despite.BAD))
    world.carry()
    past = world.book.rollouts()
    assert (world.end().end, rolled_back(past), marked(bad, past, world.now)) == (End.PROVEN, {}, "")
    world.ask("api", world.old, rollback=True)
    world.carry()
    assert [*rolled_back(world.book.rollouts())] == [bad]


def test_a_way_back_from_what_nobody_knew_makes_nothing_bad(world: World):
    world.serves["api"] = [(world.land("api/app.py"), 0.5), (world.land("api/app.py"), 0.5)]
    world.ask("api", world.old, rollback=True)
    world.carry()
    assert (world.end().end, rolled_back(world.book.rollouts())) == (End.PROVEN, {})
