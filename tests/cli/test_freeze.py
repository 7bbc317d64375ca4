"""In a freeze of deploys nothing is expected to change: it is shown what waits, and nobody is called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.sources.served import Served, body, serving
from tests.support.repo import Repo
from tests.support.run import CompletedRun, run, service
from unshipped.web import deployment_status

SERVICES = 30
BEFORE, BEGAN, LATER, OVER = (f"2026-02-0{day}T12:00:00Z" for day in (5, 6, 7, 9))
FREEZE = {"since": BEGAN, "until": "2026-02-08T12:00:00Z", "reason": "the sale", "by": "Ana"}
BY = {"deployer": "command", "command": ["./deploy.sh", "{service}"]}


@pytest.fixture
def told(repo: Repo, folder: Path) -> Iterator[Served]:
    """Thirty services that one change makes stale, and who hears of it."""
    live = repo.id("main~3")
    with serving(body("ok")) as served:
        config = {
            "services": {f"api-{number:02}": service(["api"], live) for number in range(SERVICES)},
            "receivers": {"team": {"notifier": "webhook", "url": served.url("/told"), "private": True}},
            "routes": [{"to": ["team"]}],
            "deploy": {"by": BY, "freezes": [FREEZE]},
        }
        (folder / "unshipped.yaml").write_text(json.dumps(config))
        yield served


def asked(folder: Path, *arguments: str) -> CompletedRun:
    return run([*arguments, "--config", "unshipped.yaml", "--repo", "repo"], folder)


def look(folder: Path, told: Served, at: str) -> list[str]:
    """What is said in a round: a title for each message."""
    known = len(told.asked)
    done = asked(folder, "watch", "--once", "--no-fetch", "--now", at)
    assert done.code == 0, done.stderr
    return [json.loads(one.body)["data"]["title"] for one in told.asked[known:]]


def test_a_freeze_is_a_hold_of_all_that_it_is_about(folder: Path, told: Served):
    before = asked(folder, "check", "--now", BEFORE)
    assert (before.code, before.stdout.count("behind (held)")) == (1, 0)
    done = asked(folder, "check", "--now", LATER, "--format", "json")
    (one, *_) = found = json.loads(done.stdout)["targets"]
    assert (done.code, len(found)) == (0, SERVICES)
    assert (one["state"], one["severity"], one["flags"]) == ("behind", "critical", ["held"])
    assert "hold by Ana until 2026-02-08 12:00:00 UTC: deploys are frozen: the sale" in one["reasons"]
    assert asked(folder, "check", "--now", OVER).code == 1


def test_when_it_begins_and_when_it_is_over_everybody_hears_of_it_once(folder: Path, told: Served):
    opened = look(folder, told, BEFORE)
    assert len(opened) == 1
    began = look(folder, told, LATER)
    assert began == ["30 targets: held"]
    assert look(folder, told, LATER.replace("T12", "T13")) == []
    over = look(folder, told, OVER)
    assert len(over) == 1
    assert "30" in over[0]


def test_work_is_warned_and_not_stopped(folder: Path, told: Served):
    stopped = asked(folder, "gate", "api-00", "--mode", "enforce", "--now", BEFORE)
    assert stopped.code == 1, stopped.stdout
    let = asked(folder, "gate", "api-00", "--mode", "enforce", "--now", LATER)
    assert let.code == 0, let.stderr
    assert "deploys are frozen: the sale" in let.stdout


def test_what_is_to_be_deployed_is_the_same_and_waits_for_its_end(folder: Path, told: Served):
    names = asked(folder, "ci", "plan", "--format", "names", "--now", LATER)
    assert len(names.stdout.splitlines()) == SERVICES


def test_who_would_end_it_hears_where_it_stands(folder: Path, told: Served):
    done = asked(folder, "unhold", "api-00", "--by", "ben", "--now", LATER)
    assert "api-00/production is held in unshipped.yaml, and stays so" in done.stdout


def test_the_digest_names_what_is_frozen(folder: Path, told: Served):
    look(folder, told, LATER)
    said: Any = asked(folder, "digest", "--now", LATER).stdout
    assert "deploys are frozen: the sale" in said


def test_the_interface_says_of_a_freeze_what_the_watch_and_check_say_of_it(folder: Path, told: Served):
    config = json.loads((folder / "unshipped.yaml").read_text())
    config["deploy"]["freezes"] = [FREEZE | {"until": "2100-01-01T00:00:00Z"}]
    config["repositories"] = {"main": {"path": "repo"}}
    (folder / "unshipped.yaml").write_text(json.dumps(config))
    assert asked(folder, "watch", "--once", "--no-fetch", "--no-tell").code == 0
    app = deployment_status(folder / "unshipped.yaml")
    with closing(app.state.ground.store):
        client = TestClient(app, client=("127.0.0.1", 1), base_url="http://127.0.0.1")
        place = "/api/v1/targets/api-07/production"
        explained = client.get(f"{place}/explanation").json()
        found = client.get(place).json()
        everything = client.get("/api/v1/holds").json()["holds"]
    assert explained["flags"] == found["target"]["flags"] == ["held"]
    assert [one["reason"] for one in found["holds"]] == ["deploys are frozen: the sale"]
    assert found["target"]["hold"] == found["holds"][0] == everything[7]
    assert (len(everything), everything[7]["declared"]) == (SERVICES, True)
