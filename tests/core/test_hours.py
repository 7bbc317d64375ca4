"""Working time: real seconds, on days when the clock is changed as well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unshipped.core.hours import WorkingHours, openings, within, worked, working_seconds

WEEK, EVERY_DAY = (0, 1, 2, 3, 4), tuple(range(7))
OFFICE = WorkingHours(WEEK, 9 * 60, 17 * 60, "Europe/Berlin")
ALWAYS = WorkingHours(EVERY_DAY, 0, 24 * 60, "Europe/Berlin")
NIGHT = WorkingHours(EVERY_DAY, 0, 6 * 60, "Europe/Berlin")

CASES = [
    # hours, since, now (both in Berlin), working hours between them
    (OFFICE, "2026-02-05T10:00", "2026-02-05T12:30", 2.5),  # within one day
    (OFFICE, "2026-02-05T07:00", "2026-02-05T08:00", 0),  # before it begins
    (OFFICE, "2026-02-05T16:00", "2026-02-06T10:00", 2),  # over a night
    (OFFICE, "2026-02-06T16:00", "2026-02-09T10:00", 2),  # over a weekend
    (OFFICE, "2026-02-07T00:00", "2026-02-08T23:59", 0),  # a weekend
    (OFFICE, "2026-02-02T00:00", "2026-02-09T00:00", 40),  # a week
    (OFFICE, "2025-12-31T16:00", "2026-01-01T10:00", 2),  # into the next year
    (OFFICE, "2026-03-27T16:00", "2026-03-30T10:00", 2),  # over the weekend that loses an hour
    (ALWAYS, "2026-03-29T00:00", "2026-03-30T00:00", 23),  # the day that loses an hour
    (ALWAYS, "2026-10-25T00:00", "2026-10-26T00:00", 25),  # the day that gains one
    (NIGHT, "2026-03-29T00:00", "2026-03-29T12:00", 5),
    (NIGHT, "2026-10-25T00:00", "2026-10-25T12:00", 7),
    (ALWAYS, "2026-02-05T10:00", "2026-02-05T10:00", 0),
    (ALWAYS, "2026-02-05T10:00", "2026-02-05T09:00", 0),  # nothing is owed
]


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@pytest.mark.parametrize(("hours", "since", "now", "worked"), CASES)
def test_only_working_time_counts(hours: WorkingHours, since: str, now: str, worked: float) -> None:
    assert working_seconds(hours, berlin(since), berlin(now)) == worked * 3600


def test_the_zone_decides_when_a_day_begins() -> None:
    tokyo = OFFICE._replace(zone="Asia/Tokyo")
    since, now = datetime(2026, 2, 5, tzinfo=UTC), datetime(2026, 2, 5, 12, tzinfo=UTC)
    assert working_seconds(tokyo, since, now) == 8 * 3600
    assert working_seconds(OFFICE._replace(zone="America/New_York"), since, now) == 0


def test_a_year_of_waiting_passes_every_threshold() -> None:
    hour_a_week = WorkingHours((0,), 0, 60, "UTC")
    since = datetime(2020, 1, 1, tzinfo=UTC)
    assert working_seconds(hour_a_week, since, since + timedelta(days=800)) > 400 * 86400


def test_it_is_counted_to_the_microsecond() -> None:
    all_week = WorkingHours(tuple(range(7)), 0, 1440, "UTC")
    since, span = datetime(2025, 1, 1, tzinfo=UTC), timedelta(days=1, microseconds=1)
    assert working_seconds(all_week, since, since + span) == span.total_seconds()


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
moments = st.integers(0, 2 * 365 * 86400).map(
    lambda second: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)
spans = st.timedeltas(timedelta(0), timedelta(days=120))


@st.composite
def working_hours(draw: st.DrawFn) -> WorkingHours:
    days = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1))))
    start = draw(st.integers(0, 23)) * 60
    end = draw(st.integers(start // 60 + 1, 24)) * 60
    return WorkingHours(days, start, end, draw(st.sampled_from(ZONES)))


@settings(max_examples=50, deadline=None)
@given(working_hours(), moments, spans)
def test_it_is_never_more_than_real_time(hours: WorkingHours, since: datetime, span: timedelta) -> None:
    assert 0 <= working_seconds(hours, since, since + span) <= span.total_seconds()


@settings(max_examples=50, deadline=None)
@given(working_hours(), moments, spans, spans)
def test_two_stretches_add_up(hours: WorkingHours, since: datetime, one: timedelta, two: timedelta) -> None:
    middle, end = since + one, since + one + two
    parts = working_seconds(hours, since, middle) + working_seconds(hours, middle, end)
    assert parts == pytest.approx(working_seconds(hours, since, end), abs=1e-3)


def test_it_is_never_more_than_real_time_past_a_year_either() -> None:
    since = datetime(2024, 1, 1, 23, 59, tzinfo=UTC)
    now = datetime(2025, 6, 1, tzinfo=UTC)
    every_minute = ALWAYS._replace(zone="UTC")
    assert working_seconds(every_minute, since, now) <= (now - since).total_seconds()


@given(
    since=st.integers(0, 2 * 365 * 86400).map(
        lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    hours=st.sampled_from([OFFICE, ALWAYS, NIGHT]),
    length=st.floats(1, 30 * 86400),
)
def test_a_length_of_working_time_is_over_when_so_much_of_it_was_worked(
    since: datetime, hours: WorkingHours, length: float
):
    over = worked(hours, since, length)
    assert working_seconds(hours, since, over) == pytest.approx(length, abs=0.01)
    assert working_seconds(hours, since, over - timedelta(seconds=1)) < length


def test_working_time_begins_once_on_each_of_its_days():
    since, until = berlin("2026-03-27T10:00"), berlin("2026-04-01T00:00")
    begun = [*openings(OFFICE, since, until)]
    assert begun == [berlin("2026-03-30T09:00"), berlin("2026-03-31T09:00")]


def test_what_begins_at_the_first_moment_counts_and_what_begins_at_the_last_does_not():
    monday, tuesday = berlin("2026-03-30T09:00"), berlin("2026-03-31T09:00")
    assert [*openings(OFFICE, monday, tuesday)] == [monday]


@pytest.mark.parametrize(
    ("moment", "working"),
    [
        ("2026-02-05T08:59", False),
        ("2026-02-05T09:00", True),
        ("2026-02-05T16:59", True),
        ("2026-02-05T17:00", False),
        ("2026-02-07T12:00", False),  # a Saturday
    ],
)
def test_it_is_working_time_from_its_beginning_until_before_its_end(moment: str, working: bool):
    assert within(OFFICE, berlin(moment)) is working


def test_the_days_beyond_a_year_count_in_full():
    a_day = timedelta(days=1)
    monday = WorkingHours((0,), 0, 60, "UTC")
    now = datetime(2026, 2, 5, tzinfo=UTC)
    of_a_year = working_seconds(monday, now - 366 * a_day, now)
    assert of_a_year == 52 * 3600
    assert working_seconds(monday, now - 376 * a_day, now) == of_a_year + 10 * 86400


def test_more_than_a_year_of_working_time_is_over_when_its_last_day_is():
    since = datetime(2026, 2, 2, tzinfo=UTC)  # a Monday
    an_hour_a_week = WorkingHours((0,), 0, 60, "UTC")
    assert worked(an_hour_a_week, since, 53 * 3600) == since + timedelta(days=364, hours=1)
    assert worked(an_hour_a_week, since, 54 * 3600) == since + timedelta(days=366, hours=1)
