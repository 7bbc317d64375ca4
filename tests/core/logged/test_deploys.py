"""Deploys as they were seen and as somebody said them, and the figures of DORA that follow."""

from __future__ import annotations

import pytest

from tests.core.recorded import MERGED, Recorded
from tests.core.watched import FIX, NEW, OLD, at, behind, in_sync, unknown
from unshipped.core.counting.dora import Dora, dora
from unshipped.core.counting.figures import Span
from unshipped.core.logged.deploys import Deploy, deploys
from unshipped.core.model import Flag

DAY = 1440


def seen(*looks: tuple[float, str]) -> Recorded:
    """What served at each minute."""
    story = Recorded()
    for minute, commit in looks:
        story.look(minute, in_sync(deployed=commit))
    return story


def found(story: Recorded) -> list[Deploy]:
    return list(deploys(story.past()))


def over(story: Recorded, days: float = 7) -> Dora:
    return dora(story.past(), Span(at(0), at(days * DAY)))


def test_another_commit_that_serves_is_a_deploy_between_the_two_looks():
    (only,) = found(seen((0, OLD), (10, OLD), (20, NEW)))
    assert (only.commit, only.before, only.after, only.at) == (NEW, OLD, at(10), at(20))
    assert (only.back, only.recorded, only.by_hand) == (False, False, True)


def test_the_first_look_is_no_deploy():
    assert found(seen((0, OLD))) == []


def test_not_to_know_what_serves_is_no_deploy():
    story = seen((0, OLD))
    story.look(10, unknown())
    story.look(20, in_sync(deployed=OLD))
    assert found(story) == []


def test_what_was_recorded_and_seen_is_one_deploy_with_who_did_it():
    story = seen((0, OLD), (20, NEW))
    story.deployed(12, NEW[:12], by="Ana")
    (only,) = found(story)
    assert (only.by, only.recorded, only.seen, only.by_hand) == ("Ana", True, True, True)


def test_what_this_product_deployed_was_not_deployed_by_hand():
    story = seen((0, OLD), (20, NEW))
    story.deployed(12, NEW, by="unshipped/rollout")
    story.deployed(13, NEW, by="the pipeline")
    (only,) = found(story)
    assert not only.by_hand


def test_a_name_that_begins_like_this_product_is_somebody_else():
    story = seen((0, OLD), (20, NEW))
    story.deployed(12, NEW, by="unshipped-fan")
    assert found(story)[0].by_hand


def test_what_was_recorded_under_a_tag_is_the_deploy_that_was_seen_then():
    story = seen((0, OLD), (20, NEW))
    story.deployed(12, "v1.2", by="Ana")
    assert len(found(story)) == 1


def test_what_was_replaced_between_two_looks_counts_where_it_was_recorded():
    story = seen((0, OLD), (20, NEW))
    story.deployed(5, FIX, by="Ana")
    story.deployed(12, NEW, by="Ben")
    assert [(one.commit, one.seen, one.by) for one in found(story)] == [
        (FIX, False, "Ana"),
        (NEW, True, "Ben"),
    ]


def test_rows_of_one_commit_with_another_one_between_them_are_two_deploys_and_the_last_was_seen():
    story = seen((0, OLD), (20, FIX))
    story.deployed(5, FIX, by="unshipped/ana")
    story.deployed(6, FIX[:9])
    story.deployed(8, NEW, by="unshipped/ana")
    story.deployed(12, FIX, kind="rolledback", by="unshipped/ben")
    story.deployed(13, FIX, by="the pipeline")
    assert [(one.commit, one.at, one.back, one.by, one.seen) for one in found(story)] == [
        (FIX, at(5), False, "unshipped/ana", False),
        (NEW, at(8), False, "unshipped/ana", False),
        (FIX, at(20), True, "unshipped/ben", True),
    ]


def test_what_was_seen_twice_is_told_of_by_the_rows_between_its_own_looks():
    story = seen((0, OLD), (20, FIX), (25, NEW), (40, FIX))
    story.deployed(12, FIX, by="Ana")
    assert [(one.commit, one.at, one.by) for one in found(story)] == [
        (FIX, at(20), "Ana"),
        (NEW, at(25), ""),
        (FIX, at(40), ""),
    ]


def test_a_tag_and_the_commit_beside_it_are_one_deploy_and_another_tag_is_another_one():
    story = seen((0, OLD), (20, NEW))
    story.deployed(5, "v1.1", by="Ana")
    story.deployed(10, "v1.2", by="Ben")
    story.deployed(11, NEW)
    assert [(one.commit, one.by, one.seen) for one in found(story)] == [
        ("v1.1", "Ana", False),
        (NEW, "Ben", True),
    ]


