"""A program asks a file of verdicts: it answers as the record does, where it can be believed."""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.test_gating import GATES
from tests.gate.places import HOUSE, TOKEN, now, record, serving, standing
from unshipped.app.ask_gate import House, answer, understood
from unshipped.app.verdict_file import put, verdict_file
from unshipped.carried.rule import Mode
from unshipped.core.gating import Bypass
from unshipped.core.model import Flag, State
from unshipped.gate import DeploymentDriftError, Where, check_deployment_drift
from unshipped.gate import file as files
from unshipped.gate.values import Question

KEY = "a key of the watch"


@pytest.fixture
def place(tmp_path):
    return tmp_path / "verdicts.json"


def write(place, *standings, key: str = "", **more: Any) -> Where:
    put(place, verdict_file(standings, now=now(), guards=HOUSE.guards, key=key, **more))
    return Where(file=str(place), key=key)


def said(where: Where, **options: Any) -> str:
    try:
        return str(check_deployment_drift("worker", where=where, **options))
    except DeploymentDriftError as error:
        return str(error.decision)


def test_a_stale_worker_stops_the_work(place):
    there = write(place, standing(behind=4))
    assert said(there, max_behind=3) == "block: worker: 4 commits behind (at most 3)"
    assert said(there, max_behind=4) == "allow: nothing stands against it"


def test_a_gate_is_known_by_its_name(place):
    there = write(place, standing(behind=4))
    with pytest.raises(DeploymentDriftError):
        check_deployment_drift(gate="batches", where=there)
    assert "no gate 'others'" in str(check_deployment_drift(gate="others", where=there))


def test_without_an_environment_the_first_one_is_meant_as_by_the_record(place):
    staging, production = standing(behind=0), standing(behind=9)
    staging = staging._replace(seen=staging.seen._replace(environment="staging"))
    house = House((("worker", "staging"), ("worker", "production")))
    asked = understood(Question(("worker",), max_behind=3), house)
    known = {one.seen.target: one for one in (staging, production)}
    assert answer(asked, known, (), now()).answer.word == "allow"
    assert said(write(place, staging, production), max_behind=3).startswith("allow")
    assert said(write(place, production, staging), max_behind=3).startswith("block")


def test_a_bypass_in_the_file_lets_through_until_it_ends(place):
    for until, word in ((timedelta(hours=1), "allow"), (timedelta(0), "block")):
        begun = now() - timedelta(hours=1)
        bypass = Bypass("b1", "", "worker", "Ana", "why", begun, now() + until)
        assert said(write(place, standing(), bypasses=[bypass]), max_behind=3).startswith(word)


def test_what_is_written_anew_counts_at_once(place):
    write(place, standing(behind=4))
    there = Where(file=str(place))
    assert said(there, max_behind=3).startswith("block")
    write(place, standing(behind=0))
    assert said(there, max_behind=3).startswith("allow")


def test_what_was_looked_at_too_long_ago_is_unknown(place):
    assert "it was looked at 2 h ago (at most 1 h)" in said(write(place, standing(looked=7200)))


def test_a_clock_that_went_back_makes_unknown(place):
    assert "a clock is wrong" in said(write(place, standing(looked=-7200)))


# ---------------------------------------------------------------- whom to believe


def broken(text: bytes):
    return lambda place: place.write_bytes(text)


