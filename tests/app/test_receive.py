"""Events that are sent over HTTP: made by the SDK of CloudEvents, and by whoever means harm."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.conversion import to_binary, to_structured
from cloudevents.http import CloudEvent
from hypothesis import given

from tests.support.mutated import mutated
from unshipped.app.receive import LARGEST, Received, received
from unshipped.core.logged.deployments import KINDS, Deployment, written
from unshipped.errors import EventError

A = "a1" * 20
WHEN = datetime(2026, 2, 5, 12, tzinfo=UTC)
DEPLOYED = Deployment("api", "production", A, WHEN, "deployed", "Ana", "https://ci.example/1")
EXPECTED = Received("/ci", "event-1", DEPLOYED)

Headers = dict[str, str]


def envelope(deployment: Deployment = DEPLOYED, **more: Any) -> dict[str, Any]:
    return written(deployment, "event-1", "/ci") | more


def structured(document: Any) -> tuple[Headers, bytes]:
    return {"Content-Type": "application/cloudevents+json; charset=UTF-8"}, json.dumps(document).encode()


def binary(document: dict[str, Any], **more: str) -> tuple[Headers, bytes]:
    said = {key: document[key] for key in ("specversion", "id", "source", "type", "subject", "time")}
    headers = {f"Ce-{name}": text for name, text in {**said, **more}.items()}
    return {**headers, "content-type": "application/json"}, json.dumps(document["data"]).encode()


def by_sdk(document: dict[str, Any], mode: str) -> tuple[Headers, bytes]:
    attributes = {key: value for key, value in document.items() if key != "data"}
    make = to_binary if mode == "binary" else to_structured
    headers, body = make(CloudEvent.create(attributes, document["data"]))
    return dict(headers), body


def refused(headers: Headers, body: bytes) -> EventError:
    with pytest.raises(EventError) as caught:
        received(headers, body)
    assert caught.value.message.isprintable() and len(caught.value.message) < 200
    return caught.value


@pytest.mark.parametrize("mode", ["binary", "structured"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_the_sdk_of_cloudevents_sends_is_received(kind: str, mode: str):
    one = DEPLOYED._replace(kind=kind)
    assert received(*by_sdk(envelope(one), mode)) == (EXPECTED._replace(deployment=one),)


def test_a_batch_holds_several():
    other = envelope(DEPLOYED._replace(service="worker"), id="event-2")
    body = json.dumps([envelope(), other]).encode()
    found = received({"content-type": "application/cloudevents-batch+json"}, body)
    assert [(one.identity, one.deployment.service) for one in found] == [
        ("event-1", "api"),
        ("event-2", "worker"),
    ]


def test_what_a_header_cannot_carry_is_unpacked():
    [found] = received(*by_sdk(envelope(id="ü 100%"), "binary"))
    assert found.identity == "ü 100%"


def test_data_may_be_packed():
    document = envelope()
    document["data_base64"] = base64.b64encode(json.dumps(document.pop("data")).encode()).decode()
    assert received(*structured(document)) == (EXPECTED,)


@pytest.mark.parametrize("version", ["0.1.1", "0.2.0", "0.3.0", "0.4.0-draft"])
def test_every_version_of_the_same_shape_is_received(version: str):
    document = envelope(type=f"dev.cdevents.service.upgraded.{version}")
    document["data"]["context"] = {
        "specversion": "0.6.0-draft",
        **{key: document[key] for key in ("id", "source", "type")},
        "timestamp": document["time"],
    }
    [found] = received(*binary(document))
    assert (found.deployment.kind, found.deployment.commit) == ("upgraded", A)


@pytest.mark.parametrize("kind", ["dev.cdevents.build.finished.0.2.0", "com.example.other"])
def test_an_event_of_another_kind_says_nothing(kind: str):
    document = envelope(type=kind)
    document["data"]["context"]["type"] = kind
    assert received(*structured(document)) == received(*binary(document)) == ()


def changed(**more: Any) -> dict[str, Any]:
    return envelope(**more)


def inside(*way: str, value: Any) -> dict[str, Any]:
    document = envelope()
    place = document["data"]
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value
    return document


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (None, "an object of JSON"),
        ([envelope()], "an object of JSON"),
        (changed(specversion="2.0"), "version of CloudEvents"),
        (changed(specversion=None), "version of CloudEvents"),
        (changed(id=7), "each a text"),
        (changed(type="dev.cdevents.service.deployed.1.0.0"), "version of CDEvents"),
        (changed(type="dev.cdevents.service.deployed"), "version of CDEvents"),
        (changed(type=KINDS["upgraded"]), "type that is said beside it"),
        (changed(data=None), "type that is said beside it"),
        (changed(data="text"), "type that is said beside it"),
        (changed(data_base64="?"), "no base64"),
        (changed(data_base64=base64.b64encode(b"{").decode()), "no whole JSON"),
        (inside("subject", value=None), "names no service"),
        (inside("context", "timestamp", value="yesterday"), "its time"),
        (inside("customData", "by", value="a" * 501), "longer than"),
        (inside("subject", "id", value="api\u202e"), "cannot be printed"),
        (inside("customData", "commit", value="a\nb"), "cannot be printed"),
    ],
)
def test_what_is_no_such_event_is_refused_with_one_reason(document: Any, words: str):
    error = refused(*structured(document))
    assert (error.status, words in error.message) == (400, True)


def test_what_names_no_commit_is_refused():
    document = inside("customData", value={})
    document["data"]["subject"]["content"]["artifactId"] = "pkg:oci/api@sha256%3A" + "0" * 64
    assert "which commit" in refused(*structured(document)).message


@pytest.mark.parametrize("kind", ["", "text/html", "application/json", "application/cloudevents+xml"])
def test_another_content_type_is_refused(kind: str):
    assert refused({"Content-Type": kind}, structured(envelope())[1]).status == 415


def test_a_huge_body_is_refused_before_it_is_read():
    assert refused(structured(None)[0], b"[" * 10_000_000).status == 413
    assert refused(structured(None)[0], b"[" * LARGEST).status == 400


@pytest.mark.parametrize("body", [b"", b"null", b"\xff\xfe", structured(envelope())[1][:-9], b"7"])
def test_a_body_that_is_cut_off_or_no_json_is_refused(body: bytes):
    assert refused(structured(None)[0], body).status == 400
    assert refused(binary(envelope())[0], body).status == 400


def test_a_batch_of_too_many_is_refused():
    kind = {"content-type": "application/cloudevents-batch+json"}
    assert refused(kind, json.dumps([{}] * 101).encode()).status == 400
    assert refused(kind, json.dumps(envelope()).encode()).status == 400


def test_an_error_repeats_nothing_of_what_was_sent():
    assert "hunter2" not in refused(*structured(changed(type="dev.cdevents.hunter2"))).message


@given(mutated(envelope()))
def test_nothing_that_is_sent_makes_it_fall_over(document: Any):
    try:
        found = received(*structured(document))
    except EventError:
        return
    assert all(isinstance(one.deployment, Deployment) for one in found)
