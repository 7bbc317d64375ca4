"""What is open, and that somebody knows of it, over HTTP."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.core.watched import at, unknown
from tests.support import stored
from tests.support.stored import steps
from tests.web.conftest import ROUTES
from unshipped.core.incidents import Kind
from unshipped.stores.memory import MemoryStore


def test_the_open_incidents_and_their_steps(client: TestClient):
    (found,) = client.get("/api/v1/incidents").json()["incidents"]
    assert (found["service"], found["severity"], found["open"]) == ("worker", "critical", True)
    assert found["headline"] == "7 changes behind for 1 h 20 min"
    steps = client.get(f"/api/v1/incidents/{found['id']}/transitions").json()["transitions"]
    assert [one["step"] for one in steps] == ["opened"]


def test_what_is_open_is_never_crowded_out_by_what_is_over(client: TestClient, store: MemoryStore):
    (still,) = store.incidents()
    for number in range(1100):
        later = at(10 + number / 1100)
        over = still._replace(id=f"over-{number}", opened_at=later, resolved_at=later, kind=Kind.UNKNOWN)
        store.tables.incidents[over.id] = over
    for path in ("incidents", "incidents?days=7", "targets/worker/production"):
        found = client.get(f"/api/v1/{path}").json()["incidents"]
        assert [one["id"] for one in found if one["open"]] == [still.id]
    opened = [one["opened_at"] for one in client.get("/api/v1/incidents?days=7").json()["incidents"]]
    assert len(opened) == 1001
    assert opened == sorted(opened, reverse=True)


def test_somebody_knows_of_it(client: TestClient, store: MemoryStore):
    (found,) = client.get("/api/v1/incidents").json()["incidents"]
    answer = client.post(f"/api/v1/incidents/{found['id']}/acknowledge", json={"reason": "on it"})
    assert answer.json()["acknowledged_by"] == "local"
    assert steps(store)[-1].reasons == ("on it",)


def test_who_knows_of_one_incident_is_not_said_to_know_of_another_one(client: TestClient, store: MemoryStore):
    for minute in (11, 50):  # it is behind, and by now nobody can say by how much
        stored.seen(store, [unknown()], ROUTES, at(minute))
    _, blind = sorted(store.incidents(open_only=True), key=lambda one: one.kind)
    client.post(f"/api/v1/incidents/{blind.id}/acknowledge", json={"reason": "the credentials ended"})
    known = {one.kind: one.acknowledged_by for one in store.incidents(open_only=True)}
    assert known == {Kind.DRIFT: "", Kind.UNKNOWN: "local"}


def test_what_is_over_or_never_was_cannot_be_known_of(client: TestClient):
    assert client.post("/api/v1/incidents/nothing/acknowledge", json={}).status_code in (404, 422)
    assert client.get("/api/v1/incidents/nothing/transitions").status_code == 404


def test_a_reason_is_one_line_and_not_without_end(client: TestClient):
    (found,) = client.get("/api/v1/incidents").json()["incidents"]
    for reason in ("a\nb", "x" * 1001, "\x1b[31m"):
        answer = client.post(f"/api/v1/incidents/{found['id']}/acknowledge", json={"reason": reason})
        assert answer.status_code == 422
