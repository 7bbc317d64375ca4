"""May something be deployed now? Deny wins, a rollback waits for no window, and there is always a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.watched import NEW, OLD, at
from unshipped.core.hours import WorkingHours
from unshipped.core.model import Hold
from unshipped.core.windows import (
    Asked,
    Despite,
    Freeze,
    Ground,
    Lock,
    Wait,
    may_begin,
    newest,
    opens,
)

WISH = Asked("1", "worker", "production", NEW, "ana", at(0))
NOON = WorkingHours((0, 1, 2, 3, 4), 12 * 60, 13 * 60, "UTC")  # the stories begin at noon of a Thursday
NIGHT = WorkingHours((0, 1, 2, 3, 4), 0, 60, "UTC")
FREEZE = Freeze(at(-60), at(60), "the sale", "ben")
LOCK = Lock("l1", "the database is moved", "ben", at(-60))


def waits(asked: Asked = WISH, now: float = 0, **ground) -> Wait | None:
    return may_begin(asked, Ground(**ground), at(now))


def test_without_any_rule_it_may_begin():
    assert waits() is None


@pytest.mark.parametrize(
    ("ground", "reason"),
    [
        ({"windows": (NIGHT,)}, "it is outside of every window until 2026-02-06 00:00:00 UTC"),
        ({"windows": (NOON,), "freezes": (FREEZE,)}, "frozen by ben"),
        ({"locks": (LOCK,)}, "locked by ben: the database is moved"),
        ({"locks": (LOCK._replace(since=at(5)),)}, "locked by ben: the database is moved"),
        (
            {"holds": (Hold("rolled back", "unshipped", at(5)),)},
            "hold by unshipped until 2026-02-05 12:05:00 UTC: ",
        ),
        ({"running": "r7"}, "rollout r7 of it is under way"),
        ({"older": True}, "it would undo changes"),
        ({"bad": "rolled back on Tuesday"}, "is known to be bad: rolled back on Tuesday"),
        ({"ahead": 1}, "production has 1 commit that bbbbbbbbb lacks: they would be lost"),
        ({"unknown": "no answer"}, "nobody knows what serves: no answer"),
        ({"first": "api goes first"}, "api goes first"),
        ({"same": True}, "has the same content as bbbbbbbbb already"),
        ({"full": True}, "as many rollouts as may be are under way"),
    ],
)
def test_each_rule_says_why_it_has_to_wait(ground, reason: str):
    found = waits(**ground)
    assert found and reason in found.reason
    assert found.final is bool(ground.keys() & {"older", "bad", "same"})


@pytest.mark.parametrize(
    "ground",
    [
        {"windows": (NOON,)},
        {"windows": (NIGHT, NOON)},
        {"freezes": (FREEZE._replace(until=at(0)),)},
        {"freezes": (FREEZE._replace(since=at(1)),)},
        {"locks": (LOCK._replace(until=at(0)),)},
        {"locks": (LOCK._replace(services=("api-*",)),)},
        {"holds": (Hold("over", "ana", at(0)),)},
    ],
)
def test_what_is_for_others_or_over_keeps_nothing_back(ground):
    assert waits(**ground) is None


@pytest.mark.parametrize("wish", [WISH._replace(rollback=True), WISH._replace(despite=(Despite.WINDOW,))])
def test_a_rollback_and_an_emergency_wait_for_no_window_and_no_freeze(wish: Asked):
    assert waits(wish, windows=(NIGHT,), freezes=(FREEZE,)) is None


@pytest.mark.parametrize("despite", [(), (Despite.WINDOW,), tuple(Despite)])
def test_what_is_asked_for_later_waits_whatever_it_steps_over(despite):
    wish = WISH._replace(not_before=at(60), despite=despite)
    assert waits(wish) == Wait("it waits for 2026-02-05 13:00:00 UTC", at(60))
    assert opens(wish, Ground(freezes=(FREEZE._replace(until=at(90)),)), at(0)) == at(60 if despite else 90)
    assert waits(wish, 60) is None


@pytest.mark.parametrize(
    ("ground", "despite"),
    [
        ({"ahead": 1}, Despite.AHEAD),
        ({"bad": "rolled back"}, Despite.BAD),
        ({"holds": (Hold("rolled back", "unshipped"),)}, Despite.HELD),
        ({"same": True}, Despite.SAME),
        ({"unknown": "no answer"}, Despite.UNKNOWN),
        ({"windows": (NIGHT,)}, Despite.WINDOW),
    ],
)
def test_each_safety_is_stepped_over_by_its_own_name_alone(ground, despite: Despite):
    assert waits(WISH._replace(despite=(despite,)), **ground) is None
    assert waits(WISH._replace(despite=tuple(one for one in Despite if one is not despite)), **ground)


def test_nothing_steps_over_a_newer_revision_a_lock_or_a_rollout_under_way():
    wish = WISH._replace(despite=tuple(Despite))
    for ground in ({"older": True}, {"locks": (LOCK,)}, {"running": "r7"}):
        assert waits(wish, **ground)


def test_a_rollback_waits_for_a_lock_and_for_what_is_under_way():
    back = WISH._replace(rollback=True)
    assert waits(back, locks=(LOCK,))
    assert waits(back, running="r7")


def test_a_rollback_may_bring_back_what_is_older_and_go_over_a_hold():
    back = WISH._replace(rollback=True)
    assert waits(back, older=True, holds=(Hold("rolled back", "unshipped"),)) is None


def test_a_rollback_waits_for_nothing_that_goes_first():
    assert waits(WISH._replace(rollback=True), first="api goes first") is None


def test_it_waits_for_its_batch_and_for_its_approval():
    assert waits(WISH._replace(not_before=at(10)))
    assert waits(WISH._replace(not_before=at(10)), now=10) is None
    assert waits(WISH._replace(needs_approval=True))
    assert waits(WISH._replace(needs_approval=True, approved_by="ben")) is None


@pytest.mark.parametrize(
    ("another", "asks", "approves", "reason"),
    [
        (False, "ana", "", "somebody has to approve it"),
        (False, "ana", "ana", ""),
        (True, "ana", "", "somebody other than ana has to approve it"),
        (True, "ana", "ana", "ana asked for it: somebody other than ana has to approve it"),
        (True, "ana", "Ana", "ana asked for it: somebody other than ana has to approve it"),
        (True, "ana", "ben", ""),
        (True, "unshipped/auto", "ana", ""),
    ],
)
def test_who_asked_may_approve_it_where_it_need_not_be_another(another, asks, approves, reason: str):
    wish = WISH._replace(needs_approval=True, by=asks, approved_by=approves)
    assert waits(wish, another=another) == (Wait(reason) if reason else None)
    assert waits(wish._replace(despite=(Despite.UNAPPROVED,)), another=another) is None
    others = tuple(one for one in Despite if one is not Despite.UNAPPROVED)
    assert bool(waits(wish._replace(despite=others), another=another)) is bool(reason)
    assert waits(wish._replace(needs_approval=False), another=another) is None


def test_a_reason_says_until_when_where_that_is_known():
    found = waits(freezes=(FREEZE,))
    assert found and found.until == at(60)
    assert "until 2026-02-05 13:00:00 UTC" in found.reason


def test_a_freeze_holds_from_its_first_moment_on():
    assert waits(freezes=(FREEZE._replace(since=at(0)),))


def test_of_several_windows_the_next_one_is_told():
    found = waits(windows=(NIGHT, NOON._replace(start=15 * 60, end=16 * 60)))
    assert found and found.until == at(3 * 60)


def test_it_opens_when_all_that_ends_by_itself_has_ended():
    noon = (NOON,)

    def when(asked: Asked = WISH, **ground):
        return opens(asked, Ground(**ground), at(0))

    assert when() is None and when(windows=noon) is None
    assert when(freezes=(FREEZE,)) == at(60)
    assert when(freezes=(FREEZE._replace(until=at(30)),), windows=noon) == at(30)
    assert when(freezes=(FREEZE,), windows=noon) == at(24 * 60)  # the window is over when the freeze is
    assert when(windows=(NIGHT,)) == at(12 * 60)
    assert when(WISH._replace(not_before=at(10)), locks=(LOCK._replace(until=at(20)),)) == at(20)
    assert when(locks=(LOCK,), freezes=(FREEZE,)) is None  # nobody knows when the lock is taken away
    assert when(holds=(Hold("rolled back", "ana", at(5)),)) == at(5)
    assert when(holds=(Hold("declared", "ana", at(5)), Hold("placed", "ben", at(9)))) == at(9)
    assert when(WISH._replace(rollback=True), windows=(NIGHT,)) is None


def test_of_several_wishes_for_a_target_the_newest_counts():
    first, second = WISH, WISH._replace(id="2", commit=OLD, at=at(5))
    other = WISH._replace(id="3", service="api")
    kept, dropped = newest([second, other, first])
    assert sorted(one.id for one in kept) == ["2", "3"]
    assert dropped == [first]


def test_the_newest_revision_counts_and_not_the_wish_that_came_last():
    first, late = WISH, WISH._replace(id="2", commit=OLD, at=at(5))
    kept, dropped = newest([first, late], {(NEW, OLD)})
    assert (kept, dropped) == ([first], [late])


def test_a_rollback_is_not_overtaken_by_a_later_deploy():
    back = WISH._replace(id="back", rollback=True)
    kept, dropped = newest([back, WISH._replace(id="2", at=at(5))])
    assert kept == [back]
    assert [one.id for one in dropped] == ["2"]


def test_of_several_rollbacks_the_one_that_was_asked_for_last_counts():
    first = WISH._replace(rollback=True)
    late = first._replace(id="2", commit=OLD, at=at(5))
    assert newest([late, first], {(NEW, OLD)}) == ([late], [first])


RULES = st.fixed_dictionaries(
    {
        "windows": st.sampled_from([(), (NIGHT,), (NOON,)]),
        "freezes": st.sampled_from([(), (FREEZE,)]),
        "locks": st.sampled_from([(), (LOCK,)]),
        "holds": st.sampled_from([(), (Hold("held", "ana"),)]),
        "running": st.sampled_from(["", "r7"]),
        "older": st.booleans(),
        "bad": st.sampled_from(["", "it failed"]),
        "ahead": st.sampled_from([0, 2]),
        "unknown": st.sampled_from(["", "no answer"]),
        "first": st.sampled_from(["", "api goes first"]),
        "full": st.booleans(),
        "same": st.booleans(),
    }
)


@given(RULES, st.booleans(), st.booleans())
def test_a_further_rule_never_lets_more_through(rules, rollback: bool, emergency: bool):
    wish = WISH._replace(rollback=rollback, despite=(Despite.WINDOW,) * emergency)
    fewer: dict[str, object] = {
        "freezes": (),
        "locks": (),
        "holds": (),
        "running": "",
        "older": False,
        "bad": "",
    }
    fewer |= {"ahead": 0, "unknown": "", "first": "", "full": False, "same": False}
    if waits(wish, **rules) is None:
        for name, nothing in fewer.items():
            assert waits(wish, **(rules | {name: nothing})) is None
