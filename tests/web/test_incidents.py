"""What is open, and that somebody knows of it, over HTTP."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.support.stored import steps
from unshipped.stores.memory import MemoryStore


def test_the_open_incidents_and_their_steps(client: TestClient):
    (found,) = client.get("/api/v1/incidents").json()["incidents"]
    assert (found["service"], found["severity"], found["open"]) == ("worker", "critical", True)
    assert found["headline"] == "7 changes behind for 1 h 20 min"
    steps = client.get(f"/api/v1/incidents/{found['id']}/transitions").json()["transitions"]
    assert [one["step"] for one in steps] == ["opened"]


def test_somebody_knows_of_it(client: TestClient, store: MemoryStore):
    (found,) = client.get("/api/v1/incidents").json()["incidents"]
    answer = client.post(f"/api/v1/incidents/{found['id']}/acknowledge", json={"reason": "on it"})
    assert answer.json()["acknowledged_by"] == "local"
    assert steps(store)[-1].reasons == ("on it",)


def test_what_is_over_or_never_was_cannot_be_known_of(client: TestClient):
    assert client.post("/api/v1/incidents/nothing/acknowledge", json={}).status_code in (404, 422)
    assert client.get("/api/v1/incidents/nothing/transitions").status_code == 404


def test_a_reason_is_one_line_and_not_without_end(client: TestClient):
    (found,) = client.get("/api/v1/incidents").json()["incidents"]
    for reason in ("a\nb", "x" * 1001, "\x1b[31m"):
        answer = client.post(f"/api/v1/incidents/{found['id']}/acknowledge", json={"reason": reason})
        assert answer.status_code == 422
