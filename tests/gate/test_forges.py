"""GitHub and GitLab ask a gate: what is signed is answered in every path, in the shapes that they publish."""

from __future__ import annotations

import hmac
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gate.places import HOUSE, desk, now, record, standing
from unshipped.app.forge_gate import (
    GITHUB,
    GITLAB,
    MOST_COMMENT,
    Answers,
    Forge,
    protection_rule,
    status_check,
)
from unshipped.core.gating import Mode
from unshipped.core.logged.deployments import Deployment
from unshipped.core.model import State

HERE = Path(__file__).parent / "github"
EVENT = json.loads((HERE / "deployment_protection_rule.json").read_text())
WEBHOOK, ANSWER = (json.loads((HERE / f"{name}.schema.json").read_text()) for name in ("webhook", "answer"))
FORGE = Forge("a webhook's secret", "batches", GITHUB)


def signed(event: Any, secret: str = FORGE.secret) -> tuple[dict[str, str], bytes]:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}", "X-GitHub-Event": "deployment_protection_rule"}
    return headers, body


def asked(event: Any = EVENT, kept=None, mode: Mode = Mode.ENFORCE, forge: Forge = FORGE) -> Answers:
    guard = HOUSE.guards[0]
    there = desk(kept or record(standing()))
    house = HOUSE._replace(guards=(guard._replace(gate=guard.gate._replace(mode=mode)),))
    return protection_rule(*signed(event), forge, lambda: there._replace(house=house), now())


def deployment(**changed: Any) -> dict[str, Any]:
    return {**EVENT, "deployment": EVENT["deployment"] | changed}


def test_the_recorded_event_is_what_github_says_it_sends():
    jsonschema.Draft7Validator(WEBHOOK).validate(EVENT)


def test_a_deploy_that_would_run_with_stale_code_is_rejected_with_the_reason():
    found = asked(deployment(payload={"service": "api"}))
    assert found.answered == (200, {"state": "rejected"})
    progress, verdict = found.replies
    assert "state" not in progress.body
    assert verdict.body["state"] == "rejected"
    assert "4 commits behind" in verdict.body["comment"]
    assert {reply.url for reply in found.replies} == {EVENT["deployment_callback_url"]}


@pytest.mark.parametrize("event", [EVENT, deployment(payload={"rollback": True})], ids=["deploy", "rollback"])
@pytest.mark.parametrize("behind", [0, 4])
def test_every_answer_has_the_shape_that_github_publishes(event, behind):
    for reply in asked(event, record(standing(behind=behind))).replies:
        jsonschema.Draft202012Validator(ANSWER).validate(reply.body)


@pytest.mark.parametrize(
    "changed",
    [
        {"payload": {"service": "worker"}},
        {"payload": '{"service": "worker"}'},
        {"task": "worker"},
        {"payload": {"rollback": True}},
        {"payload": {"purpose": "emergency"}},
        {"task": "deploy:rollback"},
    ],
    ids=[
        "ends the staleness",
        "the same as text",
        "by its task",
        "rollback",
        "emergency",
        "rollback by task",
    ],
)
def test_what_heals_or_cannot_wait_is_approved(changed):
    assert asked(deployment(**changed)).answered[1] == {"state": "approved"}


def test_a_commit_that_served_before_is_a_rollback():
    kept = record(standing())
    sha, day = EVENT["deployment"]["sha"], timedelta(days=1)
    kept.told = [
        Deployment("api", "production", sha, now() - 2 * day),
        Deployment("api", "production", "b" * 40, now() - day),
    ]
    assert asked(deployment(payload={"service": "api"}), kept).answered[1] == {"state": "approved"}
    assert asked(deployment(payload={"service": "api"}, sha="c" * 40), kept).answered[1] == {
        "state": "rejected"
    }


def test_a_commit_that_was_seen_to_serve_before_is_a_rollback_though_nobody_recorded_it():
    sha, api = EVENT["deployment"]["sha"], standing("api", behind=0)
    kept = record(standing(), api._replace(past=(sha,)))
    assert asked(deployment(payload={"service": "api"}), kept).answered[1] == {"state": "approved"}
    kept = record(standing(), api._replace(seen=api.seen._replace(deployed=sha), past=("b" * 40,)))
    assert asked(deployment(payload={"service": "api"}), kept).answered[1] == {"state": "rejected"}


def test_a_gate_that_observes_approves_and_tells():
    found = asked(mode=Mode.OBSERVE)
    assert found.answered[1] == {"state": "approved"}
    comment = found.replies[1].body["comment"]
    assert "4 commits behind" in comment
    assert comment.endswith("\n\nlooked at 1 min ago; mode observe")


