"""How bad is it? The table of the documentation row by row, and what may never lower an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.reports import NOW, TIP, change, of, target, unknown
from unshipped.core.drift import state_of
from unshipped.core.hours import WorkingHours
from unshipped.core.model import (
    Drift,
    Expected,
    Facts,
    Flag,
    Hold,
    Level,
    Policy,
    Remark,
    Served,
    Severity,
    Sign,
    State,
    Target,
    Verdict,
)
from unshipped.core.policy import clock, judge, order, severity_of, turns, worst

NONE, INFO, WARNING, CRITICAL = Severity
HOUR = 3600.0
BY = ("both", "count", "age")

TABLE = [
    # changes, hours, severity
    (0, 0, NONE),
    (0, 99, NONE),  # nothing is missing, so no age can count
    (1, 0, INFO),
    (2, 5.99, INFO),
    (3, 0, WARNING),
    (5, 5.99, WARNING),
    (1, 6, WARNING),  # the border belongs to the warning
    (1, 12, WARNING),  # and so does the other one
    (1, 12.001, CRITICAL),
    (6, 0, CRITICAL),
    (7, 6, CRITICAL),
    (5, 13, CRITICAL),
]

ONE_SIDE = [
    # by, changes, hours, severity
    ("count", 2, 99, INFO),
    ("count", 3, 0, WARNING),
    ("count", 6, 0, CRITICAL),
    ("count", 0, 99, NONE),
    ("age", 99, 1, INFO),
    ("age", 1, 6, WARNING),
    ("age", 1, 13, CRITICAL),
    ("age", 0, 99, NONE),
]


@pytest.mark.parametrize(("changes", "hours", "severity"), TABLE)
def test_every_count_and_age_has_the_severity_of_the_table(
    changes: int, hours: float, severity: Severity
) -> None:
    assert severity_of(changes, hours * HOUR, Policy()) is severity


@pytest.mark.parametrize(("by", "changes", "hours", "severity"), ONE_SIDE)
def test_a_policy_may_go_by_one_of_the_two_alone(
    by: str, changes: int, hours: float, severity: Severity
) -> None:
    assert severity_of(changes, hours * HOUR, Policy(by=by)) is severity


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any policy that a configuration may hold: critical never lies below warning."""
    counts = sorted(draw(st.tuples(st.integers(1, 12), st.integers(1, 12))))
    ages = sorted(draw(st.tuples(st.floats(0, 2e5), st.floats(0, 2e5))))
    return Policy(Level(counts[0], ages[0]), Level(counts[1], ages[1]), draw(st.sampled_from(BY)))


@settings(deadline=None)
@given(policies(), *[st.integers(0, 15)] * 2, *[st.floats(0, 3e5)] * 2)
def test_more_changes_or_more_age_never_lower_the_severity(
    policy: Policy, changes: int, more: int, age: float, longer: float
) -> None:
    less = severity_of(changes, age, policy)
    assert severity_of(changes + more, age + longer, policy) >= less
    assert (less is NONE) == (changes == 0)


# ---------------------------------------------------------------- verdicts


def under(policy: Policy, drift: Drift, *, hold: Hold | None = None) -> Verdict:
    return judge(drift._replace(target=drift.target._replace(hold=hold)), policy, NOW)


def lacking(changes: int, hours: float, ahead: int = 0) -> Drift:
    return of(target(), changes, hours=hours, ahead=ahead).drift


def test_what_is_in_sync_is_quiet_and_says_why() -> None:
    verdict = of(target())
    assert (verdict.severity, verdict.quiet) == (NONE, True)
    assert verdict.reasons == ("same content as expected",)


@pytest.mark.parametrize(("minutes", "pending"), [(0, True), (14.9, True), (15, False), (600, False)])
def test_the_grace_is_spent_on_the_oldest_change(minutes: float, pending: bool) -> None:
    verdict = of(target(), 7, hours=minutes / 60)
    assert (Flag.PENDING in verdict.flags, verdict.quiet) == (pending, pending)
    assert verdict.severity is CRITICAL  # shown all the same


def ahead(hours: float = 0.0) -> Drift:
    """A drift whose change is dated yet to come, and can have landed so many hours ago at the latest."""
    drift = lacking(1, hours)
    assert drift.facts and drift.facts.oldest
    late = drift.facts.oldest._replace(undated=True)
    return drift._replace(facts=drift.facts._replace(oldest=late, listed=(late,)))


