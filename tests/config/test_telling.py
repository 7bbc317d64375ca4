"""Who is told of what, as a file says it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from textwrap import dedent
from typing import Any, ClassVar

import jsonschema
import pytest
import yaml

from tests.config.doubles import KINDS
from unshipped.config import Config, json_schema, load
from unshipped.config.plain import from_plain, to_plain
from unshipped.core.alerting import Matcher, Route
from unshipped.core.hours import WorkingHours
from unshipped.core.incidents import Kind
from unshipped.core.model import Severity, SourceSpec
from unshipped.errors import ConfigError
from unshipped.secrets import Reference


@dataclass(frozen=True, kw_only=True)
class Chat:
    """A chat."""

    handles: ClassVar[str] = "chat"
    EXAMPLE: ClassVar[dict[str, Any]] = {"room": "#a"}

    room: str
    """Where to."""
    token: Reference | None = None
    """Who speaks."""
    people: dict[str, str] | None = None
    """Who is mentioned."""

    def __post_init__(self) -> None:
        if any(not one.startswith("U") for one in (self.people or {}).values()):
            raise ValueError("people: this author is called there by an id")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter."""

    least: ClassVar[str] = "warning"

    to: tuple[str, ...]
    """Who gets it."""


NOTIFIERS: dict[str, type] = {"chat": Chat, "letter": Letter}
ONE = "services:\n  api: {paths: [api], deployed: abcdef0}\n"
TWO = "receivers:\n  team: {notifier: chat, room: '#team'}\n  post: {notifier: letter, to: [a@b.example]}\n"


def config(text: str) -> Config:
    return load(ONE + dedent(text), "unshipped.yaml", KINDS, NOTIFIERS)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config(text)
    return [str(one).removeprefix("unshipped.yaml:") for one in caught.value.problems]


def test_without_a_word_about_it_nobody_is_told():
    found = config("")
    assert (dict(found.telling.receivers), found.routes, dict(found.telling.people)) == ({}, (), {})


def test_a_receiver_is_a_kind_with_its_options():
    found = config("receivers:\n  team: {notifier: chat, room: 007, token: {env: T}}\n").telling.receivers
    assert found == {"team": SourceSpec("chat", {"room": "007", "token": {"env": "T"}})}


def test_without_routes_each_receiver_hears_of_what_its_kind_is_for():
    found = config(TWO)
    assert found.routes == (Route(("team",), Severity.INFO), Route(("post",), Severity.WARNING))
    assert found.unreached == ()


ROUTES = """\
routes:
  - {to: [team]}
  - to: [post, team]
    from: critical
    services: ["api-*", worker]
    environments: [production]
    owners: [team-a]
    kinds: [unknown]
    hours: {days: [mon, sun], from: "08:00", to: "20:00", zone: Europe/Berlin}
"""


def test_a_route_says_who_hears_of_what_and_when():
    assert config(TWO + ROUTES).routes == (
        Route(("team",)),
        Route(
            ("post", "team"),
            Severity.CRITICAL,
            Matcher(("api-*", "worker"), ("production",), ("team-a",)),
            (Kind.UNKNOWN,),
            WorkingHours((0, 6), 480, 1200, "Europe/Berlin"),
        ),
    )


def test_a_receiver_that_no_route_reaches_is_known():
    assert config(TWO + "routes: [{to: [team]}]\n").unreached == ("post",)


@pytest.mark.parametrize("report", ["week", "day"])
def test_a_receiver_of_a_report_is_told_of_that(report: str):
    text = f"routes: [{{to: [team]}}]\nreports: {{{report}: {{to: [post]}}}}\n"
    assert config(TWO + text).unreached == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "receivers: {a: {notifier: chta, room: x}}\n",
            ["3:27: receivers.a.notifier: unknown notifier `chta`, did you mean `chat`?"],
        ),
        (
            "receivers: {a: {room: x}}\n",
            ["3:16: receivers.a: `notifier` is missing; it is one of `chat`, `letter`"],
        ),
        ("receivers: {a: {notifier: chat}}\n", ["3:13: receivers.a: `room` is missing"]),
        (
            "receivers: {a: {notifier: chat, rom: x}}\n",
            ["3:33: receivers.a: unknown setting `rom`, did you mean `room`?"],
        ),
        (
            "receivers: {a: chat}\n",
            ["3:16: receivers.a: a mapping with `notifier` is expected, not a single value"],
        ),
        (
            TWO + "routes: [{to: [taem]}]\n",
            ["6:16: routes[0].to[0]: unknown receiver `taem`, did you mean `team`?"],
        ),
        (
            "routes: [{to: [team]}]\n",
            ["3:16: routes[0].to[0]: unknown receiver `team`; declare it under `receivers:`"],
        ),
        (
            TWO + "routes: [{from: bad}]\n",
            [
                "6:10: routes[0]: `to` is missing",
                (
                    "6:17: routes[0].from: the text `bad` is not allowed; "
                    "it is one of `info`, `warning`, `critical`"
                ),
            ],
        ),
        (TWO + "routes: [{to: []}]\n", ["6:15: routes[0].to: at least one entry is expected"]),
        (
            "people: {Ben: {chta: U1}}\n",
            ["3:15: people.Ben: nobody is mentioned at `chta`, did you mean `chat`?"],
        ),
        ("people: {Ben: {chat: '@ben'}}\n", ["3:15: people.Ben: this author is called there by an id"]),
        ("people: {Ben: U1}\n", ["3:15: people.Ben: a mapping is expected, not a single value"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, expected: list[str]):
    assert problems(text) == expected


def test_every_problem_is_told_at_once():
    text = "receivers: {a: {notifier: chat}, b: {notifier: x}}\nroutes: [{to: [c]}, {to: [a], kinds: [x]}]\n"
    assert len(problems(text)) == 4


def test_it_comes_back_as_it_was_kept():
    found = config(TWO + ROUTES + "people:\n  Ben: {chat: U1}\n")
    assert from_plain(json.loads(json.dumps(to_plain(found)))) == found
    assert found.telling.people == {"Ben": {"chat": "U1"}}


SCHEMA = json_schema(KINDS, NOTIFIERS)


@pytest.mark.parametrize("text", [TWO, TWO + ROUTES, TWO + "people: {Ben: {chat: U1}}\n"])
def test_the_schema_takes_what_is_right(text: str):
    jsonschema.validate(yaml.safe_load(ONE + text), SCHEMA)


@pytest.mark.parametrize(
    "text",
    ["receivers: {a: {notifier: x}}\n", "receivers: {a: {notifier: chat}}\n", "routes: [{to: []}]\n"],
)
def test_the_schema_refuses_what_is_wrong(text: str):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(ONE + text), SCHEMA)
