"""Sentences, compared whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.reports import NOW, fleet, of, report, target, unknown
from unshipped.core import words
from unshipped.core.model import Code, Flag, Hold, Report, State, Verdict

AGES = [
    # seconds, in two units, in one
    (None, "", ""),
    (0, "0 s", "0 s"),
    (59.9, "59 s", "59 s"),
    (60, "1 min", "1 min"),
    (34 * 60 + 59, "34 min", "34 min"),
    (3600, "1 h", "1 h"),
    (2 * 3600 + 5 * 60, "2 h 5 min", "2 h"),
    (86399, "23 h 59 min", "23 h"),
    (86400, "1 d", "1 d"),
    (86400 + 59 * 60, "1 d", "1 d"),  # never more than two units
    (3 * 86400 + 4 * 3600 + 5 * 60, "3 d 4 h", "3 d"),
    (400 * 86400, "400 d", "400 d"),
]


@pytest.mark.parametrize(("seconds", "age", "short"), AGES)
def test_an_age_is_said_in_at_most_two_units(seconds: float | None, age: str, short: str) -> None:
    assert (words.age(seconds), words.short_age(seconds)) == (age, short)


@settings(deadline=None)
@given(st.floats(0, 1e9))
def test_an_age_never_says_more_than_it_is(seconds: float) -> None:
    sizes = {"s": 1, "min": 60, "h": 3600, "d": 86400}
    said = words.age(seconds).split(" ")
    assert sum(int(n) * sizes[unit] for n, unit in zip(said[::2], said[1::2], strict=True)) <= seconds


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 changes"), (1, "1 change"), (2, "2 changes"), (1234, "1,234 changes")]
)
def test_only_one_is_singular(number: int, text: str) -> None:
    assert words.count(number, "change") == text


def test_a_moment_is_in_utc() -> None:
    when = datetime(2026, 2, 5, 17, 37, tzinfo=timezone(timedelta(hours=1)))
    assert words.moment(when) == "2026-02-05 16:37:00 UTC"


def test_every_reason_code_has_its_words_and_no_other() -> None:
    assert words.REASONS.keys() == {code.value for code in Code}
    assert all(words.REASONS.values())


def test_every_state_has_its_words() -> None:
    verdict = of(target())
    said = {words.state(verdict._replace(drift=verdict.drift._replace(state=state))) for state in State}
    assert len(said) == len(State)


HEADLINES = [
    (of(target()), "in sync"),
    (of(target(), cancelled=2), "in sync"),
    (of(target(), 1, hours=2), "1 change behind for 2 h"),
    (of(target(), 3, hours=0.7), "3 changes behind for 42 min"),
    (of(target(), ahead=1), "1 commit ahead"),
    (of(target(), 4, hours=8, ahead=2), "4 changes behind for 8 h, 2 commits ahead"),
    (unknown(target()), "unknown: the source failed"),
    (unknown(target(), code=Code.SHALLOW_HISTORY), "unknown: the clone is shallow and lacks the history"),
]


@pytest.mark.parametrize(("verdict", "text"), HEADLINES)
def test_one_line_says_it_all(verdict: Verdict, text: str) -> None:
    assert words.headline(verdict) == text


def test_a_difference_that_nothing_explains_is_said() -> None:
    drift = of(target(), 1).drift
    assert drift.facts
    strange = drift._replace(facts=drift.facts._replace(changes=0))
    assert words.headline(of(target())._replace(drift=strange._replace(state=State.DIVERGED))) == (
        "differs, and no change explains it"
    )


def test_flags_stand_behind_the_state() -> None:
    verdict = of(target(hold=Hold("freeze", "Ben")), 3, flags=(Flag.SPLIT, Flag.ROLLED_BACK))
    assert words.standing(verdict) == "behind (split, rolled back, held)"
    assert words.standing(of(target())) == "in sync"


EXCUSES = [
    (of(target()), ""),
    (of(target(), 9), ""),
    (of(target(), 9, hours=0.1), "within its grace of 15 min"),
    (of(target(), 9, flags=(Flag.PENDING,)), "a deploy is on its way"),
    (of(target(hold=Hold("freeze", "Ben")), 9), "hold by Ben: freeze"),
    (of(target(retired=True), 9), "retired, but still serving"),
]


@pytest.mark.parametrize(("verdict", "text"), EXCUSES)
def test_an_excuse_is_named(verdict: Verdict, text: str) -> None:
    assert words.excuse(verdict) == text


def test_details_end_with_what_to_do() -> None:
    assert words.details(unknown(target())) == (
        "the source failed: GET health answers 503",
        "hint: see whether the service is up",
    )
    assert words.details(of(target())) == ("same content as expected",)


def test_cancelled_changes_are_counted_beside_the_proof() -> None:
    assert words.in_sync(of(target(), cancelled=2).drift) == "same content as expected; 2 changes cancel out"


def test_one_cancelled_change_cancels_out() -> None:
    assert words.in_sync(of(target(), cancelled=1).drift) == "same content as expected; 1 change cancels out"


SUMMARIES = [
    (report(of(target())), "1 target checked: all in sync."),
    (report(of(target("a")), of(target("b"))), "2 targets checked: all in sync."),
    (
        report(of(target("a"), 1, hours=2), of(target("b"))),
        "2 targets checked: 1 behind, 1 in sync; the longest wait is 2 h.",
    ),
    (report(of(target(), flags=(Flag.UNPROVEN,))), "1 target checked: all in sync (1 unproven)."),
    (
        report(of(target("a"), 1, flags=(Flag.UNPROVEN,), hours=2), of(target("b"))),
        "2 targets checked: 1 behind, 1 in sync; the longest wait is 2 h.",
    ),
    (report(unknown(target())), "1 target checked: 1 unknown, 0 in sync."),
    (report(of(target()), declared=7), "1 target of 7 checked: all in sync."),
    (
        report(of(target("a")), of(target("old", retired=True))),
        "1 target checked: all in sync, 1 retired.",
    ),
    (report(declared=3), "Nothing was checked: no target selected of 3."),
    (report(of(target(retired=True)), declared=3), "Nothing was checked: what is selected is retired."),
    (
        fleet(),
        (
            "9 targets checked: 4 behind, 1 diverged, 1 ahead, 1 unknown, 2 in sync, 1 retired; "
            "the longest wait is 2 d 2 h."
        ),
    ),
]


@pytest.mark.parametrize(("checked", "text"), SUMMARIES)
def test_a_check_is_one_sentence(checked: Report, text: str) -> None:
    assert words.summary(checked) == text


CUTS = [
    (1, 0, "Cut to fit: 1 target not shown."),
    (3, 2, "Cut to fit: 3 targets and the changes of 2 targets not shown."),
    (0, 1, "Cut to fit: the changes of 1 target not shown."),
]


@pytest.mark.parametrize(("targets", "lists", "text"), CUTS)
def test_what_was_cut_is_said(targets: int, lists: int, text: str) -> None:
    assert words.left_out(targets, lists) == text


def test_a_remote_that_was_not_asked_for_long_is_said() -> None:
    assert words.fetched("origin/main", 3 * 3600) == "origin/main as last fetched, 3 h ago"
    assert words.fetched("origin/main", -5) == "origin/main as last fetched, 0 s ago"


def test_a_hold_says_who_why_and_until_when() -> None:
    until = datetime(2026, 2, 6, tzinfo=UTC)
    assert words.hold(Hold("freeze", "Ben"), ended=False) == "hold by Ben: freeze"
    assert words.hold(Hold("freeze", "Ben", until), ended=True) == (
        "hold (ended) by Ben until 2026-02-06 00:00:00 UTC: freeze"
    )
    assert until > NOW
