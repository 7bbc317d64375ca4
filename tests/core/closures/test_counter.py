"""Counting thousands of sets at once is counting each member."""

from __future__ import annotations

from collections import Counter as Naive

from hypothesis import given, settings
from hypothesis import strategies as st

from unshipped.core.closures.counter import Counter
from unshipped.core.paths import members

SIZE = 70  # more than one machine word


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, (1 << SIZE) - 1), max_size=40))
def test_it_counts_in_how_many_sets_each_member_was(masks: list[int]) -> None:
    counter, naive = Counter(), Naive[int]()
    for mask in masks:
        counter.add(mask)
        naive.update(members(mask))
    assert counter.totals(SIZE) == [naive[member] for member in range(SIZE)]


def test_nothing_was_in_no_set() -> None:
    assert Counter().totals(3) == [0, 0, 0]


def test_a_count_grows_without_end() -> None:
    counter = Counter()
    for _ in range(1000):
        counter.add(0b101)
    assert counter.totals(3) == [1000, 0, 1000]