def test_what_is_dated_yet_to_come_is_not_proven_to_be_young() -> None:
    verdict = judge(ahead(), Policy(), NOW)
    assert (verdict.flags, verdict.quiet, verdict.severity) == ((), False, INFO)
    untold = "it may have waited for longer: the date of 000000000 is yet to come"
    assert verdict.reasons == ("1 change behind", untold)


def under_way(*began: float | None) -> Drift:
    """A drift of two days, and deployments that are under way: each with how many hours ago it began."""
    remarks = tuple(
        Remark(Sign.CONVERGING, "it is under way", None if hours is None else NOW - timedelta(hours=hours))
        for hours in began
    )
    return lacking(1, 48)._replace(flags=(Flag.PENDING,), remarks=remarks)


@pytest.mark.parametrize(
    ("began", "excused"),
    [((0.1,), True), ((1,), True), ((1.1,), False), ((72,), False), ((None,), True), ((72, 0.1), True)],
)
def test_a_deployment_that_hangs_excuses_nothing(began: tuple[float | None, ...], excused: bool) -> None:
    verdict = judge(under_way(*began), Policy(), NOW)
    assert (Flag.PENDING in verdict.flags, verdict.quiet) == (excused, excused)


def test_a_deployment_that_hangs_is_called_so_and_a_young_change_has_its_grace_beside_it() -> None:
    verdict = judge(under_way(72), Policy(), NOW)
    assert verdict.reasons[-1] == "it is under way, for 3 d: that excuses no longer"
    young = lacking(1, 0.1)._replace(flags=(Flag.PENDING,), remarks=under_way(72).remarks)
    assert Flag.PENDING in judge(young, Policy(), NOW).flags


def test_only_a_deployment_hangs() -> None:
    since = NOW - timedelta(hours=72)
    others = (Remark(Sign.UNHEALTHY, "it is not ready", since), *under_way(72).remarks)
    verdict = judge(lacking(1, 48)._replace(flags=(Flag.PENDING,), remarks=others), Policy(), NOW)
    assert Flag.PENDING not in verdict.flags
    assert verdict.reasons[-2:] == ("it is not ready", "it is under way, for 3 d: that excuses no longer")


def test_two_excuses_are_one_flag() -> None:
    young = lacking(1, 0.1)._replace(flags=(Flag.PENDING,), remarks=under_way(0.1).remarks)
    assert judge(young, Policy(), NOW).flags == (Flag.PENDING,)


def test_what_production_alone_has_gets_no_grace() -> None:
    assert of(target(), 1, hours=0.1, ahead=1).flags == ()


HOLDS = [
    (None, True, "hold by Ben: freeze"),
    (NOW + timedelta(minutes=1), True, "hold by Ben until 2026-02-05 16:38:00 UTC: freeze"),
    (NOW, False, "hold (ended) by Ben until 2026-02-05 16:37:00 UTC: freeze"),
]


@pytest.mark.parametrize(("until", "held", "reason"), HOLDS)
def test_a_hold_silences_until_it_ends_and_is_always_named(
    until: datetime | None, held: bool, reason: str
) -> None:
    verdict = under(Policy(), lacking(7, 2), hold=Hold("freeze", "Ben", until))
    assert (Flag.HELD in verdict.flags, verdict.quiet) == (held, held)
    assert (verdict.severity, verdict.reasons[-1]) == (CRITICAL, reason)


def test_a_hold_says_nothing_about_what_is_in_sync() -> None:
    verdict = under(Policy(), of(target()).drift, hold=Hold("freeze", "Ben"))
    assert (verdict.flags, verdict.reasons) == ((), ("same content as expected",))


def test_a_hold_does_not_excuse_not_knowing() -> None:
    verdict = under(Policy(), unknown(target()).drift, hold=Hold("freeze", "Ben"))
    assert (verdict.severity, verdict.quiet) == (WARNING, False)


def test_a_retired_target_that_serves_no_more_is_no_finding() -> None:
    verdict = judge(Drift(target(retired=True), State.UNKNOWN), Policy(), NOW)
    assert verdict[1:5] == (NONE, (Flag.RETIRED,), ("retired",), True)


def test_a_retired_target_that_still_serves_is_a_finding_and_no_alarm() -> None:
    verdict = of(target(retired=True), 9, hours=900)
    assert verdict[1:5] == (INFO, (Flag.RETIRED,), ("retired, but still serving",), True)


@pytest.mark.parametrize("severity", Severity)
def test_the_policy_says_how_bad_it_is_not_to_know(severity: Severity) -> None:
    verdict = under(Policy(unknown=severity), unknown(target()).drift)
    assert (verdict.severity, verdict.quiet) == (severity, severity is NONE)
    assert verdict.reasons == ("the source failed: GET health answers 503",)


