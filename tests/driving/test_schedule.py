"""When the watch looks, also on the two nights of the year on which the clock is changed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unshipped import schedule
from unshipped.schedule import Schedule, jittered

PACIFIC = "America/Los_Angeles"
SPRING = datetime(2026, 3, 8, tzinfo=ZoneInfo(PACIFIC))
AUTUMN = datetime(2026, 11, 1, tzinfo=ZoneInfo(PACIFIC))


def moments(schedule: Schedule, start: datetime, hours: float) -> list[str]:
    """What is due in that time, as local times with their offset."""
    found, at, end = [], start.astimezone(UTC), start.astimezone(UTC) + timedelta(hours=hours)
    while (at := schedule.next(at)) <= end:
        found.append(at.astimezone(ZoneInfo(schedule.zone)).strftime("%H:%M%z"))
    return found


def test_the_plan_looks_five_times_a_day_in_pacific_time_in_summer_and_in_winter():
    plan = Schedule(["0 8,10,12,14,16 * * *"], PACIFIC)
    assert moments(plan, SPRING - timedelta(days=1), 24) == [f"{hour:02}:00-0800" for hour in range(8, 17, 2)]
    assert moments(plan, SPRING + timedelta(hours=4), 24)[:5] == [
        f"{hour:02}:00-0700" for hour in range(8, 17, 2)
    ]


def test_several_expressions_are_one_schedule():
    assert moments(Schedule(["0 8 * * *", "30 9 * * *"]), datetime(2026, 2, 5, tzinfo=UTC), 24) == [
        "08:00+0000",
        "09:30+0000",
    ]


def test_a_time_that_the_clock_skips_is_due_when_it_was_skipped():
    assert moments(Schedule(["30 2 * * *"], PACIFIC), SPRING, 30) == ["03:00-0700", "02:30-0700"]


def test_a_time_that_comes_twice_is_due_once():
    assert moments(Schedule(["30 1 * * *"], PACIFIC), AUTUMN, 24) == ["01:30-0700"]


def test_what_is_due_every_ten_minutes_is_so_in_the_hour_that_comes_twice_and_leaves_out_none():
    assert len(moments(Schedule(["*/10 * * * *"], PACIFIC), AUTUMN, 24)) == 144
    assert len(moments(Schedule(["*/10 * * * *"], PACIFIC), SPRING, 24)) == 144


@pytest.mark.parametrize("expression", ["61 * * * *", "", "* * * *", "x * * * *", "0 0 30 2 *"])
def test_what_is_no_schedule_is_refused_with_what_stands_there(expression: str):
    with pytest.raises(ValueError, match=r"cron expression|never due") as refused:
        Schedule([expression])
    assert repr(expression) in str(refused.value)


def test_a_schedule_that_is_due_on_leap_days_only_has_its_latest():
    assert Schedule(["0 0 29 2 *"]).latest(datetime(2026, 2, 5, tzinfo=UTC)) == datetime(
        2024, 2, 29, tzinfo=UTC
    )


@settings(deadline=None)
@given(
    st.sampled_from(["*/10 * * * *", "0 8-16/2 * * *", "30 1 * * *", "30 2 * * *", "0 9 * * 1"]),
    st.sampled_from(["UTC", PACIFIC, "Europe/Berlin", "Australia/Lord_Howe"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zones are given
)
def test_the_latest_moment_is_the_one_before_the_next(expression: str, zone: str, now: datetime):
    schedule = Schedule([expression], zone)
    latest = schedule.latest(now)
    assert latest is not None and latest <= now < schedule.next(now)
    assert schedule.next(latest) == schedule.next(now)


def test_jitter_is_bounded_and_the_same_each_time():
    now = datetime(2026, 2, 5, tzinfo=UTC)
    spread = {jittered(now, 30, f"{number}/100") for number in range(1, 101)}
    assert len(spread) == 100
    assert all(now <= one < now + timedelta(seconds=30) for one in spread)
    assert jittered(now, 30, "1/4") == jittered(now, 30, "1/4")


def test_the_newest_moment_of_many_is_found_without_going_through_a_day(
    monkeypatch: pytest.MonkeyPatch,
):
    asked = Counter[str]()
    first = schedule._first

    def counted(expression: str, after: datetime, zone: str) -> datetime:
        asked[expression] += 1
        return first(expression, after, zone)

    monkeypatch.setattr(schedule, "_first", counted)
    now = datetime(2026, 2, 5, 16, 37, 1, tzinfo=UTC)
    assert Schedule(["*/2 * * * * *"]).latest(now) == now.replace(second=0)
    assert asked.total() < 100
