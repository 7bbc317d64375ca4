"""Letting work through a gate: given once, written down with who and when, and over by itself."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from tests.core.watched import at
from tests.support.record import FakeRecord
from unshipped.app.bypass import give, ids, revoke, told
from unshipped.app.decide import COMMAND, WEB
from unshipped.core.gating import Bypass
from unshipped.errors import UsageError
from unshipped.gate.values import Bypassing

FIX = Bypassing("the fix is in here", "Ana", 3600.0)


def given(kept: FakeRecord, *services: str, bypassing: Bypassing = FIX, **more) -> list[Bypass]:
    made = {"identity": ids("a" * 12), "receivers": ("chat",)} | more
    return give(bypassing, "batches", services, kept, at(0), **made)  # type: ignore[arg-type]


def test_each_service_has_a_bypass_of_its_own_and_each_is_told_to_everybody():
    kept = FakeRecord()
    found = given(kept, "api", "worker", receivers=("chat", "mail"))
    assert [(one.id, one.service, one.gate) for one in found] == [
        ("a" * 12, "api", "batches"),
        (f"{'a' * 12}-1", "worker", "batches"),
    ]
    assert {(one.since, one.until) for one in found} == {(at(0), at(60))}
    assert [one.receiver for one in kept.notices] == ["chat", "mail"] * 2
    assert len({one.id for one in kept.notices}) == 4


def test_who_hears_no_answer_and_asks_again_is_written_down_once():
    kept = FakeRecord()
    given(kept, "worker")
    given(kept, "worker")
    assert [one[1:] for one in kept.acts] == [("Ana", "bypass", "worker", FIX.reason, COMMAND)]
    assert list(kept.given) == ["a" * 12]


@pytest.mark.parametrize("later", [None, at(30)])
def test_what_is_told_later_is_written_down_when_it_is_told_and_holds_from_when_it_was_given(later):
    kept = FakeRecord()
    [one] = given(kept, "worker", told_at=later, door=WEB)
    assert (one.since, one.until) == (at(0), at(60))
    assert [(act.at, act.door) for act in kept.acts] == [(later or at(0), WEB)]
    assert [notice.at for notice in kept.notices] == [later or at(0)]


def test_a_name_is_cut():
    [one] = given(FakeRecord(), "worker", bypassing=FIX._replace(by="x" * 200))
    assert len(one.by) == 100


def test_who_revokes_one_is_written_down_whether_it_holds_or_not():
    kept = FakeRecord()
    [one] = given(kept, "worker")
    assert revoke(one.id, "Ben", kept, at(10), WEB).revoked_by == "Ben"
    with pytest.raises(UsageError, match="no bypass 'aaaaaaaaaaaa' holds"):
        revoke(one.id, "Ben", kept, at(11))
    assert [act[:4] + act[5:] for act in kept.acts[1:]] == [
        (at(10), "Ben", "revoke", one.id, WEB),
        (at(11), "Ben", "revoke", one.id, COMMAND),
    ]


def test_it_is_told_in_one_sentence_with_what_is_left_of_it():
    [one] = given(FakeRecord(), "worker")
    assert told(one, at(15)) == (
        "worker passes gate batches until 2026-02-05 13:00:00 UTC (45 min), by Ana: the fix is in here"
    )
    assert "(over)" in told(one, at(60))
    assert told(one._replace(gate=""), at(60) - timedelta(seconds=1)).startswith("worker passes every gate ")


@pytest.mark.parametrize("name", ["", "a" * 11, "a" * 33, "A" * 12, "a" * 12 + "\n", "../../etc/passwd"])
def test_what_is_no_id_is_refused(name: str):
    with pytest.raises(UsageError):
        ids(name)


def test_without_a_reason_nothing_is_given_and_nothing_is_written_down():
    kept, numbers = FakeRecord(), count()
    with pytest.raises(UsageError):
        given(kept, "worker", bypassing=FIX._replace(reason=" "), identity=lambda: str(next(numbers)))
    assert (kept.given, kept.acts, kept.notices) == ({}, [], [])