@pytest.mark.parametrize("severity", Severity)
def test_the_policy_says_how_bad_code_of_its_own_is(severity: Severity) -> None:
    assert under(Policy(ahead=severity), lacking(0, 0, ahead=1)).severity is severity
    assert under(Policy(ahead=severity), lacking(1, 1, ahead=1)).severity is max(INFO, severity)


def test_a_difference_that_nothing_explains_is_as_bad_as_code_of_its_own() -> None:
    facts = Facts(differs=True, changes=0, cancelled=0, behind=0)
    drift = Drift(target(), state_of(facts), Expected(TIP, "origin/main", ""), facts=facts)
    verdict = under(Policy(), drift)
    assert verdict.severity is WARNING
    assert verdict.reasons == ("differs from origin/main, and no change on either side explains it",)


def test_uncommitted_changes_are_never_in_order() -> None:
    drift = of(target()).drift
    dirty = drift._replace(served=(Served(TIP, 1.0, (), dirty=True),))
    verdict = under(Policy(), dirty)
    assert (verdict.severity, verdict.quiet) == (WARNING, False)


def test_uncommitted_changes_of_what_is_not_known_say_nothing_more() -> None:
    drift = unknown(target()).drift._replace(served=(Served(TIP, 1.0, (), dirty=True),))
    assert under(Policy(unknown=INFO, ahead=CRITICAL), drift).severity is INFO


REASONS = [
    (1, 1, ("1 change behind",)),
    (4, 1, ("4 changes behind (warning from 3)",)),
    (4, 8, ("4 changes behind (warning from 3)", "waiting 8 h (warning from 6 h)")),
    (7, 8, ("7 changes behind (critical from 6)",)),
    (7, 50, ("7 changes behind (critical from 6)", "waiting 2 d 2 h (critical past 12 h)")),
    (2, 50, ("waiting 2 d 2 h (critical past 12 h)",)),
]


@pytest.mark.parametrize(("changes", "hours", "reasons"), REASONS)
def test_the_reasons_are_the_thresholds_that_were_passed(
    changes: int, hours: float, reasons: tuple[str, ...]
) -> None:
    assert of(target(), changes, hours=hours).reasons == reasons


# ---------------------------------------------------------------- working hours

OFFICE = Policy(working_hours=WorkingHours((0, 1, 2, 3, 4), 9 * 60, 17 * 60, "UTC"))
THURSDAY_EVENING = NOW.replace(hour=17, minute=0)


def waiting_since(policy: Policy, since: datetime, now: datetime) -> Verdict:
    oldest = change(1)._replace(landed_at=since)
    facts = Facts(differs=True, changes=1, cancelled=0, behind=1, oldest=oldest)
    where = Target("api", "production", ())
    drift = Drift(where, State.BEHIND, facts=facts, age=(now - since).total_seconds())
    return judge(drift, policy, now)


def test_a_night_does_not_count_where_nobody_works() -> None:
    morning = THURSDAY_EVENING + timedelta(hours=16)
    assert waiting_since(Policy(), THURSDAY_EVENING, morning).severity is CRITICAL
    assert waiting_since(OFFICE, THURSDAY_EVENING, morning).severity is INFO


def test_the_reason_says_that_the_time_was_working_time() -> None:
    friday = THURSDAY_EVENING + timedelta(hours=23)
    verdict = waiting_since(OFFICE, THURSDAY_EVENING, friday)
    assert verdict.severity is WARNING
    assert verdict.reasons == ("waiting 7 h of working time (warning from 6 h)",)


def test_the_grace_goes_by_real_time() -> None:
    saturday = datetime(2026, 2, 7, 12, tzinfo=UTC)
    assert not waiting_since(OFFICE, saturday, saturday + timedelta(minutes=20)).quiet


def test_where_nothing_waits_no_working_time_has_passed() -> None:
    assert clock(lacking(0, 0, ahead=1), OFFICE, NOW) == 0
    assert clock(unknown(target()).drift, OFFICE, NOW) == 0


# ---------------------------------------------------------------- when it may be otherwise


def later(policy: Policy, hold: Hold | None = None, waits: bool = True) -> list[float]:
    """The hours from when the oldest change landed."""
    drift = lacking(1, 0) if waits else unknown(target()).drift
    held = drift._replace(target=drift.target._replace(hold=hold))
    return [(moment - NOW).total_seconds() / HOUR for moment in turns(held, policy)]