def cut(place):
    text = place.read_bytes()
    place.write_bytes(text[: len(text) // 2])


def newer(place):
    place.write_text(json.dumps(json.loads(place.read_text()) | {"schema_version": 2}))


def lacking(place):
    place.write_text('{"schema_version": 1, "targets": [{"service": "worker"}]}')


def pipe(place):
    place.unlink()
    os.mkfifo(place)


WRONG = {
    "missing": (lambda place: place.unlink(), "No such file"),
    "half-written": (cut, "the file of verdicts is not whole"),
    "empty": (broken(b""), "the file of verdicts is not whole"),
    "deep": (broken(b"[" * 100_000), "the file of verdicts is not whole"),
    "newer": (newer, "the file has version 2; this program reads 1"),
    "lacking": (lacking, "the file of verdicts lacks what it must have"),
    "no mapping": (broken(b"[]"), "the file has version None"),
    "world-writable": (lambda place: place.chmod(0o666), "anybody can write the file of verdicts"),
    "in a folder for all": (
        lambda place: place.parent.chmod(0o777),
        "anybody can write the file of verdicts",
    ),
    "a pipe": (pipe, "the file of verdicts is no plain file"),
    "a folder": (lambda place: (place.unlink(), place.mkdir()), "the file of verdicts is no plain file"),
}


@pytest.mark.parametrize(("spoil", "why"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("rule", ["allow", "warn", "block"])
def test_a_file_that_cannot_be_believed_makes_unknown(place, spoil, why, rule):
    there = write(place, standing(behind=0))
    spoil(place)
    begun = time.monotonic()
    found = said(there, on_unknown=rule)
    assert time.monotonic() - begun < 3
    assert found.startswith(f"{rule}: worker: ")
    assert why in found


def test_a_file_of_somebody_else_is_not_believed(place, monkeypatch):
    there = write(place, standing(behind=0))
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    if place.stat().st_uid == 0:
        os.chown(place, 54321, -1)
    assert "belongs to somebody else" in said(there)


def test_a_signature_counts_in_place_of_permissions(place):
    there = write(place, standing(behind=0), key=KEY)
    place.chmod(0o666)
    assert said(there).startswith("allow")


@pytest.mark.parametrize("key", ["", "another key"], ids=["none", "another"])
def test_what_is_not_signed_with_the_key_is_not_believed(place, key):
    write(place, standing(behind=0), key=key)
    assert "not signed with this key" in said(Where(file=str(place), key=KEY))


def test_a_changed_line_breaks_the_signature(place):
    there = write(place, standing(behind=4), key=KEY)
    place.write_bytes(place.read_bytes().replace(b'"behind":4', b'"behind":0'))
    assert "not signed with this key" in said(there, max_behind=3)
    assert KEY not in repr(there)


def test_a_file_counts_where_the_server_is_away(place):
    there = write(place, standing(behind=4))._replace(server="http://127.0.0.1:9", deadline=5.0)
    found = said(there, max_behind=3)
    assert found.startswith("block: worker: 4 commits behind")
    assert "cannot be reached" in found


@pytest.mark.parametrize(("looked", "word"), [(5, "block"), (3000, "allow")])
def test_where_the_server_is_away_the_later_look_counts_whoever_told_of_it(place, looked, word, monkeypatch):
    there = write(place, standing(behind=9, looked=looked))
    with serving(record(standing(behind=0, looked=60))) as server:
        there = there._replace(server=server, token=TOKEN, deadline=5.0)
        assert said(there, max_behind=3).startswith("allow")
    monkeypatch.setattr("unshipped.gate.asking.KEPT_FOR", 0.0)
    assert said(there, max_behind=3).startswith(word)


@pytest.mark.parametrize("behind", [0, 9])
def test_who_skips_with_the_library_alone_is_let_through_only_where_the_file_says_block(
    place, behind, monkeypatch
):
    monkeypatch.setattr("unshipped.gate.engine.there", lambda: False)
    there = write(place, standing(behind=behind))
    found = check_deployment_drift("worker", max_behind=3, where=there, skip=True, reason="why", by="Ana")
    assert (found.answer, found.unknown, bool(found.bypass)) == ("allow", False, bool(behind))


@pytest.mark.parametrize("told_by", ["file", "server"])
@pytest.mark.parametrize(
    ("behind", "rule", "answer", "unknown_stops"),
    [(0, "warn", "warn", False), (9, "warn", "block", False), (0, "block", "block", True)],
)
def test_where_one_of_several_is_unknown_that_is_told_and_whether_it_stops(
    place, told_by, behind, rule, answer, unknown_stops
):
    known = standing("worker", behind=behind)
    with serving(record(known)) as server:
        there = write(place, known) if told_by == "file" else Where(server, TOKEN, deadline=5.0)
        try:
            found = check_deployment_drift("worker", "api", max_behind=3, on_unknown=rule, where=there)
        except DeploymentDriftError as error:
            found = error.decision
    assert (found.said_by, found.answer) == (told_by, answer)
    assert (found.unknown, found.unknown_stops) == (True, unknown_stops)


def test_who_skips_where_one_of_several_is_unknown_is_let_through_on_record(place, monkeypatch):
    monkeypatch.setattr("unshipped.gate.engine.there", lambda: False)
    there = write(place, standing("worker", behind=0))
    found = check_deployment_drift(
        "worker", "api", max_behind=3, where=there, skip=True, reason="why", by="Ana"
    )
    assert found.bypass


# ---------------------------------------------------------------- one rule


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    gate=GATES,
    behind=st.integers(0, 8),
    looked=st.integers(-100, 90_000),
    unknown=st.booleans(),
    flags=st.lists(st.sampled_from([Flag.HELD, Flag.PENDING, Flag.RETIRED]), max_size=1),
)
def test_the_file_answers_what_the_record_answers(place, gate, behind, looked, unknown, flags):
    state = {"state": State.UNKNOWN} if unknown else {}
    one = standing(behind=behind, looked=looked, flags=tuple(flags), **state)
    when = now()
    guard = HOUSE.guards[0]._replace(gate=gate)
    put(place, verdict_file([one], now=when, guards=[guard]))
    question = Question(gate="batches")
    asked = understood(question, HOUSE._replace(guards=(guard,)))
    right = answer(asked, {one.seen.target: one}, (), when)
    files._kept.clear()
    found = files.ask(str(place), "", question, when)
    assert (found.answer, found.would, found.reasons) == (
        right.answer.word,
        right.would.word,
        right.reasons,
    )
    assert found.mode == Mode(gate.mode).value