def test_what_nobody_saw_is_one_deploy_where_several_say_so_within_an_hour():
    story = seen((0, OLD), (200, OLD))
    for minute in (10, 12, 100):
        story.deployed(minute, NEW[:9] if minute == 12 else NEW)
    assert [(one.commit, one.at) for one in found(story)] == [(NEW, at(10)), (NEW, at(100))]


@pytest.mark.parametrize(("looked", "recorded"), [(200, (5, 100)), (10, (5, 69))])
def test_what_was_seen_once_is_one_deploy_however_late_the_second_one_says_so(looked, recorded):
    story = seen((0, OLD), (looked, NEW))
    for minute, who in zip(recorded, ("unshipped/ana", "the pipeline"), strict=True):
        story.deployed(minute, NEW, by=who)
    [one] = found(story)
    assert (one.at, one.by) == (at(looked), "unshipped/ana")


@pytest.mark.parametrize("first", [NEW, "v1.1"])
@pytest.mark.parametrize("second", [FIX, "v1.2"])
def test_a_tag_tells_of_the_deploy_that_was_seen_nearest(first: str, second: str):
    story = seen((0, OLD), (10, NEW), (40, FIX))
    story.deployed(5, first, by="unshipped/ana")
    story.deployed(35, second, by="unshipped/ben", kind="rolledback")
    told = [(one.commit, one.by, one.back) for one in found(story)]
    assert told == [(NEW, "unshipped/ana", False), (FIX, "unshipped/ben", True)]


def test_what_was_recorded_long_before_is_another_deploy():
    story = seen((0, OLD), (200, OLD), (210, NEW))
    story.deployed(60, NEW, by="Ana")
    assert [one.seen for one in found(story)] == [False, True]


def test_what_was_removed_is_no_deploy():
    story = seen((0, OLD))
    story.deployed(5, "", kind="removed")
    assert found(story) == []


def test_a_return_to_what_served_before_is_a_rollback():
    assert [one.back for one in found(seen((0, OLD), (10, NEW), (20, OLD)))] == [False, True]


def test_what_served_before_the_time_that_is_read_served_before():
    story = seen((0, OLD), (10, NEW), (20, OLD))
    story.stretches = story.stretches[1:]
    assert [(one.commit, one.back) for one in found(story)] == [(OLD, True)]


def test_to_go_forward_again_is_no_rollback_and_further_back_is_another_one():
    again = seen((0, OLD), (10, FIX), (20, NEW))
    for minute, commit in ((30, FIX), (40, OLD)):
        again.look(minute, behind(deployed=commit, flags=(Flag.ROLLED_BACK,)))
    again.look(50, in_sync(deployed=NEW))
    assert [(one.commit, one.back) for one in found(again)] == [
        (FIX, False),
        (NEW, False),
        (FIX, True),
        (OLD, True),
        (NEW, False),
    ]


def test_what_is_said_or_flagged_as_one_is_a_rollback():
    said = seen((0, OLD), (20, NEW))
    said.deployed(12, NEW, kind="rolledback")
    flagged = seen((0, OLD))
    flagged.look(20, behind(deployed=NEW, flags=(Flag.ROLLED_BACK,)))
    assert [found(story)[0].back for story in (said, flagged)] == [True, True]


def test_the_figures_of_dora_on_a_week_that_can_be_counted_by_hand():
    story = seen((0, OLD))
    story.look(30, behind(since=10, landing=FIX))
    story.look(40, in_sync(deployed=FIX))  # live 30 minutes after it landed
    story.look(DAY, in_sync(deployed=MERGED))
    story.look(DAY + 25, behind(since=DAY - 50, deployed=FIX, landing=MERGED))
    figures = over(story)
    assert (len(figures.deployed), figures.a_day) == (2, 2 / 7)
    assert figures.lead_time.median == 30 * 60
    assert figures.failures.value == 0.5
    assert figures.restored_after.mean == 25 * 60


def test_a_rollback_whose_deploy_nobody_saw_has_no_time_to_restore():
    story = Recorded()
    story.deployed(12, OLD, kind="rolledback")
    figures = over(story)
    assert (len(figures.failures.ids), figures.failures.value, figures.restored_after.n) == (1, None, 0)


def test_a_week_without_a_deploy_has_no_failure_rate():
    figures = over(seen((0, OLD)))
    assert (figures.a_day, figures.failures.value, figures.lead_time.median) == (0, None, None)
