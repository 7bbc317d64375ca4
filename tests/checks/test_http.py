"""An address that has to answer as it should."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.checks.benches import Room
from tests.sources.served import Answer, body, redirect, silent
from unshipped.checks.contract import COMMIT, ORDER, Watcher
from unshipped.checks.http import HttpCheck
from unshipped.core.rollout import Went
from unshipped.http.exchange import Answer as Found
from unshipped.http.exchange import Request
from unshipped.ports.deploying import Probed

LONG = "x" * 1024 * 1024


def probed(room: Room, answer: Answer, **settings: Any) -> Probed:
    usual = {"attempts": 1, "timeout": 5}
    return HttpCheck(url=room.serve(answer) + "/healthz", **{**usual, **settings}).probe(ORDER, Watcher())


@pytest.mark.parametrize(
    ("answer", "settings", "went", "words"),
    [
        (body("ok"), {}, Went.PASSED, "answered 200 in"),
        (body("ok", 204), {"status": (200, 204)}, Went.PASSED, "answered 204"),
        (body("no", 500), {}, Went.FAILED, "answered 500, 200 was expected"),
        (body("no", 404), {}, Went.FAILED, "answered 404, 200 was expected"),
        (body("no", 403), {}, Went.COULD_NOT, "answered 403"),
        (body("no", 401), {}, Went.COULD_NOT, "answered 401"),
        (body("no", 429), {}, Went.COULD_NOT, "answered 429"),
        (body("no", 403), {"status": (403,)}, Went.PASSED, "answered 403"),
        (redirect(lambda: "http://login.example/"), {}, Went.COULD_NOT, "redirects to another place"),
        (redirect(lambda: "http://login.example/"), {"status": (302,)}, Went.PASSED, "answered 302"),
        (redirect(lambda: "/final"), {}, Went.PASSED, "answered 200"),
        (redirect(lambda: "/final"), {"status": (302,)}, Went.PASSED, "answered 302"),
        (redirect(lambda: "/final"), {"status": (301,)}, Went.FAILED, "answered 200, 301 was expected"),
        (body("<!doctype html>Log in"), {}, Went.COULD_NOT, "answered with a page"),
        (body("\ufeff\r\n<!DOCTYPE html>Log in"), {}, Went.COULD_NOT, "answered with a page"),
        (body("<!-- (C) -->\r\n<!-- --> <!DOCTYPE html>"), {}, Went.COULD_NOT, "answered with a page"),
        (body('<?xml version="1.0"?>\n<html xmlns="x">'), {}, Went.COULD_NOT, "answered with a page"),
        (body("<!-- > " * 5000), {}, Went.PASSED, "answered 200"),
        (body('<?xml version="1.0"?><ok/>'), {}, Went.PASSED, "answered 200"),
        (body("<html>The shop"), {"contains": "The shop"}, Went.PASSED, "answered 200"),
        (body("<html>Log in"), {"contains": "The shop"}, Went.FAILED, "does not hold 'The shop'"),
        (body('{"db": {"ok": true}}'), {"pointer": "/db/ok", "equals": "true"}, Went.PASSED, "answered 200"),
        (body('{"db": {"ok": false}}'), {"pointer": "/db/ok", "equals": "true"}, Went.FAILED, "has false at"),
        (body("{"), {"pointer": "/db", "equals": "x"}, Went.FAILED, "no whole JSON"),
        (body("ok" + LONG), {"contains": "ok"}, Went.PASSED, "answered 200"),
        (body(LONG + "ok"), {"contains": "ok"}, Went.COULD_NOT, "does not hold 'ok' in its first 1 MiB"),
        (body(f'["{LONG}"]'), {"pointer": "/0", "equals": "x"}, Went.COULD_NOT, "more than 1 MiB"),
        (body(f'["{COMMIT}"]'), {"pointer": "/0", "equals": "{commit}"}, Went.PASSED, "answered 200"),
        (silent, {"timeout": 0.5}, Went.COULD_NOT, "did not answer within"),
        (silent, {"timeout": 0.5, "silence": "failed"}, Went.FAILED, "did not answer within"),
    ],
)
def test_what_is_answered_means_one_thing(
    room: Room, answer: Answer, settings: dict[str, Any], went: Went, words: str
):
    said = probed(room, answer, **settings)
    assert (said.went, words in said.detail) == (went, True), said


def test_what_is_too_slow_fails(room: Room):
    def slow(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.4)
        body("ok")(handler)

    said = probed(room, slow, latency=0.2)
    assert said.went is Went.FAILED and "at most 0.2 s were expected" in said.detail


@pytest.mark.parametrize(
    ("settings", "accepts"),
    [
        ({"contains": "The shop"}, "application/json, text/plain;q=0.9, */*;q=0.1"),
        ({"headers": {"accept": "text/html"}}, "text/html"),
        ({"pointer": "/ok", "equals": "x"}, "application/json, text/plain;q=0.9"),
    ],
)
def test_a_service_that_sends_pages_alone_is_asked_for_what_it_sends(
    room: Room, settings: dict[str, Any], accepts: str
):
    heard: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        heard.append(", ".join(handler.headers.get_all("Accept", [])))
        body("<html>The shop", 200 if "*/*" in heard[-1] else 406)(handler)

    said = probed(room, answer, **settings)
    assert heard == [accepts] and (said.went is Went.PASSED) == ("*/*" in accepts), said


def test_it_asks_again_until_it_passes(room: Room):
    answers = [body("no", 503), body("no", 503), body("ok")]

    def answer(handler: BaseHTTPRequestHandler) -> None:
        answers.pop(0)(handler)

    said = probed(room, answer, attempts=5, pause=0.01)
    assert said.went is Went.PASSED and said.detail.endswith("(attempt 3 of 5)")
    assert answers == []


def test_the_last_attempt_has_as_much_time_as_the_first(monkeypatch: pytest.MonkeyPatch):
    clock, given = [0.0], []
    monkeypatch.setattr("unshipped.checks._probing.monotonic", lambda: clock[0])

    def busy(request: Request) -> Found:
        given.append(request.timeout)
        clock[0] += 5
        return Found({}, b"", 503)

    monkeypatch.setattr("unshipped.checks.http.ask", busy)
    HttpCheck(url="http://api.example/", attempts=5, pause=0, timeout=30).probe(ORDER, Watcher())
    assert given == [6.0, 6.25, pytest.approx(20 / 3), 7.5, 10.0]


def test_it_asks_no_more_often_than_it_may(room: Room):
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        body("no", 500)(handler)

    said = probed(room, answer, attempts=3, pause=0.01)
    assert said.went is Went.FAILED and len(asked) == 3


def test_who_refuses_to_be_connected_says_nothing_unless_that_is_declared():
    check: dict[str, Any] = {"url": "http://127.0.0.1:1/", "attempts": 1}
    assert HttpCheck(**check).probe(ORDER, Watcher()).went is Went.COULD_NOT
    assert HttpCheck(**check, silence="failed").probe(ORDER, Watcher()).went is Went.FAILED


def test_authorities_that_are_missing_here_say_nothing_whatever_they_are_called(tmp_path: Path):
    check = HttpCheck(url="https://127.0.0.1:1/", ca_file=str(tmp_path / "cannot be asked"), silence="failed")
    assert check.probe(ORDER, Watcher()).went is Went.COULD_NOT


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": "ftp://x/"}, "http://"),
        ({"url": "http://user:pass@x/"}, "user name"),
        ({"url": "http://x/", "pointer": "/a"}, "belong together"),
        ({"url": "http://x/", "headers": {"Authorization": "x"}}, "credential"),
        ({"url": "http://x/", "status": ()}, "list of statuses"),
        ({"url": "http://x/", "attempts": 0}, "attempts"),
    ],
)
def test_what_cannot_be_meant_is_refused(settings: dict[str, Any], words: str):
    with pytest.raises(ValueError, match=words):
        HttpCheck(**settings)
