"""Buttons that are pressed in Slack: Slack's own library signs, and says which signatures are right."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import Clock, SignatureVerifier
from starlette.testclient import TestClient

from tests.core.watched import at
from tests.notifiers.doubles import Document
from tests.web.conftest import ground
from unshipped.app.slack_buttons import OLDEST, pressed, verified
from unshipped.notifiers.samples import samples
from unshipped.notifiers.slack import SlackNotifier
from unshipped.stores.memory import MemoryStore
from unshipped.web.app import application

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # the one of Slack's own documentation
NOW = int(at(20).timestamp())


class Still(Clock):
    def now(self) -> float:
        return NOW


SLACK = SignatureVerifier(SECRET, Still())


def payload(act: str, group: str, **changed: object) -> Document:
    """A press as Slack's documentation records one of `block_actions`, with what is of no use here."""
    action = {
        "type": "button",
        "action_id": act,
        "block_id": "b7Q",
        "text": {"type": "plain_text", "text": act.capitalize(), "emoji": False},
        "value": group,
        "action_ts": "1770310620.117372",
    }
    return {
        "type": "block_actions",
        "user": {"id": "U0G9QF9C6", "username": "ana", "name": "ana", "team_id": "T9TK3CUKW"},
        "api_app_id": "A0MDYCDME",
        "token": "Shh_its_a_secret",
        "container": {
            "type": "message",
            "message_ts": "1770309420.000001",
            "channel_id": "C01DEPLOYS",
            "is_ephemeral": False,
        },
        "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
        "team": {"id": "T9TK3CUKW", "domain": "example"},
        "channel": {"id": "C01DEPLOYS", "name": "deploys"},
        "message": {"bot_id": "BAH5CA16Z", "type": "message", "text": "…", "ts": "1770309420.000001"},
        "response_url": "https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209",
        "actions": [action | changed],
    }


def body(act: str, group: str, **changed: object) -> bytes:
    return urlencode({"payload": json.dumps(payload(act, group, **changed))}).encode()


def signed(sent: bytes, when: int = NOW) -> dict[str, str]:
    signature = SLACK.generate_signature(timestamp=str(when), body=sent)
    assert signature
    return {
        "X-Slack-Request-Timestamp": str(when),
        "X-Slack-Signature": signature,
        "Content-Type": "application/x-www-form-urlencoded",
    }


@pytest.fixture
def slack(store: MemoryStore) -> TestClient:
    """From anywhere, without any token."""
    return TestClient(application(ground(store, slack=SECRET)), client=("10.1.2.3", 5000))


def press(slack: TestClient, act: str, store: MemoryStore, **changed: object):
    [incident] = store.incidents(open_only=True)
    sent = body(act, incident.group, **changed)
    return slack.post("/api/v1/hooks/slack/actions", content=sent, headers=signed(sent))


def test_who_presses_acknowledge_knows_of_it_and_the_message_is_changed(slack, store):
    assert press(slack, "acknowledge", store).status_code == 200
    [incident] = store.incidents(open_only=True)
    assert incident.acknowledged_by == "ana (Slack)"
    assert not store.undelivered()[-1].loud
    assert press(slack, "acknowledge", store).status_code == 200


def test_who_presses_silence_keeps_it_quiet_for_two_hours_and_once(slack, store):
    for _ in range(2):
        assert press(slack, "silence", store).status_code == 200
    [silence] = store.silences(at(20))
    assert (silence.by, silence.match.services, silence.until) == ("ana (Slack)", ("worker",), at(140))
    assert store.silences(at(141)) == []


def test_a_press_silences_what_the_message_is_about_and_nothing_else(slack, store):
    [first] = store.incidents(open_only=True)
    other = first._replace(id="other", service="api", environment="staging")
    store.tables.incidents[other.id] = other
    sent = body("silence", first.group)
    assert slack.post("/api/v1/hooks/slack/actions", content=sent, headers=signed(sent)).status_code == 200
    falls_on = {
        (service, place)
        for service in ("api", "worker")
        for place in ("production", "staging")
        for one in store.silences(at(20))
        if one.match.fits(first._replace(service=service, environment=place))
    }
    assert falls_on == {("worker", "production"), ("api", "staging")}


