"""Since when changes wait, where their dates cannot be right and somebody has looked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.formats.reports import DEPLOYED, NOW, change, of, target, unknown
from unshipped.core.logged.arrival import first_seen
from unshipped.core.logged.observations import Standing, observed
from unshipped.core.model import Closure, Drift, Flag, Origin, Policy, Rule, Severity, SourceSpec, Verdict
from unshipped.core.policy import judge, worst

INFO, WARNING, CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def lacking(*hours: float, undated: bool = False, rule: Rule | None = None, first: int = 1) -> Drift:
    """A drift of a branch whose changes landed so many hours ago by their dates, the oldest first."""
    listed = tuple(
        change(first + at, hours=one)._replace(undated=undated) for at, one in reversed([*enumerate(hours)])
    )
    drift = of(target(), len(hours), hours=hours[0] if hours else 1, listed=listed).drift
    assert drift.facts
    facts = drift.facts._replace(oldest=listed[-1] if listed else None)
    return drift._replace(facts=facts, origin=Origin("main", Closure(("api",)), rule or Rule(), ()))


def judged(drift: Drift) -> Verdict:
    return judge(drift, Policy(), NOW)


def stood(drift: Drift, hours: float) -> Standing:
    """How the target stood at a look so many hours ago."""
    seen = observed(judged(drift), ago(hours))
    return Standing(seen, ago(hours), ago(hours), ago(hours))


def waits(verdict: Verdict) -> float | None:
    """For how many hours; both that say so say the same."""
    facts = verdict.drift.facts
    assert facts
    if facts.oldest is None:
        return None
    assert facts.listed[-1] == facts.oldest
    assert verdict.drift.age == (NOW - facts.oldest.landed_at).total_seconds()
    return round(verdict.drift.age / 3600, 3)


# ---------------------------------------------------------------- dated yet to come


@pytest.mark.parametrize(
    ("seen", "hours", "severity", "pending"),
    [
        (None, 0.0, INFO, False),  # nobody has looked before
        (0.2, 0.0, INFO, True),
        (1.0, 0.0, INFO, False),
        (13.0, 0.0, CRITICAL, False),
        (1.0, 7.0, WARNING, False),  # something landed above it before it was seen
    ],
)
def test_what_is_dated_yet_to_come_waits_since_it_was_seen_first(
    seen: float | None, hours: float, severity: Severity, pending: bool
) -> None:
    drift = lacking(hours, undated=True)
    known = None if seen is None else stood(lacking(max(seen, hours), undated=True), seen)
    for verdict in (judged(drift), worst([judged(drift)] * 2)):
        found = first_seen(verdict, known, NOW)
        assert (found.severity, Flag.PENDING in found.flags) == (severity, pending or seen is None)
        assert waits(found) == max(seen or 0.0, hours)
        assert len(found.others) == len(verdict.others)


@pytest.mark.parametrize(("seen", "age"), [(0.5, 0.5), (1, 1), (9, 9), (24.9, 24.9), (25, 1), (9_000, 1)])
def test_a_date_that_came_only_after_the_change_was_seen_is_not_right(seen: float, age: float) -> None:
    verdict = judged(lacking(1))
    found = first_seen(verdict, stood(lacking(seen), seen), NOW)
    assert waits(found) == age
    assert (found is verdict) is (age == 1)


def test_a_look_by_a_clock_that_ran_ahead_says_nothing() -> None:
    assert waits(first_seen(judged(lacking(1)), stood(lacking(-3), -3), NOW)) == 1


# ---------------------------------------------------------------- dated before a look that did not have it


NONE = lacking()


@pytest.mark.parametrize(
    ("before", "hours", "waiting"),
    [
        (NONE, (70,), 0.1),  # it was pushed as it was written, three days ago
        (NONE, (0.05,), 0.05),
        (lacking(2), (2, 70), 2),  # the newer one was written first
        (lacking(50), (50,), 50),  # it was there
    ],
)
def test_what_a_look_did_not_have_waits_since_then_whatever_its_date(
    before: Drift, hours: tuple[float, ...], waiting: float
) -> None:
    verdict = judged(lacking(*hours))
    assert waits(first_seen(verdict, stood(before, 0.1), NOW, fresh=NOW)) == waiting
    assert waits(first_seen(verdict, stood(before, 0.1), NOW)) == hours[0], "the branch may have been old"


def test_what_arrived_goes_on_to_wait_since_then() -> None:
    arrived = first_seen(judged(lacking(70)), stood(NONE, 3), NOW, fresh=NOW)
    assert waits(arrived) == 3
    assert waits(first_seen(judged(lacking(70)), stood(arrived.drift, 1), NOW, fresh=NOW)) == 3
    assert waits(first_seen(judged(lacking(70)), stood(arrived.drift, 1), NOW)) == 3


@pytest.mark.parametrize(
    "before",
    [
        unknown(target()).drift,  # nobody knows what was missing then
        of(target(), 25).drift,  # more was missing than is listed
        of(target(), 0, cancelled=2).drift,  # it may be one of these, taken back no more
    ],
)
def test_a_look_that_did_not_know_all_that_was_missing_says_nothing(before: Drift) -> None:
    known = stood(before, 0.1)
    assert waits(first_seen(judged(lacking(70, first=900)), known, NOW, fresh=NOW)) == 70


def test_what_is_missing_again_after_a_rollback_waits_since_its_date() -> None:
    known = stood(NONE, 0.1)
    known = known._replace(seen=known.seen._replace(deployed="f" * 40))
    assert known.seen.deployed != DEPLOYED
    assert waits(first_seen(judged(lacking(70)), known, NOW, fresh=NOW)) == 70


def test_what_a_later_tag_or_somebody_else_makes_due_waits_since_it_landed() -> None:
    told = lacking(70)
    assert told.origin
    told = told._replace(origin=told.origin._replace(told_by=SourceSpec("http", {})))
    due = {70: [lacking(70, rule=Rule("tag", "v*")), lacking(70, rule=Rule("pin", "v1")), told]}
    landed = {0.1: [lacking(70), lacking(70, rule=Rule("branch", "main"))]}
    for hours, drifts in (due | landed).items():
        for drift in drifts:
            assert waits(first_seen(judged(drift), stood(NONE, 0.1), NOW, fresh=NOW)) == hours


def test_of_a_target_of_several_parts_nobody_knows_which_of_them_was_seen() -> None:
    parts = worst([judged(lacking(70)), judged(lacking(60))])
    assert waits(first_seen(parts, stood(NONE, 0.1), NOW, fresh=NOW)) == 70


@pytest.mark.parametrize("verdict", [of(target()), of(target(), 2), unknown(target())])
def test_what_was_never_looked_at_before_waits_since_its_date(verdict: Verdict) -> None:
    assert first_seen(verdict, None, NOW, fresh=NOW) is verdict
