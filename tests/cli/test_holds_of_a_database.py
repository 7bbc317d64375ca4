"""What is held, as the log in a database has it: a check asks for it where somebody wants that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import AT
from tests.support.postgres import Server, binaries, remove, server
from tests.support.run import NOW, CompletedRun, run
from unshipped.core.logged.rolling import Rollout
from unshipped.core.rollout import Plan, way
from unshipped.core.windows import Asked
from unshipped.stores.opening import open_url

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed"),
]


def told(folder: Path, *words: str) -> CompletedRun:
    return run([*words, "--config=unshipped.yaml", "--repo=repo"], folder)


@pytest.fixture
def database(folder: Path) -> Iterator[Server]:
    """One that the folder's configuration names, and that is ready."""
    database = server()
    try:
        database.start()
        config = json.loads((folder / "unshipped.yaml").read_text())
        config["store"] = {"url": database.url(database.create())}
        (folder / "unshipped.yaml").write_text(json.dumps(config))
        assert told(folder, "db", "migrate").code == 0
        yield database
    finally:
        remove(database)


def test_a_check_asks_a_database_what_is_rolled_out_where_that_is_wanted(folder: Path, database: Server):
    config = json.loads((folder / "unshipped.yaml").read_text())
    log = open_url(config["store"]["url"])
    try:
        log.wish(Asked("r1", "api", "production", "b" * 40, "ana", NOW))
        plan = Plan("r1", "api", "production", "b" * 40, "", "", way("b" * 40, ()))
        assert log.begin(Rollout(plan, NOW), width=1)
    finally:
        log.close()
    assert told(folder, "check", "api", AT).code == 1, "not everybody can reach it"
    done = told(folder, "check", "api", AT, "--holds", "--format", "json")
    assert (done.code, json.loads(done.stdout)["targets"][0]["flags"]) == (0, ["pending"]), done.said()


def test_a_check_asks_a_database_what_is_held_where_that_is_wanted(folder: Path, database: Server):
    config = json.loads((folder / "unshipped.yaml").read_text())
    check = ["check", "--fail-on", "info", AT]
    assert told(folder, *check, "--holds").code == 1, "nothing is held yet"
    for service in config["services"]:
        held = ["hold", service, "--by", "ana", "--reason", "the migration runs", AT]
        assert told(folder, *held).code == 0
    assert told(folder, *check).code == 1, "not everybody can reach it"
    done = told(folder, *check, "--holds", "--format", "json")
    assert done.code == 0, done.said()
    flags = [one["flags"] for one in json.loads(done.stdout)["targets"] if one["state"] != "in_sync"]
    assert flags and all("held" in found for found in flags)
    stale = [one["service"] for one in json.loads(done.stdout)["targets"] if one["state"] != "in_sync"]
    gate = ["gate", *stale, "--max-behind=0", AT]
    asked = told(folder, *gate)
    assert (asked.code, asked.stdout.splitlines()[0]) == (0, "warn"), "a gate has the log open anyway"
    database.stop()
    assert told(folder, *gate).code == 1, "nobody can say what is held"
    away = told(folder, *check, "--holds")
    assert (away.code, away.stdout) == (2, "")
    assert "PostgreSQL at 127.0.0.1" in away.stderr