def test_a_name_is_one_line_of_text(slack, store):
    [incident] = store.incidents(open_only=True)
    found = payload("acknowledge", incident.group)
    found["user"]["username"] = "a\x1b[31m\n" + "x" * 500
    sent = urlencode({"payload": json.dumps(found)}).encode()
    assert slack.post("/api/v1/hooks/slack/actions", content=sent, headers=signed(sent)).status_code == 200
    by = store.incidents(open_only=True)[0].acknowledged_by
    assert by.isprintable()
    assert len(by) < 120


@pytest.mark.parametrize("when", [NOW - OLDEST - 1, NOW + OLDEST + 1])
def test_a_press_of_another_time_is_refused(slack, store, when):
    sent = body("acknowledge", store.incidents()[0].group)
    answer = slack.post("/api/v1/hooks/slack/actions", content=sent, headers=signed(sent, when))
    assert answer.status_code == 401
    assert not store.incidents(open_only=True)[0].acknowledged_by


def test_what_is_not_signed_is_refused(slack, store):
    sent = body("acknowledge", store.incidents()[0].group)
    for headers in ({}, signed(sent + b"&"), signed(sent) | {"X-Slack-Signature": "v0=é"}):
        safe = {name: value.encode() for name, value in headers.items()}
        assert slack.post("/api/v1/hooks/slack/actions", content=sent, headers=safe).status_code == 401


@pytest.mark.parametrize("signature", ["", "v0=", "v0=" + "0" * 64, "v1=" + "0" * 64])
@pytest.mark.parametrize("moment", [str(NOW), "", "soon", str(NOW - 299), str(NOW - 400), "²", "9" * 400])
def test_slacks_own_library_says_the_same(signature, moment):
    for tried in (signature, SLACK.generate_signature(timestamp=moment, body=b"x") or ""):
        headers = {"x-slack-request-timestamp": moment, "x-slack-signature": tried}
        try:
            expected = SLACK.is_valid_request("x", headers)
        except ValueError:  # it takes a time that is none for granted
            expected = False
        assert verified(headers, b"x", SECRET, at(20)) == expected


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"payload=",
        b"payload=[]",
        b"payload={}",
        b"payload=" + b"[" * 100_000,
        b"\xff=1",
        body("deploy", "g"),
        body("acknowledge", ""),
        body("acknowledge", "g", value=7),
        b"a=1&" * 1000,
    ],
)
def test_what_tells_of_no_press_is_answered_and_changes_nothing(slack, store, sent):
    assert pressed(sent) is None
    assert (
        slack.post("/api/v1/hooks/slack/actions", content=sent, headers=signed_bytes(sent)).status_code == 200
    )
    assert not store.incidents(open_only=True)[0].acknowledged_by


def signed_bytes(sent: bytes) -> dict[str, str]:
    import hashlib
    import hmac

    made = hmac.new(SECRET.encode(), f"v0:{NOW}:".encode() + sent, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(NOW), "X-Slack-Signature": f"v0={made}"}


def test_what_is_over_is_left_alone(slack, store):
    sent = body("silence", "drift:nothing/production:20260101T000000Z")
    assert slack.post("/api/v1/hooks/slack/actions", content=sent, headers=signed(sent)).status_code == 200
    assert store.silences(at(20)) == []


def test_where_it_is_not_set_up_nobody_is_there(store):
    sent = body("acknowledge", "g")
    there = TestClient(application(ground(store)))
    assert there.post("/api/v1/hooks/slack/actions", content=sent, headers=signed(sent)).status_code == 404


@pytest.mark.parametrize("interactive", [True, False])
def test_buttons_come_back_only_where_that_is_set_up(interactive):
    message = samples(at(20))["opened"]
    server = "https://ship.example.com"
    slack = SlackNotifier(
        channel="#deploys", token={"env": "SLACK_TOKEN"}, server=server, interactive=interactive
    )
    [actions] = [one for one in slack.preview(message)["blocks"] if one["type"] == "actions"]
    pressable = {one["action_id"]: one["value"] for one in actions["elements"] if "value" in one}
    linked = [one["action_id"] for one in actions["elements"] if "url" in one]
    if interactive:
        assert pressable == {"acknowledge": message.group, "silence": message.group}
        assert linked == ["deploy"]
    else:
        assert (pressable, linked) == ({}, ["acknowledge", "silence", "deploy"])
