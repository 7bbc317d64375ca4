"""Figures against the standard library's, and what holds of them whatever was counted."""

from __future__ import annotations

import statistics
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.watched import START, at
from unshipped.core.counting.figures import Ratio, Span, Spread, ratio, spread

AMOUNTS = st.lists(st.floats(0, 1e7, allow_nan=False), min_size=2, max_size=40)


def named(amounts: list[float]) -> list[tuple[str, float]]:
    return [(f"incident-{place}", amount) for place, amount in enumerate(amounts)]


@given(AMOUNTS)
def test_every_percentile_is_that_of_the_standard_library(amounts):
    theirs = statistics.quantiles(amounts, n=100, method="inclusive")
    ours = [spread(named(amounts)).percentile(percent) for percent in range(1, 100)]
    assert ours == pytest.approx(theirs)


@given(AMOUNTS)
def test_mean_median_and_largest_are_those_of_the_standard_library(amounts):
    found = spread(named(amounts))
    assert found.mean == pytest.approx(statistics.fmean(amounts))
    assert found.median == pytest.approx(statistics.median(amounts))
    assert (found.largest, found.n) == (max(amounts), len(amounts))


@given(AMOUNTS, st.randoms())
def test_the_order_of_what_is_counted_does_not_matter(amounts, chance):
    mixed = named(amounts)
    chance.shuffle(mixed)
    assert spread(mixed) == spread(named(amounts))


def test_of_nothing_there_is_no_figure():
    empty = Spread()
    assert [empty.mean, empty.median, empty.p90, empty.largest] == [None] * 4
    assert Ratio((), ()).value is None


def test_none_of_some_is_nothing_else_than_zero():
    assert ratio([], ["a"]).value == 0


def test_one_amount_is_each_percentile():
    assert spread([("a", 5.0)]).p90 == 5


def test_a_figure_names_what_it_was_counted_from():
    assert spread([("b", 2.0), ("a", 1.0)]).ids == ("a", "b")


def test_a_span_holds_its_beginning_and_not_its_end():
    span = Span(at(0), at(10))
    assert [span.holds(at(minute)) for minute in (-1, 0, 9.9, 10)] == [False, True, True, False]
    assert not span.holds(None)


@given(*[st.integers(-100, 100)] * 3)
def test_the_parts_of_a_span_overlap_as_much_as_the_whole(first, start, length):
    whole = Span(at(-50), at(50))
    cut = at(max(-50, min(50, first)))
    ends = (at(start), at(start + abs(length)))
    halves = Span(whole.since, cut).overlap(*ends) + Span(cut, whole.until).overlap(*ends)
    assert halves == whole.overlap(*ends)


def test_the_time_before_is_as_long_and_ends_where_it_begins():
    assert Span(START, START + timedelta(days=7)).before() == Span(START - timedelta(days=7), START)


@pytest.mark.parametrize(("days", "weekly"), [(7, 6), (14, 3), (1, 42)])
def test_a_number_is_told_as_so_many_a_week(days, weekly):
    assert Span(START, START + timedelta(days=days)).a_week(6) == weekly


def test_a_span_of_no_length_has_no_rate():
    assert Span(START, START).a_week(6) is None
