"""Lengths of time as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unshipped.config.durations import LONGEST, seconds, spelled

RIGHT = {
    "15m": 900,
    "6h": 21600,
    "2d": 172800,
    "1h30m": 5400,
    "1w": 604800,
    "90m": 5400,
    "0s": 0,
    "1d1s": 86401,
}


@pytest.mark.parametrize(("text", "length"), RIGHT.items())
def test_a_duration_is_a_number_of_seconds(text: str, length: int) -> None:
    assert seconds(text) == length


def test_a_whole_number_counts_seconds() -> None:
    assert seconds(90) == 90.0


@pytest.mark.parametrize(
    "text", ["", "m", "15", "1m1h", "1h1h", "1.5h", "-1h", "1 h", "1H", "1y", "1h\n", "٣h"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write `15m`, `6h`, `2d` or `1h30m`"):
        seconds(text)


@given(st.integers(0, LONGEST))
def test_a_duration_is_spelled_as_it_is_read(length: int) -> None:
    assert seconds(spelled(length)) == length
