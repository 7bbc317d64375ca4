"""When the fleet is looked at, as a file says it."""

from __future__ import annotations

import pytest

from tests.config.doubles import config, problems
from unshipped.config.values import EngineSpec, Watch
from unshipped.core.rules import Rules

ONE = "services:\n  api: {paths: [api], deployed: abcdef0}\n"


def test_without_a_word_about_it_the_fleet_is_looked_at_every_ten_minutes() -> None:
    assert config(ONE).watch == Watch(("*/10 * * * *",), "UTC", 0, True, Rules(), "")


def test_what_is_said_is_taken() -> None:
    found = config(
        ONE + "watch: {schedule: 0 8-16/2 * * *, zone: America/Los_Angeles, jitter: 30s, unknown_after: 1h}\n"
    ).watch
    assert found.schedule == ("0 8-16/2 * * *",)
    assert (found.zone, found.jitter, found.rules.unknown_after) == ("America/Los_Angeles", 30, 3600)


def test_where_to_send_the_heartbeat_may_be_a_secret() -> None:
    assert config(ONE + "watch: {heartbeat: {env: BEAT}}\n").watch.heartbeat == {"env": "BEAT"}
    assert (
        config(ONE + "watch: {heartbeat: https://hc.example/1}\n").watch.heartbeat == "https://hc.example/1"
    )


def test_who_begins_the_rounds_is_said_once():
    found = config(
        ONE + "watch: {engine: {kind: temporal, address: 'temporal:7233', key: {env: KEY}}}\n"
    ).watch
    assert found.engine == EngineSpec(
        "temporal", "temporal:7233", queue="unshipped-watch", key={"env": "KEY"}
    )
    assert config(ONE + "watch: {engine: {}}\n").watch.engine == Watch().engine


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("schedule: 61 * * * *", "is no cron expression: Bad minute"),
        ("schedule: ['*/10 * * * *', 0 0 30 2 *]", "is no cron expression: Bad day-of-month"),
        ("schedule: 0 0 31 4,6 *", "is no cron expression"),
        ("schedule: []", "at least one entry is expected"),
        ("zone: Amerika/Los_Angeles", "is no time zone of the IANA list"),
        ("jitter: -1s", "duration"),
        ("engine: {kind: clock, address: here}", "`address` goes with `kind: temporal`"),
        ("engine: {kind: dbos}", "dbos"),
        ("schedul: 0 8 * * *", "unknown setting `schedul`, did you mean `schedule`?"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(setting: str, message: str) -> None:
    assert message in problems(f"{ONE}watch:\n  {setting}\n")
