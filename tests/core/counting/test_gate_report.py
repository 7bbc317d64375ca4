"""Whether a gate was right, and what follows: stories of decisions and deployments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from unshipped.core.counting.gate_report import Judgement, caused, promoted, records
from unshipped.core.gating import Answer, Found, Gate, GateDecision, Guard, Mode, Purpose
from unshipped.core.logged.deployments import Deployment

START = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
DAY = 86400.0
GUARD = Guard(Gate("batches", Mode.OBSERVE, max_behind=3), ("worker",), "production", 7 * DAY)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def said(hours: float, answer: Answer = Answer.BLOCK, **more: Any) -> GateDecision:
    """What the gate said of the worker."""
    given: dict[str, Any] = {
        "mode": Mode.OBSERVE,
        "deployed": "a",
        "bypass": "",
        "purpose": Purpose.WORK,
        "deploys": "",
        "unknown": False,
        **more,
    }
    found = Found(
        "worker", "production", answer, ("4 commits behind",), 60.0, given["bypass"], given["deployed"]
    )._replace(unknown=given["unknown"])
    meant = answer if given["mode"] is Mode.ENFORCE else Answer.ALLOW
    purpose, deploys = given["purpose"], given["deploys"]
    return GateDecision("batches", at(hours), meant, answer, given["mode"], (found,), "", purpose, deploys)


def deployed(hours: float, service: str = "worker") -> Deployment:
    return Deployment(service, "production", "b", at(hours))


FINE = Answer.ALLOW


@pytest.mark.parametrize(
    ("decisions", "deployments", "now", "judgements"),
    [
        ([said(0), said(2, FINE)], [deployed(1)], 48, ["right"]),
        ([said(0), said(2, FINE, deployed="b")], [], 48, ["right"]),
        ([said(0), said(2, FINE)], [], 48, ["wrong"]),
        ([said(0), said(2, FINE)], [deployed(1, "api")], 48, ["wrong"]),
        ([said(0)], [], 23, ["open"]),
        ([said(0)], [], 25, ["wrong"]),
        ([said(0)], [deployed(23)], 48, ["right"]),
        ([said(0)], [deployed(25)], 48, ["wrong"]),
        ([said(0), said(1), said(2)], [deployed(3)], 48, ["right"]),
        ([said(0), said(4)], [deployed(2)], 8, ["right", "open"]),
        ([said(0, FINE), said(1, FINE)], [deployed(0.5)], 48, []),
        ([said(0, FINE, bypass="b1"), said(2, FINE)], [deployed(1)], 48, ["right"]),
    ],
)
def test_a_block_was_right_where_the_target_was_deployed_afterwards(decisions, deployments, now, judgements):
    [record] = records(decisions, deployments, [GUARD], at(now))
    assert [case.judgement.value for case in record.cases] == judgements


def test_a_case_says_how_often_somebody_was_stopped_or_let_through():
    decisions = [said(0, mode=Mode.ENFORCE), said(1, mode=Mode.ENFORCE), said(2, FINE, bypass="b1")]
    [record] = records(decisions, [deployed(3)], [GUARD], at(48))
    [case] = record.cases
    assert (case.asked, case.stopped, case.bypassed) == (3, 2, 1)


@pytest.mark.parametrize(
    ("days", "wrong", "mode"),
    [
        (6, None, Mode.OBSERVE),
        (8, None, Mode.WARN),
        (15, None, Mode.ENFORCE),
        (100, None, Mode.ENFORCE),
        (15, 10, Mode.OBSERVE),
        (18, 10, Mode.WARN),
    ],
)
def test_a_gate_earns_more_for_each_trial_without_a_wrong_block(days, wrong, mode):
    decisions = [said(24 * day, FINE) for day in range(days + 1)]
    if wrong is not None:
        decisions += [said(24 * wrong + 1)]
    assert promoted(GUARD, decisions, [], at(24 * days + 2)).mode is mode


def test_what_could_not_be_told_for_a_moment_ends_no_block_and_takes_back_nothing_that_was_earned():
    fine = [said(24 * day, FINE) for day in range(15)]
    lost = said(24 * 14 + 2, Answer.WARN, unknown=True, deployed="")
    blocks = [said(24 * 14 + 1), said(24 * 14 + 3)]
    story = [*fine, blocks[0], lost, blocks[1]]
    [record] = records(story, [deployed(24 * 14 + 4)], [GUARD], at(24 * 15))
    assert [(one.judgement, one.asked) for one in record.cases] == [(Judgement.RIGHT, 2)]
    [record] = records(story, [], [GUARD], at(24 * 14 + 5))
    assert [one.judgement for one in record.cases] == [Judgement.OPEN]
    assert promoted(GUARD, story, [], at(24 * 14 + 5)).mode is Mode.ENFORCE


def test_a_gate_that_nobody_asked_earns_nothing():
    assert promoted(GUARD, [said(0, FINE)], [], at(24 * 30)).mode is Mode.OBSERVE
    assert promoted(GUARD, [], [], at(0)).mode is Mode.OBSERVE


def test_a_gate_earns_nothing_unless_it_may():
    decisions = [said(24 * day, FINE) for day in range(30)]
    assert promoted(GUARD._replace(promote_after=None), decisions, [], at(24 * 29)).mode is Mode.OBSERVE


def test_the_report_says_when_it_is_time():
    fine = [said(24 * day, FINE) for day in range(9)]
    right = [said(1), *fine]
    [early] = records(right[:4], [deployed(2)], [GUARD], at(72))
    assert (early.next_mode, early.advice.partition(":")[0]) == (None, "wait")
    [ready] = records(right, [deployed(2)], [GUARD], at(24 * 8 + 1))
    assert ready.next_mode is Mode.WARN
    assert "time for `warn`" in ready.advice
    [idle] = records(fine, [], [GUARD], at(24 * 8 + 1))
    assert "nothing to do yet" in idle.advice
    assert idle.count(Judgement.RIGHT) == 0


def test_nothing_follows_from_a_gate_that_nobody_asks_any_more():
    [record] = records([said(0, FINE), said(24, FINE)], [], [GUARD], at(24 * 30))
    assert (record.next_mode, record.advice) == (
        None,
        "nobody has asked it for 29.0 d: nothing follows from that",
    )


def test_drift_that_a_gate_makes_is_put_down_to_it():
    deploying: dict[str, Any] = {"mode": Mode.ENFORCE, "purpose": Purpose.DEPLOY, "deploys": "api/production"}
    found = caused([said(0, **deploying), said(5, **deploying), said(6, mode=Mode.ENFORCE)])
    [one] = found
    assert (one.target, one.gate, one.stopped) == ("api/production", "batches", 2)
    assert (one.since, one.until) == (at(0), at(5))
