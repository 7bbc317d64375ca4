"""Events for machines: held against the libraries of those who would receive them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.docs.pages import ROOT
from tests.notifiers.benches import Room, made
from tests.notifiers.hostile import NOW, SAMPLES
from tests.sources.served import Served, body, serving
from unshipped.core.incidents import Step
from unshipped.core.messages import Message
from unshipped.errors import NotifyError
from unshipped.notifiers.samples import test_message as a_test

KEY = "whsec_" + base64.b64encode(b"a key of the test, of 32 bytes..").decode()


def told(room: Room, message: Message, **settings: object) -> Served:
    served = room.stack.enter_context(serving(body("")))
    made("webhook", url=served.url("/in"), **settings).say(message, "")
    return served


def test_a_delivery_is_verified_by_the_library_of_standard_webhooks(room: Room):
    (asked,) = told(room, SAMPLES["opened"], secret=room.secret(KEY)).asked
    event = Webhook(KEY).verify(asked.body, asked.headers)
    assert event["id"] == SAMPLES["opened"].id
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(asked.body + b" ", asked.headers)


def test_a_secret_may_be_any_text(room: Room):
    (asked,) = told(room, SAMPLES["opened"], secret=room.secret("any text")).asked
    signed = f"{asked.headers['Webhook-Id']}.{asked.headers['Webhook-Timestamp']}.".encode() + asked.body
    expected = base64.b64encode(hmac.digest(b"any text", signed, hashlib.sha256)).decode()
    assert asked.headers["Webhook-Signature"] == f"v1,{expected}"


def test_the_ten_lines_of_the_example_verify_it(room: Room):
    (asked,) = told(room, SAMPLES["opened"], secret=room.secret("any text")).asked
    names: dict[str, object] = {}
    exec((ROOT / "examples/receivers/webhook/verify.py").read_text(encoding="utf-8"), names)
    verified = names["verified"]
    assert callable(verified)
    now = int(asked.headers["Webhook-Timestamp"])
    assert verified(asked.headers, asked.body, b"any text", now)
    assert not verified(asked.headers, asked.body + b" ", b"any text", now)
    assert not verified(asked.headers, asked.body, b"another", now)
    assert not verified(asked.headers, asked.body, b"any text", now + 600)


def test_what_is_no_base64_is_an_error_without_it(room: Room):
    with pytest.raises(NotifyError, match="no base64") as caught:
        told(room, SAMPLES["opened"], secret=room.secret("whsec_ !"))
    assert caught.value.final


def test_an_event_has_what_cloudevents_asks_for(room: Room):
    (asked,) = told(room, SAMPLES["first-look"], source="/shop/unshipped").asked
    assert asked.headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    assert "Webhook-Signature" not in asked.headers
    event = json.loads(asked.body)
    assert {name: event[name] for name in ("specversion", "source", "type", "datacontenttype")} == {
        "specversion": "1.0",
        "source": "/shop/unshipped",
        "type": "unshipped.incidents",
        "datacontenttype": "application/json",
    }
    assert event["id"] and event["subject"] == SAMPLES["first-look"].group
    assert datetime.fromisoformat(event["time"]).tzinfo
    assert len(event["data"]["targets"]) + len(event["data"]["further"]) == 40


def test_the_data_has_whole_commits_and_pages():
    (event,) = made("webhook", url="https://hooks.example.com/in").preview(SAMPLES["opened"])  # type: ignore[attr-defined]
    (target,) = event["data"]["targets"]
    assert target["deployed"]["commit"] == "e8b017d7e80aa80cf7fb48eb6c18fe87da22496f"
    assert target["changes"][0] == {
        "commit": "6f2c25f5dfbf9419470fdd34aabe394e67e446ee",
        "url": "https://github.com/acme/shop/commit/6f2c25f5dfbf9419470fdd34aabe394e67e446ee",
        "subject": "Keep prices in cents (#9)",
        "author": "Ben",
        "waiting": "45 min",
        "request_url": "https://github.com/acme/shop/pull/9",
    }


@pytest.mark.parametrize(
    ("sample", "server", "predicates"),
    [
        ("opened", "", ["detected"]),
        ("escalated", "", ["detected"]),
        ("escalated", "https://unshipped.example.com", ["reported"]),
        ("resolved", "", ["resolved"]),
        ("grouped", "", ["detected"] * 3),
    ],
)
def test_cdevents_are_one_for_each_incident(room: Room, sample: str, server: str, predicates: list[str]):
    served = told(room, SAMPLES[sample], format="cdevents", server=server)
    events = [json.loads(asked.body) for asked in served.asked]
    assert [one["type"] for one in events] == [f"dev.cdevents.incident.{name}.0.2.0" for name in predicates]
    assert len({asked.headers["Webhook-Id"] for asked in served.asked}) == len(predicates)
    for event, predicate in zip(events, predicates, strict=True):
        conforms(event["data"], predicate)


def test_a_test_is_an_incident_of_cdevents_that_is_over_at_once(room: Room):
    served = told(room, a_test("hook", "t", NOW), format="cdevents")
    events = [json.loads(asked.body) for asked in served.asked]
    kinds = ["dev.cdevents.incident.detected.0.2.0", "dev.cdevents.incident.resolved.0.2.0"]
    assert [one["type"] for one in events] == kinds and len({one["id"] for one in events}) == 2
    assert {one["data"]["subject"]["id"] for one in events} == {"t"}


def test_each_of_very_many_incidents_is_an_event_of_cdevents(room: Room):
    served = told(room, SAMPLES["first-look"], format="cdevents")
    events = [json.loads(asked.body)["data"] for asked in served.asked]
    names = {one["subject"]["content"]["service"]["id"] for one in events}
    assert len(events) == len(names) == 40


def conforms(event: dict[str, dict[str, object]], predicate: str) -> None:
    """What CDEvents 0.4.1 demands of an incident, as its specification says in words."""
    context, subject = event["context"], event["subject"]
    assert set(context) == {"version", "id", "source", "type", "timestamp"}
    assert context["version"] == "0.4.1"
    assert set(subject) == {"id", "source", "type", "content"} and subject["type"] == "incident"
    content = subject["content"]
    assert isinstance(content, dict)
    assert set(content) <= {"description", "environment", "service", "artifactId", "ticketURI"}
    assert content["environment"]["id"] == "production" and content["service"]["id"]
    assert ("ticketURI" in content) is (predicate == "reported")


def test_small_changes_are_told_as_well_but_not_as_events_of_cdevents(room: Room):
    item = SAMPLES["opened"].items[0]._replace(step=Step.EASED)
    eased = SAMPLES["opened"]._replace(loud=False, items=(item,), news=(item,))
    assert len(told(room, eased).asked) == 1
    assert told(room, eased, format="cdevents").asked == []


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ftp://hooks.example.com"},
        {"url": "https://ana:hunter2@hooks.example.com"},
        {"url": "https://hooks.example.com/?token=hunter2"},
        {"url": "https://hooks.example.com", "headers": {"Authorization": "Bearer hunter2"}},
        {"url": "https://hooks.example.com", "source": "two words"},
    ],
)
def test_what_cannot_be_meant_is_refused(settings: dict[str, object]):
    with pytest.raises(ValueError) as caught:
        made("webhook", **settings)
    assert "hunter2" not in str(caught.value)
