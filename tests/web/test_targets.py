"""How the fleet stands, asked over HTTP."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.core.watched import FIX, OLD, at, behind, in_sync
from tests.support import stored
from tests.web.conftest import CONFIG, ground
from tests.web.described import Described
from unshipped.core.model import Flag, Severity, State
from unshipped.core.words import stamp
from unshipped.stores.memory import MemoryStore
from unshipped.web.app import application
from unshipped.web.ground import Ground


def test_every_target_the_worst_first_with_how_old_the_answer_is(client: TestClient):
    found = client.get("/api/v1/targets").json()
    assert [one["service"] for one in found["targets"]] == ["worker", "api"]
    assert found["summary"] == {
        "targets": 2,
        "in_sync": 1,
        "behind": 1,
        "ahead": 0,
        "diverged": 0,
        "unknown": 0,
        "troubled": 1,
        "worst": "critical",
        "longest_wait_seconds": 4800,
        "checked_at": stamp(at(10)),
        "sentence": "2 targets: 1 behind, 1 in sync; the longest wait is 1 h 20 min.",
    }
    assert found["as_of"] == stamp(at(20))
    worker = found["targets"][0]
    assert (worker["changes_behind"], worker["checked_seconds_ago"]) == (7, 600)
    assert worker["deployed"] == {"commit": OLD, "page": f"https://github.com/acme/shop/commit/{OLD}"}
    assert worker["checked_at"] == stamp(at(10))
    assert worker["headline"] == "7 changes behind for 1 h 20 min"
    assert worker["incident"].startswith("drift:worker/production:")


def test_what_is_declared_no_longer_is_not_among_them(client: TestClient, store: MemoryStore):
    gone = in_sync("unshipped-drill")
    stored.seen(store, [gone], (), at(0))
    assert client.get("/api/v1/targets").json()["total"] == 2


def test_they_are_chosen_by_service_environment_and_state_and_come_in_pages(client: TestClient):
    def names(query: str) -> list[str]:
        return [one["service"] for one in client.get(f"/api/v1/targets?{query}").json()["targets"]]

    assert names("service=api") == ["api"]
    assert names("state=behind") == ["worker"]
    assert names("environment=staging") == []
    assert names("limit=1&offset=1") == ["api"]
    assert client.get("/api/v1/targets?limit=1").json()["total"] == 2


def test_an_answer_that_is_known_is_not_sent_again(client: TestClient):
    first = client.get("/api/v1/targets")
    again = client.get("/api/v1/targets", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_one_target_has_its_incidents_and_its_history(client: TestClient):
    found = client.get("/api/v1/targets/worker/production").json()
    assert found["target"]["state"] == "behind"
    assert [one["severity"] for one in found["incidents"]] == ["critical"]
    events = client.get("/api/v1/targets/worker/production/history").json()["events"]
    assert {one["what"] for one in events} == {"opened", "behind", "in sync"}


def test_a_target_that_was_never_looked_at_is_not_there(client: TestClient):
    answer = client.get("/api/v1/targets/nobody/production")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "title": "Not Found",
        "status": 404,
        "detail": "no target nobody/production was ever looked at",
    }


def test_a_question_that_is_not_understood_is_told_where_it_is_wrong(client: TestClient):
    answer = client.get("/api/v1/targets?limit=none&state=fine")
    assert answer.status_code == 422
    assert {one["where"] for one in answer.json()["problems"]} == {"query.limit", "query.state.0"}


def test_what_began_with_the_same_landing_is_told_together(client: TestClient, store: MemoryStore):
    stored.seen(store, [behind("api", Severity.WARNING, landing=FIX)], (), at(20))
    cause = client.get("/api/v1/targets/worker/production").json()["cause"]
    assert cause["landing"] == {"commit": FIX, "page": f"https://github.com/acme/shop/commit/{FIX}"}
    assert (cause["source"], cause["shared_with"]) == (None, ["api/production"])


def test_what_is_in_order_has_no_cause(client: TestClient):
    assert client.get("/api/v1/targets/api/production").json()["cause"] is None


def asked_of(made: Ground) -> TestClient:
    return Described(application(made), client=("127.0.0.1", 1), base_url="http://127.0.0.1:8080")


def test_what_nobody_has_looked_at_for_long_is_unknown_everywhere(store: MemoryStore):
    """The last look was at 12:10, the next one was due at 12:20: until an hour later the last one counts."""
    for minute, known in ((79, True), (80, False), (600, False)):
        moment = at(minute)
        asking = asked_of(ground(store, clock=lambda: moment))  # noqa: B023 - asked before the next one
        found = asking.get("/api/v1/targets").json()
        assert ({one["state"] for one in found["targets"]} == {"unknown"}) is not known
        assert found["summary"]["unknown"] == (0 if known else 2)
        assert (asking.get("/api/v1/targets/api/production").json()["target"]["state"] == "in_sync") is known
        assert ("2 unknown" in asking.get("/badge.svg").text) is not known
        [incident] = asking.get("/api/v1/incidents").json()["incidents"]
        assert incident in asking.get("/api/v1/targets/worker/production").json()["incidents"]
        assert ("7 changes behind" in incident["headline"]) is known


def test_what_is_declared_and_was_never_looked_at_is_not_left_out(store: MemoryStore):
    made = CONFIG.targets[0]._replace(service="search")
    config = CONFIG._replace(targets=(*CONFIG.targets, made))
    asking = asked_of(ground(store, config=lambda: config))
    found = asking.get("/api/v1/targets").json()
    assert found["summary"]["sentence"].startswith("3 targets: 1 behind, 1 unknown, 1 in sync")
    row = next(one for one in found["targets"] if one["service"] == "search")
    assert (row["state"], row["checked_at"], row["reasons"]) == ("unknown", None, ["it was never looked at"])
    assert asking.get("/api/v1/targets/search/production").json()["target"] == row
    assert asking.get("/api/v1/where?change=1").status_code == 404


def test_what_nothing_proves_is_not_told_as_live(store: MemoryStore):
    asking = asked_of(ground(store))
    stored.seen(store, [in_sync("worker"), in_sync("api")._replace(flags=(Flag.UNPROVEN,))], (), at(20))
    found = asking.get("/api/v1/targets").json()
    assert found["summary"]["sentence"] == "2 targets: all in sync (1 unproven)."
    told = {one["service"]: one["headline"] for one in found["targets"]}
    assert told == {"worker": "in sync", "api": "in sync (unproven)"}
    marks = {"": "●", "?service=api": "●", "?service=worker": "✓"}
    for asked, mark in marks.items():
        assert f": {mark} " in asking.get(f"/badge.svg{asked}").text


def test_a_badge_of_what_nobody_minds_is_no_tick(store: MemoryStore):
    """`ahead: none` says that code of production's own is no trouble; it is not what should serve."""
    ahead = in_sync("api")._replace(state=State.AHEAD, ahead=2)
    stored.seen(store, [ahead, in_sync("worker")], (), at(20))
    asking = asked_of(ground(store))
    for query in ("", "?service=api"):
        assert ": ● " in asking.get(f"/badge.svg{query}").text


@pytest.mark.parametrize(("services", "mark"), [((), "?"), (("api",), "✓"), (("api", "pending"), "●")])
def test_a_badge_of_all_is_a_tick_where_all_is_live_and_nowhere_else(services, mark: str):
    store = MemoryStore()
    waiting = behind("pending", Severity.INFO)._replace(quiet=True)
    seen = {"api": in_sync("api"), "pending": waiting}
    stored.seen(store, [seen[name] for name in services], (), at(10))
    targets = tuple(CONFIG.targets[0]._replace(service=name) for name in services)
    asking = asked_of(ground(store, config=lambda: CONFIG._replace(targets=targets)))
    text = asking.get("/badge.svg").text
    assert f": {mark} " in text
