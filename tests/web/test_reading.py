"""What can be read over HTTP beside the targets: what was, what is held, what there is."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.app.test_tell import Post
from tests.core.watched import FIX, NEW, OLD, at, in_sync
from tests.support import stored
from tests.web.conftest import CONFIG, ground
from tests.web.described import Described
from unshipped.app.drill import DRILL, SERVICE, drill
from unshipped.app.explain import Counted, Explanation
from unshipped.app.gate_record import deployed
from unshipped.app.where import Found
from unshipped.core.alerting import Matcher, Silence
from unshipped.core.closures.evidence import Why
from unshipped.core.gating import Bypass, Gate, Guard
from unshipped.core.history.standing import Place, Standing
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Kept
from unshipped.core.model import Change, Drift, Hold, Severity, State, Verdict
from unshipped.errors import UsageError
from unshipped.stores.memory import MemoryStore
from unshipped.web.app import application

UNTIL = at(20) + timedelta(hours=1)


def asked(store: MemoryStore, path: str, **more):
    app = application(ground(store, **more))
    return Described(app, client=("127.0.0.1", 1), base_url="http://127.0.0.1").get(f"/api/v1/{path}")


def test_one_target_has_its_missing_changes_with_the_pattern_that_makes_each_count(client: TestClient):
    found = client.get("/api/v1/targets/worker/production").json()
    change = found["changes"][0]
    assert (change["subject"], change["commit"]) == ("Keep prices in cents", FIX)
    assert change["page"] == f"https://github.com/acme/shop/commit/{FIX}"
    assert {one["counts_by"] for one in change["paths"]} == {"shared"}
    assert found["next"]["command"] == "unshipped explain worker -e production"


def test_what_holds_a_target_is_told_with_it(client: TestClient, store: MemoryStore):
    store.hold(Kept("h1", "worker", "production", Hold("the migration runs", "Ana", UNTIL), at(15)))
    found = client.get("/api/v1/targets/worker/production").json()
    [held] = found["holds"]
    assert (held["by"], held["reason"], held["declared"]) == ("Ana", "the migration runs", False)
    assert found["target"]["hold"]["sentence"].startswith("hold by Ana until ")
    assert client.get("/api/v1/holds").json()["holds"] == [held]


def test_a_hold_of_the_configuration_says_that_it_is_ended_there(store: MemoryStore):
    api, worker = CONFIG.targets
    config = CONFIG._replace(targets=(api._replace(hold=Hold("frozen", "Ben")), worker))
    [held] = asked(store, "holds", config=lambda: config).json()["holds"]
    assert (held["id"], held["since"], held["declared"]) == (None, None, True)


def test_silences_and_bypasses_that_hold_are_listed(client: TestClient, store: MemoryStore):
    store.silence(Silence("s1", Matcher(("worker",)), "Ana", "known", at(0), UNTIL))
    store.bypass(Bypass("b1", "nightly", "worker", "Ben", "hotfix", at(0), UNTIL))
    [silence] = client.get("/api/v1/silences").json()["silences"]
    assert silence["sentence"] == "worker until 2026-02-05 13:20:00 UTC by Ana: known"
    [bypass] = client.get("/api/v1/bypasses").json()["bypasses"]
    assert bypass["sentence"].startswith("worker passes gate nightly until")
    worker, api = (client.get(f"/api/v1/targets/{one}/production").json() for one in ("worker", "api"))
    assert (worker["silences"], worker["bypasses"]) == ([silence], [bypass])
    assert (api["silences"], api["bypasses"]) == ([], [])


def test_the_timeline_has_stretches_and_deployments_in_the_order_of_the_list(
    client: TestClient, store: MemoryStore
):
    store.deployed(Deployment("api", "production", NEW, at(5), by="Ana"))
    found = client.get("/api/v1/timeline?days=1").json()
    assert [one["service"] for one in found["targets"]] == ["worker", "api"]
    worker, api = found["targets"]
    assert [one["state"] for one in worker["stretches"]] == ["in_sync", "behind"]
    assert [one["by"] for one in api["deployments"]] == ["Ana"]
    assert client.get("/api/v1/timeline?service=api").json()["total"] == 1


def test_a_drill_is_no_deployment(client: TestClient, store: MemoryStore):
    seconds = count(600)
    drill(store, Post().receiver, (), Severity.CRITICAL, by="one", clock=lambda: at(next(seconds) / 60))
    assert len(store.stretches(since=at(0), until=at(60), target=DRILL)) > 1
    assert client.get("/api/v1/deployments").json()["total"] == 0
    assert not [one for one in deployed(store, at(-60), at(60)) if one.service == SERVICE]


def test_deployments_are_listed_the_newest_first(client: TestClient, store: MemoryStore):
    for minute, commit in ((3, OLD), (5, NEW)):
        store.deployed(Deployment("api", "production", commit, at(minute)))
    found = client.get("/api/v1/deployments").json()
    assert [one["commit"] for one in found["deployments"]] == [NEW, OLD]
    assert client.get("/api/v1/deployments?service=worker").json()["total"] == 0
    assert client.get("/api/v1/targets").json()["targets"][1]["deployed_at"] == "2026-02-05T12:05:00Z"


def test_who_deployed_it_is_told_also_where_that_is_told_after_it_was_seen(
    client: TestClient, store: MemoryStore
):
    def row() -> tuple[str, str | None]:
        found = client.get("/api/v1/targets?service=worker").json()["targets"][0]
        return found["deployed_at"], found["deployed_by"]

    stored.seen(store, [in_sync("worker", FIX)], (), at(20))
    assert row() == ("2026-02-05T12:20:00Z", None)
    store.deployed(Deployment("worker", "production", FIX, at(15), by="Ana"))
    assert row() == ("2026-02-05T12:20:00Z", "Ana")


def test_a_week_is_told_in_words_and_in_figures(client: TestClient):
    found = client.get("/api/v1/report?week=2026-W06").json()
    assert found["since"] == "2026-02-02T00:00:00Z"
    assert found["told"]["title"].startswith("Deployment Health Summary")
    assert found["measures"]["drift_incidents"]["n"] == 1
    for none in ("2026-W60", "0001-W01", "9999-W52"):
        assert client.get(f"/api/v1/report?week={none}").status_code == 422


def test_gates_are_listed_with_what_they_answered(store: MemoryStore):
    config = CONFIG._replace(guards=(Guard(Gate("nightly", max_behind=3), ("worker",), ""),))
    [gate] = asked(store, "gates", config=lambda: config).json()["gates"]
    assert (gate["name"], gate["mode"], gate["asked"]) == ("nightly", "observe", 0)
    app = application(ground(store))
    client = Described(app, client=("127.0.0.1", 1))
    client.get("/api/v1/gate/worker?max_behind=3")
    [decision] = client.get("/api/v1/decisions").json()["decisions"]
    assert decision["would"] == "block"


def test_the_map_says_what_each_service_is_made_of(client: TestClient):
    found = client.get("/api/v1/map").json()["services"]
    assert [(one["service"], one["origins"][0]["paths"]) for one in found] == [
        ("api", ["api", "shared"]),
        ("worker", ["worker", "shared"]),
    ]


def test_whoever_asks_is_told_who_they_are(guarded: TestClient, client: TestClient):
    assert client.get("/api/v1/me").json()["name"] == "local"
    answer = guarded.get("/api/v1/me", headers={"Authorization": "Bearer read-hunter2"}).json()
    assert (answer["name"], answer["scopes"]) == ("a read", ["read"])


class Answering:
    """Answers as the repository would."""

    def explain(self, target: str, now):
        change = Change(FIX, at(0), "<img src=x onerror=alert(1)>", "Ana", ("shared/a.py",))
        drift = Drift(next(one for one in CONFIG.targets if one.name == target), State.BEHIND)
        verdict = Verdict(drift, Severity.INFO, (), ("1 change behind",), quiet=False)
        return Explanation(
            verdict, (Counted(change, (Why("shared/a.py", "shared"),)),), reproduce=("git log",)
        )

    def where(self, text: str, standings, now) -> Found:
        if text == "gone":
            raise UsageError("no commit 'gone' in any checked repository")
        places = (Place.WAITING, Place.NOT_APPLICABLE)
        stands = tuple(Standing(one, place, "why") for one, place in zip(CONFIG.targets, places, strict=True))
        return Found(FIX, "Round half a cent", "", stands)


def test_an_explanation_looks_now_and_keeps_the_texts_of_others_as_they_are(store: MemoryStore):
    found = asked(store, "targets/worker/production/explanation", asking=Answering()).json()
    assert found["looked_at"] == "2026-02-05T12:20:00Z"
    assert found["missing"][0]["subject"] == "<img src=x onerror=alert(1)>"
    assert found["missing"][0]["paths"][0]["counts_by"] == "shared"
    assert asked(store, "targets/nobody/production/explanation", asking=Answering()).status_code == 404


def test_where_a_change_is_names_only_what_it_concerns(store: MemoryStore):
    found = asked(store, "where?change=%231", asking=Answering()).json()
    assert [(one["service"], one["place"]) for one in found["targets"]] == [("api", "waiting")]
    assert found["not_concerned"] == 1
    assert asked(store, "where?change=gone", asking=Answering()).status_code == 400


@pytest.mark.parametrize("text", [":/fix", " :/((a{1,100}){1,100}){1,100}", "main^{/(a*)*\\1c}"])
def test_where_takes_a_name_and_looks_for_none(store: MemoryStore, text: str) -> None:
    found = asked(store, f"where?change={quote(text, safe='')}", asking=Answering())
    assert (found.status_code, found.json()["hint"]) == (422, "give its id, a tag or a branch")


@pytest.mark.parametrize("path", ["targets/worker/production/explanation", "where?change=1"])
def test_without_a_repository_history_is_not_asked(store: MemoryStore, path: str):
    assert asked(store, path).status_code == 404
