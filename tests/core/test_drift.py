"""From facts to a state: content decides, the worst share wins, not knowing is never fine."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.formats.reports import DEPLOYED, NOW, TIP, change, target
from unshipped.core.drift import measure, state_of
from unshipped.core.model import (
    Closure,
    Code,
    Drift,
    Expected,
    Facts,
    Flag,
    Origin,
    Policy,
    Problem,
    Remark,
    Rule,
    Served,
    Sign,
    State,
)
from unshipped.core.policy import judge, worst
from unshipped.core.signals import Serving

ORIGIN = Origin("main", Closure(("api",)), Rule(), ())
EXPECTED = Expected(TIP, "origin/main", "tip of the default branch")
OLDER, NEWER = Served("a" * 40, 0.1, ()), Served("b" * 40, 0.9, ())
SILENT = Remark(Sign.SILENT_SOURCE, "http did not answer")
DENIED = Problem(Code.SOURCE_DENIED, "403")


def facts(changes: int = 0, ahead: int = 0, *, hours: float = 1, differs: bool | None = None) -> Facts:
    return Facts(
        differs=bool(changes or ahead) if differs is None else differs,
        changes=changes,
        cancelled=0,
        behind=changes,
        ahead=("f" * 40,) * ahead,
        oldest=change(1, hours=hours) if changes else None,
    )


TRUTH = [
    # differs, changes, ahead, state
    (False, 0, 0, State.IN_SYNC),
    (False, 3, 0, State.IN_SYNC),  # content decides, whatever a count says
    (False, 0, 2, State.IN_SYNC),
    (False, 3, 2, State.IN_SYNC),
    (True, 3, 0, State.BEHIND),
    (True, 0, 2, State.AHEAD),
    (True, 3, 2, State.DIVERGED),
    (True, 0, 0, State.DIVERGED),  # a difference that neither side explains
]


@pytest.mark.parametrize(("differs", "changes", "ahead", "state"), TRUTH)
def test_content_decides_and_counts_explain(differs: bool, changes: int, ahead: int, state: State) -> None:
    assert state_of(facts(changes, ahead, differs=differs)) is state


def measured(serving: Serving, known: dict[str, Facts | Problem], expected: Expected | Problem) -> Drift:
    parts = measure(target(), ORIGIN, expected, serving, known, NOW)
    return worst([judge(part, Policy(), NOW) for part in parts]).drift


def test_age_is_that_of_the_oldest_missing_change() -> None:
    drift = measured(Serving((OLDER,)), {OLDER.commit: facts(2, hours=5)}, EXPECTED)
    assert (drift.state, drift.age, drift.worst) == (State.BEHIND, 5 * 3600, OLDER)


def test_what_is_in_sync_has_no_age() -> None:
    assert measured(Serving((OLDER,)), {OLDER.commit: facts()}, EXPECTED).age is None


SHARES: list[tuple[Facts | Problem, Facts | Problem, Served]] = [
    (facts(2), facts(), OLDER),
    (facts(1, ahead=1), facts(9), NEWER),
    (facts(2), facts(3), NEWER),
    (facts(2, hours=1), facts(2, hours=2), NEWER),
]


@pytest.mark.parametrize(("older", "newer", "expected"), SHARES)
def test_the_worst_share_of_the_traffic_wins_however_small(
    older: Facts, newer: Facts, expected: Served
) -> None:
    serving = Serving((OLDER, NEWER), flags=(Flag.SPLIT,))
    drift = measured(serving, {OLDER.commit: older, NEWER.commit: newer}, EXPECTED)
    assert (drift.worst, drift.served, drift.flags) == (expected, (OLDER, NEWER), (Flag.SPLIT,))


def test_one_share_that_is_not_known_makes_the_whole_unknown() -> None:
    drift = measured(
        Serving((OLDER, NEWER)), {OLDER.commit: DENIED, NEWER.commit: facts(9, hours=99)}, EXPECTED
    )
    assert (drift.state, drift.problem) == (State.UNKNOWN, DENIED)


def test_a_failure_to_look_keeps_what_is_known() -> None:
    drift = measured(Serving(problem=DENIED), {}, EXPECTED)
    assert (drift.state, drift.problem, drift.expected, drift.age) == (State.UNKNOWN, DENIED, EXPECTED, None)


def test_an_expected_revision_that_is_not_known_is_a_reason_too() -> None:
    problem = Problem(Code.EXPECTED_UNRESOLVED, "no tag fits")
    drift = measured(Serving((OLDER,)), {}, problem)
    assert (drift.state, drift.problem, drift.served) == (State.UNKNOWN, problem, (OLDER,))


def test_where_both_are_unknown_the_source_is_named() -> None:
    drift = measured(Serving(problem=DENIED), {}, Problem(Code.EXPECTED_UNRESOLVED, "no tag fits"))
    assert (drift.problem, drift.expected) == (DENIED, None)


def test_what_was_noticed_on_both_sides_is_kept() -> None:
    known = facts()._replace(notes=("patches were not compared",))
    drift = measured(Serving((OLDER,), remarks=(SILENT,)), {OLDER.commit: known}, EXPECTED)
    assert (drift.remarks, drift.notes) == ((SILENT,), ("patches were not compared",))


# ---------------------------------------------------------------- several parts


def part(changes: int = 0, ahead: int = 0, *, hours: float = 1) -> Drift:
    known = facts(changes, ahead, hours=hours)
    age = timedelta(hours=hours).total_seconds() if changes else None
    return Drift(target(), state_of(known), EXPECTED, (Served(DEPLOYED, 1.0, ()),), facts=known, age=age)


HIDDEN = [
    # what is chosen now, what it hides
    (part(2, hours=0.1), part(1, hours=99)),  # two fresh changes hide one that waits for days
    (part(1, hours=0.1), part(ahead=1)),  # a change in its grace hides code that only production has
    (part(1, ahead=1), part(9, hours=99)),  # a warning hides what is critical
]


@pytest.mark.parametrize("parts", HIDDEN)
def test_no_part_hides_one_that_is_worse(parts: tuple[Drift, Drift]) -> None:
    severities = [judge(one, Policy(), NOW).severity for one in parts]
    whole = worst([judge(one, Policy(), NOW) for one in parts])
    assert whole.severity is max(severities)
