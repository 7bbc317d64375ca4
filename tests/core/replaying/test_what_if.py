"""When each severity was reached, by any thresholds: what a verdict at that very moment says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from unshipped.core.model import (
    Change,
    Closure,
    Drift,
    Facts,
    Level,
    Origin,
    Policy,
    Rule,
    Severity,
    State,
    Target,
)
from unshipped.core.policy import judge
from unshipped.core.replaying.what_if import course

START = datetime(2026, 2, 2, 9, tzinfo=UTC)
TARGET = Target("api", "production", (Origin("main", Closure(("api",)), Rule(), ()),))


def behind(hours: list[float], at: datetime, policy: Policy) -> Drift:
    """The drift as it was at a moment."""
    landed = [one for one in changes(hours) if one.landed_at <= at]
    oldest = landed[0]
    facts = Facts(True, len(landed), 0, None, oldest=oldest)
    age = (at - oldest.landed_at).total_seconds()
    return Drift(TARGET._replace(policy=policy), State.BEHIND, facts=facts, age=age)


def changes(hours: list[float]) -> list[Change]:
    return [Change(str(at), START + timedelta(hours=hour)) for at, hour in enumerate(sorted(hours))]


def test_it_begins_after_the_grace_and_rises_by_count_and_by_age():
    hours, now = [0.0, 1, 2, 30], START + timedelta(hours=40)
    found = course(behind(hours, now, Policy()), changes(hours), Policy())
    assert [(turn.at - START, turn.severity) for turn in found] == [
        (timedelta(minutes=15), Severity.INFO),
        (timedelta(hours=2), Severity.WARNING),
        (timedelta(hours=12, seconds=1), Severity.CRITICAL),
    ]


def test_what_is_in_sync_has_no_course():
    assert course(Drift(TARGET, State.IN_SYNC), [], Policy()) == ()


@given(
    hours=st.lists(st.integers(0, 60).map(float), min_size=1, max_size=8),
    warning=st.integers(1, 4),
    grace=st.integers(0, 5),
    age=st.integers(1, 20),
)
def test_at_each_turn_the_verdict_is_what_it_says_and_just_before_it_was_less(
    hours: list[float], warning: int, grace: int, age: int
):
    policy = Policy(
        warning=Level(warning, age * 3600), critical=Level(warning + 2, age * 7200), grace=grace * 3600
    )
    end = START + timedelta(days=10)
    for turn in course(behind(hours, end, policy), changes(hours), policy):
        then = judge(behind(hours, turn.at, policy), policy, turn.at)
        assert (then.severity, then.quiet) == (turn.severity, False)
        earlier = turn.at - timedelta(seconds=2)
        if earlier >= changes(hours)[0].landed_at:
            before = judge(behind(hours, earlier, policy), policy, earlier)
            assert before.quiet or before.severity < turn.severity