def test_it_may_be_otherwise_when_a_hold_ends_a_grace_is_over_or_a_threshold_is_reached() -> None:
    assert later(Policy()) == [0.25, 6, 12]
    assert later(Policy(), Hold("freeze", "Ben")) == [0.25, 6, 12]
    assert later(Policy(), Hold("freeze", "Ben", NOW + timedelta(hours=2))) == [2, 0.25, 6, 12]
    assert later(Policy(), Hold("freeze", "Ben", NOW + timedelta(hours=2)), waits=False) == [2]
    assert later(Policy(), waits=False) == []


def test_a_threshold_of_working_time_is_reached_in_working_time() -> None:
    # from 16:37 on 23 minutes are left of Thursday, eight hours of Friday, and the rest is Monday's
    assert later(OFFICE) == pytest.approx([0.25, 16 + 6, 24 + 48 + 16 + 4])


# ---------------------------------------------------------------- which is the worst


def test_the_worst_comes_first() -> None:
    listed = [
        of(target("critical"), 7),
        unknown(target("unknown")),
        of(target("many"), 5, hours=1),
        of(target("fewer-older"), 4, hours=3),
        of(target("fewer"), 4, hours=2),
        of(target("own-code"), 0, ahead=1),
        of(target("info"), 1),
        of(target("a")),
        of(target("b")),
    ]
    for turn in range(len(listed)):
        assert sorted([*listed[turn:], *listed[:turn]], key=order) == listed


def test_the_worst_part_stands_for_all_and_has_the_others_with_it() -> None:
    parts = [
        unknown(target()),
        of(target(), 7, hours=2),
        of(target(), 7, hours=1),
        of(target(), 5, hours=1),
        under(Policy(), lacking(9, 48), hold=Hold("freeze", "Ben")),
        of(target()),
    ]
    for at, found in enumerate(parts[:-1]):
        rest = parts[at:]
        for turn in range(len(rest)):
            turned = [*rest[turn:], *rest[:turn]]
            assert worst(turned) == found._replace(others=tuple(one for one in turned if one is not found))
    assert worst(parts[:1]) is parts[0]


# ---------------------------------------------------------------- settings


def set_otherwise(drift: Drift, *signs: Sign) -> Drift:
    return drift._replace(remarks=tuple(Remark(sign, f"it {sign.value}") for sign in signs))


@pytest.mark.parametrize(
    ("signs", "policy", "severity", "quiet"),
    [
        ((), Policy(), NONE, True),
        ((Sign.SETTING_DIFFERS,), Policy(), WARNING, False),
        ((Sign.SETTING_DIFFERS,), Policy(settings=CRITICAL), CRITICAL, False),
        ((Sign.SETTING_DIFFERS,), Policy(settings=NONE), NONE, True),
        ((Sign.SETTING_UNKNOWN,), Policy(), INFO, False),
        ((Sign.SETTING_UNKNOWN,), Policy(unproven=NONE), NONE, True),
        ((Sign.SETTING_UNKNOWN, Sign.SETTING_DIFFERS), Policy(settings=INFO), INFO, False),
    ],
)
def test_what_is_set_otherwise_is_as_bad_as_the_policy_says(
    signs: tuple[Sign, ...], policy: Policy, severity: Severity, quiet: bool
) -> None:
    verdict = under(policy, set_otherwise(of(target()).drift, *signs))
    assert (verdict.drift.state, verdict.severity, verdict.quiet) == (State.IN_SYNC, severity, quiet)
    assert verdict.reasons[1:] == tuple(f"it {sign.value}" for sign in sorted(signs))


def test_of_all_that_was_noticed_the_worst_is_the_first_reason() -> None:
    signs = Sign.CONTENT_SAME, Sign.WEAK_EVIDENCE, Sign.DIRTY_BUILD, Sign.SETTING_DIFFERS
    verdict = under(Policy(), set_otherwise(of(target()).drift, *signs))
    told = "same content as expected", "it setting-differs", "it dirty-build", "it weak-evidence"
    assert verdict.reasons == (*told, "it content-same")


def test_neither_a_hold_nor_a_grace_excuses_what_is_set_otherwise() -> None:
    hold = Hold("freeze", "Ben")
    for drift, held in ((lacking(1, 0.1), None), (lacking(1, 5), hold)):
        assert under(Policy(), drift, hold=held).quiet
        assert under(Policy(), set_otherwise(drift, Sign.SETTING_UNKNOWN), hold=held).quiet
        assert not under(Policy(), set_otherwise(drift, Sign.SETTING_DIFFERS), hold=held).quiet
