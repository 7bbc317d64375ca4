"""A gate over HTTP, as a status and a document: total over whatever comes in."""

from __future__ import annotations

import json
from datetime import timedelta

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


def test_a_name_that_nobody_declared_is_one_line_of_some_length():
    kept = record(standing())
    document = ask(f"/api/v1/gate/worker?gate=a%0a%1b[31m{'b' * 9000}&deploys={'c/' * 9000}", kept)[1]
    assert document["gate"] == kept.asked[0].gate == f"a [31m{'b' * 193}…"
    assert len(document["deploys"]) == 200


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


def letting(
    kept, target: str = "/api/v1/gate/worker", *, at=None, by: str = "", permit=lambda _: None, **more
):
    """Somebody wants work let through."""
    bypass = {"reason": "hot fix", "by": "Ana"} | more.pop("bypass", {})
    body = json.dumps({"bypass": bypass, **more}).encode()
    return gate_request("POST", target, body, desk(kept), at or now(), by=by, permit=permit)


def test_who_the_door_knows_gives_the_bypass_whatever_the_request_says():
    kept = record(standing())
    assert letting(kept, by="ben@example.org")[0] == 200
    assert [one.by for one in kept.given.values()] == ["ben@example.org"]


def test_without_a_length_it_is_the_usual_one_and_it_comes_by_the_web():
    kept = record(standing())
    letting(kept)
    [one] = kept.given.values()
    assert (one.id, one.until - one.since) == ("b1", timedelta(hours=4))
    assert [act.door for act in kept.acts] == ["web"]


@pytest.mark.parametrize(("later", "since"), [(-1800, -1800), (0, 0), (3600, 0)])
def test_it_may_be_told_after_a_while_and_never_before(later: int, since: int):
    kept, at = record(standing()), now()
    given = (at + timedelta(seconds=later)).isoformat()
    assert letting(kept, at=at, given_at=given)[0] == 200
    assert [one.since - at for one in kept.given.values()] == [timedelta(seconds=since)]
    assert [act.at for act in kept.acts] == [at]


def test_one_that_has_an_id_keeps_it_and_one_that_is_no_id_is_refused():
    kept = record(standing())
    assert letting(kept, bypass={"id": "c" * 12})[0] == 200
    assert list(kept.given) == ["c" * 12]
    status, document = letting(kept, bypass={"id": "../../etc"})
    assert (status, document["error"]["code"]) == (422, "bad-bypass")


def test_who_may_not_let_these_services_through_does_not():
    heard, kept = [], record(standing())

    def permit(services) -> None:
        heard.append(services)
        raise PermissionError("not these")

    with pytest.raises(PermissionError):
        letting(kept, "/api/v1/gate?gate=batches", permit=permit)
    assert (heard, kept.given) == ([["worker"]], {})


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("max_behind=0", 200),
        ("max_behind=999999999", 200),
        ("max_behind=1000000000", 400),
        ("max_behind=1.5", 400),
        ("max_age=6h", 200),
        ("max_age=90.5", 200),
        ("max_age=1.2.3", 400),
        ("max_verdict_age=600", 200),
    ],
)
def test_numbers_and_lengths_are_read_as_they_are_written(query: str, status: int):
    assert ask(f"/api/v1/gate/worker?{query}")[0] == status


def test_as_many_services_as_may_be_are_asked_for_at_once_and_no_more():
    assert ask("/api/v1/gate/" + ",".join(["worker"] * 200))[0] == 200
    status, document = ask("/api/v1/gate/" + ",".join(["worker"] * 201))
    assert (status, document["error"]["message"]) == (400, "at most 200 services can be asked for at once")


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("PUT", 405), ("DELETE", 405)])
def test_who_asks_otherwise_is_told_that_it_is_not_answered(method: str, status: int):
    assert ask("/api/v1/gate/worker", method=method)[0] == status


@given(st.sampled_from(["GET", "POST", "PUT", "x\n"]), st.text(max_size=60), st.binary(max_size=40))
def test_every_request_has_an_answer_that_is_json(method, rest, body):
    status, document = ask(f"/api/v1/gate/{rest}", record(), method, body)
    assert status in (200, 400, 404, 405, 422)
    json.dumps(document)
