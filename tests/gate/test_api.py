"""A gate over HTTP, as a status and a document: total over whatever comes in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gate.places import desk, now, record, standing
from unshipped.app.gate_api import gate_request
from unshipped.core.gating import Answer, Mode


def ask(target: str, kept=None, method: str = "GET", body: bytes = b"", by: str = ""):
    return gate_request(method, target, body, desk(kept or record(standing())), now(), by=by)


def test_a_stale_service_blocks_with_its_reasons():
    status, document = ask("/api/v1/gate/worker?max_behind=3&by=cron")
    assert status == 200
    assert (document["answer"], document["mode"], document["asked_by"]) == ("block", "enforce", "cron")
    assert document["reasons"] == ["worker: 4 commits behind (at most 3)"]
    assert document["targets"][0]["deployed"] == "a" * 40


def test_several_services_are_asked_for_at_once():
    kept = record(standing(), standing("api", 0))
    _, document = ask("/api/v1/gate/api,worker?max_behind=3", kept)
    assert [one["answer"] for one in document["targets"]] == ["allow", "block"]


def test_a_declared_gate_is_asked_by_its_name():
    assert ask("/api/v1/gate?gate=batches")[1]["gate"] == "batches"


def test_an_answer_is_written_down():
    kept = record(standing())
    ask("/api/v1/gate?gate=batches", kept)
    assert [(one.gate, one.answer, one.mode) for one in kept.asked] == [
        ("batches", Answer.BLOCK, Mode.ENFORCE)
    ]


def test_who_the_door_knows_goes_before_what_the_request_says():
    assert ask("/api/v1/gate/worker?by=somebody", by="ana@example.org")[1]["asked_by"] == "ana@example.org"


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/api/v1/gate/wroker", 404, "not-declared"),
        ("/api/v1/gate?gate=none", 404, "not-declared"),
        ("/api/v1/gate", 404, "not-declared"),
        ("/api/v1/gate/worker?environment=moon", 404, "not-declared"),
        ("/api/v1/gate/worker?max_behind=-1", 400, "bad-request"),
        ("/api/v1/gate/worker?max_behind=1&max_behind=2", 400, "bad-request"),
        ("/api/v1/gate/worker?max_age=soon", 400, "bad-request"),
        ("/api/v1/gate/worker?mode=hard", 400, "bad-request"),
        ("/api/v1/gate/worker?maxbehind=1", 400, "bad-request"),
        ("/api/v1/gate/" + ",".join("x" * 300), 400, "bad-request"),
        ("http://[::1", 400, "bad-request"),
    ],
)
def test_what_cannot_be_answered_says_why(target, status, code):
    found, document = ask(target)
    assert (found, document["error"]["code"]) == (status, code)


def test_a_record_that_is_away_is_told():
    kept = record()
    kept.broken = True
    assert ask("/api/v1/gate/worker", kept)[0] == 503


def test_a_bypass_is_written_down_announced_and_counts_at_once():
    kept = record(standing())
    body = json.dumps({"bypass": {"reason": "hot fix", "by": "Ana", "seconds": 600}}).encode()
    status, document = ask("/api/v1/gate?gate=batches", kept, "POST", body)
    assert (status, document["answer"], document["would"]) == (200, "allow", "block")
    [bypass] = kept.given.values()
    assert (bypass.gate, (bypass.until - bypass.since).total_seconds()) == ("batches", 600)
    [notice] = kept.notices
    assert notice.body.startswith("worker passes gate batches until ")
    assert "hot fix" in notice.body


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"bypass": 1}', 400),
        (b'{"bypass": {"by": "Ana"}}', 400),
        (b'{"bypass": {"reason": "x", "by": "Ana", "seconds": "long"}}', 400),
        (b'{"bypass": {"reason": " ", "by": "Ana"}}', 422),
        (b'{"bypass": {"reason": "x"}}', 422),
        (b'{"bypass": {"reason": "x", "by": "Ana", "seconds": 90000}}', 422),
        (b'{"bypass": {"reason": "x", "by": "Ana", "seconds": NaN}}', 422),
        (b" " * 70_000, 400),
    ],
)
def test_a_bypass_without_what_it_needs_is_none(body, status):
    kept = record(standing())
    assert ask("/api/v1/gate/worker", kept, "POST", body)[0] == status
    assert kept.given == {}


@given(st.sampled_from(["GET", "POST", "PUT", "x\n"]), st.text(max_size=60), st.binary(max_size=40))
def test_every_request_has_an_answer_that_is_json(method, rest, body):
    status, document = ask(f"/api/v1/gate/{rest}", record(), method, body)
    assert status in (200, 400, 404, 405, 422)
    json.dumps(document)