def test_a_record_that_is_away_is_answered_by_the_rule_for_the_unknown():
    kept = record()
    kept.broken = True
    assert asked(EVENT, kept).answered[1] == {"state": "rejected"}
    assert asked(EVENT, kept, Mode.WARN).answered[1] == {"state": "approved"}
    assert asked(deployment(task="rollback"), kept).answered[1] == {"state": "approved"}
    assert asked(deployment(payload={"service": "worker"}), kept).answered[1] == {"state": "approved"}
    assert asked(deployment(payload={"service": "api"}), kept).answered[1] == {"state": "rejected"}


def test_a_gate_that_nobody_declared_stops_nobody():
    found = asked(forge=FORGE._replace(gate="others"))
    assert found.answered[1] == {"state": "approved"}
    assert "mode" not in found.replies[1].body["comment"], "it has none"


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=00", "sha1=abc", "sha256=ü"])
def test_what_is_not_signed_is_not_believed(signature):
    headers, body = signed(EVENT)
    found = protection_rule(
        headers | {"X-Hub-Signature-256": signature}, body, FORGE, lambda: desk(record()), now()
    )
    assert (found.answered[0], found.replies) == (401, ())


def test_a_webhook_without_a_secret_believes_nothing():
    headers, body = signed(EVENT, "")
    found = protection_rule(headers, body, FORGE._replace(secret=""), lambda: desk(record()), now())
    assert (found.answered[0], found.replies) == (503, ())


@pytest.mark.parametrize(
    "url",
    [
        "https://api.github.com.evil.example/repos/x",
        "https://evil.example/repos/x",
        "http://api.github.com/repos/x",
        "https://api.github.com@evil.example/x",
        "https://api.github.com/../x",
        "",
    ],
)
def test_nothing_is_sent_to_anybody_else(url):
    assert asked(EVENT | {"deployment_callback_url": url}).replies == ()


def test_a_reason_of_somebody_else_marks_nothing_up_and_mentions_nobody():
    kept = record(
        standing(state=State.UNKNOWN, reasons=("@everyone [x](http://e) **now** <img>" + "y" * 3000,))
    )
    comment = asked(EVENT, kept).replies[1].body["comment"]
    assert len(comment) <= MOST_COMMENT
    assert re.search(r"…\n\nlooked at 1 min ago; mode enforce\Z", comment), "it outlasts what is cut off"
    assert "@everyone" not in comment
    assert "\\[x\\]\\(http://e\\) \\*\\*now\\*\\* \\<img\\>" in comment


def test_another_event_is_ignored():
    headers, body = signed(EVENT)
    found = protection_rule(headers | {"X-GitHub-Event": "ping"}, body, FORGE, lambda: desk(record()), now())
    assert found.answered == (202, {"ignored": "ping"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.sampled_from(list(EVENT)))
def test_whatever_a_signed_event_holds_it_is_answered(value, key):
    for event in (value, EVENT | {key: value}):
        found = asked(event)
        assert found.answered[0] in (200, 400, 422)
        assert (found.answered[0] == 200) == bool(found.replies)


MERGE_REQUEST = {
    "object_kind": "merge_request",
    "user": {"username": "ana"},
    "object_attributes": {"iid": 7, "target_project_id": 42, "last_commit": {"id": "d" * 40}},
    "external_approval_rule": {"id": 3, "name": "batches", "external_url": "https://unshipped.example"},
}


@pytest.mark.parametrize(("behind", "status"), [(4, "failed"), (0, "passed")])
def test_gitlab_is_answered_at_the_merge_request_that_it_asks_about(behind, status):
    _, body = signed(MERGE_REQUEST)
    signature = hmac.new(FORGE.secret.encode(), body, "sha256").hexdigest()
    forge = FORGE._replace(api=GITLAB)
    there = desk(record(standing(behind=behind)))
    found = status_check({"X-Gitlab-Signature": signature}, body, forge, lambda: there, now())
    [reply] = found.replies
    assert reply.url == f"{GITLAB}/projects/42/merge_requests/7/status_check_responses"
    assert reply.body == {"sha": "d" * 40, "external_status_check_id": 3, "status": status}


def test_gitlab_is_not_believed_without_its_signature():
    _, body = signed(MERGE_REQUEST)
    assert status_check({}, body, FORGE, lambda: desk(record()), now()).answered[0] == 401
