"""When landings landed, where a clock was wrong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from unshipped.core.history.times import in_turn


@given(st.lists(st.integers(0, 100), max_size=12), st.integers(0, 100))
def test_times_rise_along_the_chain_and_never_pass_now(times: list[int], now: int) -> None:
    found = in_turn(times, now)
    assert found == sorted(found)
    assert all(time <= now for time in found)


def test_a_landing_is_never_older_than_what_it_stands_on() -> None:
    assert in_turn([10, 30, 20, 40], 50) == [10, 30, 30, 40]


def test_one_clock_that_ran_ahead_does_not_make_later_changes_fresh() -> None:
    assert in_turn([10, 999, 20, 30], 100) == [10, 20, 20, 30]
    assert in_turn([10, 20, 999], 100) == [10, 20, 100]
    assert in_turn([999, 999], 100) == [100, 100]
