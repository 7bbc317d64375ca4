"""What a gate answers: a total function of what was seen, the rule, the bypasses and the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unshipped.carried.rule import LONGEST_REASON, Excuse, Seen, decided, flaw, judged, tidy
from unshipped.core.gating import (
    LONGEST_BYPASS,
    Answer,
    Bypass,
    Gate,
    Mode,
    Purpose,
    Work,
    decide,
)
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.model import Flag, Severity, State

NOW = datetime(2026, 2, 5, 16, 37, tzinfo=UTC)
WORKER = ("worker", "production")
STRICT = Gate("batches", Mode.ENFORCE, max_behind=3, on_unknown=Answer.BLOCK)


def ago(**of: float) -> datetime:
    return NOW - timedelta(**of)


def standing(state: State = State.BEHIND, *, looked: float = 60, **seen: Any) -> Standing:
    """The worker, as it was looked at so many seconds ago."""
    given = {"severity": Severity.WARNING, "changes": 4, "behind": 4, "behind_since": ago(hours=7), **seen}
    at = ago(seconds=looked)
    one = Observation(*WORKER, at, state, **given)
    return Standing(one, at, at, at)


def ask(standing: Standing | None, gate: Gate = STRICT, *bypasses: Bypass, work: Work | None = None):
    return decide([WORKER], [standing], gate, bypasses, NOW, work)


def bypass(**changed: Any) -> Bypass:
    one = Bypass("b1", "batches", "worker", "Ana", "the fix is in here", ago(hours=1), ago(hours=-3))
    return one._replace(**changed)


# ---------------------------------------------------------------- cases


@pytest.mark.parametrize(
    ("seen", "gate", "answer", "reason"),
    [
        (standing(behind=3), STRICT, Answer.ALLOW, None),
        (standing(behind=4), STRICT, Answer.BLOCK, "4 commits behind (at most 3)"),
        (standing(behind=None, changes=5), STRICT, Answer.BLOCK, "5 commits behind (at most 3)"),
        (standing(behind=None, changes=None), STRICT, Answer.BLOCK, "nobody counted what is missing"),
        (standing(State.IN_SYNC, changes=0, behind=8), STRICT, Answer.ALLOW, None),
        (standing(), Gate("g", Mode.ENFORCE, max_age=6 * 3600), Answer.BLOCK, "waiting 7 h (at most 6 h)"),
        (standing(), Gate("g", Mode.ENFORCE, max_age=8 * 3600), Answer.ALLOW, None),
        (standing(), Gate("g", Mode.ENFORCE, max_age=7 * 3600), Answer.ALLOW, None),
        (standing(behind=None, changes=None), Gate("g", Mode.ENFORCE, max_age=8 * 3600), Answer.ALLOW, None),
        (
            standing(State.AHEAD, behind=0, changes=0, behind_since=None),
            Gate("g", Mode.ENFORCE, max_age=1),
            Answer.ALLOW,
            None,
        ),
        (standing(State.IN_SYNC, changes=0), Gate("g", Mode.ENFORCE, max_age=1), Answer.ALLOW, None),
        (standing(behind=1), STRICT._replace(max_behind=0), Answer.BLOCK, "1 commit behind (at most 0)"),
        (standing(State.IN_SYNC, behind=1), STRICT._replace(max_behind=0), Answer.ALLOW, None),
        (standing(), Gate("g", Mode.ENFORCE), Answer.ALLOW, None),
        (standing(severity=Severity.CRITICAL), Gate("g", Mode.ENFORCE), Answer.BLOCK, "it is stale"),
        (
            standing(severity=Severity.CRITICAL, reasons=("7 changes behind (critical from 6)",)),
            Gate("g", Mode.ENFORCE),
            Answer.BLOCK,
            "7 changes behind (critical from 6)",
        ),
        (standing(flags=(Flag.HELD,)), STRICT, Answer.WARN, "4 commits behind (at most 3)"),
        (standing(flags=(Flag.PENDING,)), STRICT, Answer.BLOCK, "4 commits behind (at most 3)"),
        (standing(flags=(Flag.PENDING,), behind=3), STRICT, Answer.ALLOW, None),
        (
            standing(flags=(Flag.PENDING,), severity=Severity.CRITICAL),
            Gate("g", Mode.ENFORCE),
            Answer.ALLOW,
            "within its grace, or a deploy is on its way",
        ),
        (standing(flags=(Flag.RETIRED, Flag.HELD)), STRICT, Answer.ALLOW, "it is retired"),
        (None, STRICT, Answer.BLOCK, "it was never looked at"),
        (standing(looked=3601), STRICT, Answer.BLOCK, "it was looked at 1 h ago (at most 1 h)"),
        (standing(behind=3, looked=3600), STRICT, Answer.ALLOW, None),
        (standing(behind=3, looked=-60), STRICT, Answer.ALLOW, None),
        (standing(looked=-61), STRICT, Answer.BLOCK, "it was looked at in the future: a clock is wrong"),
        (standing(State.IN_SYNC, looked=-59), STRICT, Answer.ALLOW, None),
        (standing(State.UNKNOWN, reasons=("the source failed",)), STRICT, Answer.BLOCK, "the source failed"),
        (standing(State.UNKNOWN), STRICT._replace(on_unknown=Answer.ALLOW), Answer.ALLOW, None),
        (standing(), STRICT._replace(mode=Mode.WARN), Answer.WARN, "4 commits behind (at most 3)"),
        (standing(), STRICT._replace(mode=Mode.OBSERVE), Answer.ALLOW, "4 commits behind (at most 3)"),
        (standing(), STRICT._replace(mode=Mode.OFF), Answer.ALLOW, "4 commits behind (at most 3)"),
    ],
)
def test_what_was_seen_and_the_rule_make_the_answer(seen, gate, answer, reason):
    decision = ask(seen, gate)
    assert decision.answer is answer
    assert reason is None or f"worker: {reason}" in decision.reasons


def test_what_is_held_says_each_of_its_reasons_once():
    why = ("waiting 20 h (critical past 12 h)", "hold by Ana: the sale")
    seen = standing(severity=Severity.CRITICAL, flags=(Flag.HELD,), reasons=why)
    plain, limited = ask(seen, Gate("g", Mode.ENFORCE)), ask(seen, STRICT)
    assert plain.reasons == tuple(f"worker: {one}" for one in why)
    assert limited.reasons == tuple(f"worker: {one}" for one in ("4 commits behind (at most 3)", *why))


def test_a_gate_that_only_observes_says_what_it_would_have_done():
    decision = ask(standing(), STRICT._replace(mode=Mode.OBSERVE))
    assert (decision.answer, decision.would) == (Answer.ALLOW, Answer.BLOCK)


def test_where_no_service_is_named_nothing_is_known():
    assert decide([], [], STRICT, (), NOW).answer is Answer.BLOCK


def test_the_worst_target_decides_and_is_told_first():
    fine = standing(State.IN_SYNC, changes=0, behind=0, reasons=("same content as expected",))
    decision = decide([("api", "production"), WORKER], [fine, standing()], STRICT, (), NOW)
    assert (decision.answer, decision.would) == (Answer.BLOCK, Answer.BLOCK)
    assert decision.reasons == ("worker: 4 commits behind (at most 3)", "api: same content as expected")


def test_the_age_of_an_answer_is_that_of_its_oldest_verdict():
    both = decide([WORKER, WORKER], [standing(looked=30), standing(looked=90)], STRICT, (), NOW)
    assert both.verdict_age == 90
    assert decide([WORKER, WORKER], [standing(), None], STRICT, (), NOW).verdict_age is None


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({}, Answer.ALLOW),
        ({"gate": ""}, Answer.ALLOW),
        ({"gate": "reports"}, Answer.BLOCK),
        ({"service": "api"}, Answer.BLOCK),
        ({"until": NOW}, Answer.BLOCK),
        ({"since": ago(seconds=-1)}, Answer.BLOCK),
        ({"revoked_at": ago(minutes=1), "revoked_by": "Ben"}, Answer.BLOCK),
        ({"since": ago(hours=25), "until": ago(days=-300)}, Answer.BLOCK),
    ],
    ids=["its own", "every gate", "foreign gate", "foreign service", "over", "not yet", "revoked", "endless"],
)
def test_only_a_bypass_that_holds_lets_work_through(changed, answer):
    assert ask(standing(), STRICT, bypass(**changed)).answer is answer


def test_a_bypass_is_named_with_its_reason_and_changes_nothing_of_what_would_have_been():
    decision = ask(standing(), STRICT, bypass())
    assert decision.found[0].bypass == "b1"
    assert decision.would is Answer.BLOCK
    assert "let through by Ana until 2026-02-05 19:37:00 UTC: the fix is in here" in decision.reasons[1]


@pytest.mark.parametrize(
    ("by", "reason", "seconds", "why"),
    [
        ("Ana", " ", 60, "a bypass needs a reason"),
        ("", "x", 60, "a bypass needs a person"),
        ("Ana", "x", 0, "a bypass that lasts for no time is over at once"),
        ("Ana", "x", 0.5, ""),
        ("Ana", "x", LONGEST_BYPASS + 1, "a bypass lasts at most 1 d"),
        ("Ana", "x", LONGEST_BYPASS, ""),
    ],
)
def test_a_bypass_has_a_reason_a_person_and_an_end(by, reason, seconds, why):
    assert flaw(by, reason, seconds) == why


@given(st.text(max_size=9000))
def test_what_somebody_wrote_is_one_printable_line_of_limited_length(text):
    told = tidy(text)
    assert told.isprintable()
    assert len(told) <= LONGEST_REASON


def test_a_cut_reason_says_that_it_was_cut():
    assert tidy("x" * 10_000).endswith("x…")
    assert tidy("new\x1b[31m\nline") == "new [31m line"


# ---------------------------------------------------------------- properties

MOMENTS = st.integers(-4000, 400_000).map(lambda seconds: NOW - timedelta(seconds=seconds))
SEEN = st.builds(
    Seen,
    service=st.just("worker"),
    environment=st.just("production"),
    checked_at=st.none() | MOMENTS,
    known=st.booleans(),
    severity=st.integers(0, 3),
    behind=st.none() | st.integers(0, 50),
    behind_since=st.none() | MOMENTS,
    excuse=st.none() | st.sampled_from(Excuse),
)
GATES = st.builds(
    Gate,
    name=st.just("batches"),
    mode=st.sampled_from(Mode),
    max_behind=st.none() | st.integers(0, 20),
    max_age=st.none() | st.floats(0, 300_000),
    severity=st.integers(1, 3),
    on_unknown=st.sampled_from(Answer),
    max_verdict_age=st.floats(0, 100_000),
)
BYPASSES = st.lists(
    st.builds(
        Bypass,
        id=st.just("b"),
        gate=st.sampled_from(["", "batches", "reports"]),
        service=st.sampled_from(["worker", "api"]),
        by=st.just("Ana"),
        reason=st.just("why"),
        since=MOMENTS,
        until=MOMENTS,
        revoked_at=st.none() | MOMENTS,
    ),
    max_size=3,
)
WORKS = st.builds(
    Work,
    purpose=st.sampled_from(Purpose),
    deploys=st.sampled_from(["", "worker/production", "api/production"]),
)


@given(SEEN, GATES, BYPASSES, WORKS)
def test_every_question_has_one_answer_with_its_reasons(seen, gate, bypasses, work):
    decision = decided([seen], gate, bypasses, NOW, work)
    assert decision == decided([seen], gate, bypasses, NOW, work)
    assert decision.answer in Answer
    assert decision.would is Answer.ALLOW or decision.reasons


@given(SEEN, GATES)
def test_a_limit_that_somebody_set_is_the_same_within_a_grace_and_after_it(seen, gate):
    """A grace softens what the policy finds bad, and no limit."""
    after = decided([seen._replace(excuse=None)], gate, [], NOW)
    within = decided([seen._replace(excuse=Excuse.PENDING)], gate, [], NOW)
    if gate.limited:
        assert (within.answer, within.would) == (after.answer, after.would)
    else:
        assert within.would <= after.would
        assert within.would is not Answer.BLOCK or within.found[0].unknown


@given(SEEN, GATES, BYPASSES, WORKS, st.integers(0, 40), st.integers(0, 300_000), st.integers(0, 2))
def test_more_drift_never_turns_a_block_into_less(seen, gate, bypasses, work, commits, seconds, worse):
    more = seen._replace(
        behind=None if seen.behind is None else seen.behind + commits,
        behind_since=(seen.behind_since or NOW) - timedelta(seconds=seconds),
        severity=min(3, seen.severity + worse),
    )
    before = decided([seen], gate, bypasses, NOW, work)
    after = decided([more], gate, bypasses, NOW, work)
    assert after.answer >= before.answer
    assert after.would >= before.would


@given(SEEN, GATES, BYPASSES, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_time_alone_never_makes_stale_work_pass(seen, gate, bypasses, later):
    """What is asked later is older: only a rule that lets the unknown pass may say less."""
    gate = gate._replace(on_unknown=Answer.BLOCK)
    before, after = (decided([seen], gate, [], when, None) for when in (NOW, NOW + later))
    early = seen.checked_at and (NOW - seen.checked_at).total_seconds() < -60
    assert early or after.would >= before.would


@given(SEEN, GATES, BYPASSES)
def test_a_bypass_that_is_over_foreign_or_revoked_never_allows(seen, gate, bypasses):
    dead = [
        one
        for one in bypasses
        if not one.since <= NOW < one.until
        or one.revoked_at
        or one.service != "worker"
        or one.gate == "reports"
    ]
    assert decided([seen], gate, dead, NOW).answer == decided([seen], gate, [], NOW).answer


@given(SEEN, GATES, BYPASSES, WORKS)
def test_a_bypass_only_ever_lets_through(seen, gate, bypasses, work):
    with_it, without = decided([seen], gate, bypasses, NOW, work), decided([seen], gate, [], NOW, work)
    assert with_it.answer <= without.answer
    assert with_it.would == without.would
    if not with_it.found[0].bypass:
        assert with_it.answer == without.answer


@given(SEEN, GATES)
def test_the_unknown_never_passes_a_gate_that_blocks_it(seen, gate):
    gate = gate._replace(on_unknown=Answer.BLOCK, mode=Mode.ENFORCE)
    for unknown in (
        seen._replace(checked_at=None),
        seen._replace(known=False),
        seen._replace(checked_at=NOW - timedelta(seconds=gate.max_verdict_age + 1)),
        seen._replace(checked_at=NOW + timedelta(minutes=2)),
    ):
        assert decided([unknown], gate, [], NOW).answer is Answer.BLOCK


@pytest.mark.parametrize(
    ("work", "reasons"),
    [
        (Work(Purpose.ROLLBACK), ("a rollback is never stopped for that",)),
        (Work(Purpose.EMERGENCY), ("an emergency deploy is never stopped for that",)),
        (
            Work(Purpose.DEPLOY, "worker/production"),
            ("this is what gets deployed: to stop it would keep it stale",),
        ),
        (Work(Purpose.DEPLOY, "api/production"), ()),
        (Work(Purpose.WORK, "worker/production"), ()),
    ],
)
def test_what_ends_staleness_is_told_why_it_may_go_on(work, reasons):
    stale = "worker: 4 commits behind (at most 3)"
    decision = ask(standing(), work=work)
    assert decision.reasons == (stale, *(f"worker: {reason}" for reason in reasons))
    assert decision.answer is (Answer.ALLOW if reasons else Answer.BLOCK)
    assert ask(standing(behind=0, reasons=("fine",)), work=work).reasons == ("worker: fine",)


@given(SEEN, GATES, st.sampled_from([Purpose.ROLLBACK, Purpose.EMERGENCY]))
def test_a_rollback_and_an_emergency_are_never_stopped(seen, gate, purpose):
    decision = decided([seen], gate, [], NOW, Work(purpose))
    assert (decision.answer, decision.would) == (Answer.ALLOW, Answer.ALLOW)


@given(SEEN, GATES)
def test_the_deploy_that_ends_staleness_is_not_stopped_by_it(seen, gate):
    decision = decided([seen], gate, [], NOW, Work(Purpose.DEPLOY, "worker/production"))
    assert decision.answer is Answer.ALLOW


@given(SEEN, GATES)
def test_a_mode_never_answers_more_than_it_may(seen, gate):
    would = judged(seen, gate, NOW).answer
    answers = [decided([seen], gate._replace(mode=mode), [], NOW).answer for mode in Mode]
    assert answers == [Answer.ALLOW, Answer.ALLOW, min(would, Answer.WARN), would]
