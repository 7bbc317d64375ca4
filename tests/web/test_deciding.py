"""What people decide over HTTP: it holds, it is over when they say so, and it is known who did it."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.core.watched import at
from unshipped.carried.lengths import LONGEST
from unshipped.stores.memory import MemoryStore

HOLD = {"service": "worker", "environment": "production", "reason": "the migration runs"}


def test_a_hold_is_placed_seen_and_ended(client: TestClient, store: MemoryStore):
    made = client.post("/api/v1/holds", json=HOLD | {"seconds": 3600})
    assert (made.status_code, made.json()["until"]) == (201, "2026-02-05T13:20:00Z")
    row = client.get("/api/v1/targets?service=worker").json()["targets"][0]
    assert row["hold"]["reason"] == "the migration runs"
    ended = client.delete("/api/v1/holds/worker/production").json()["holds"]
    assert [one["by"] for one in ended] == ["local"]
    assert store.holds(at(20)) == []


def test_a_hold_that_nobody_read_is_not_ended_with_the_one_that_was(client: TestClient, store: MemoryStore):
    read = client.post("/api/v1/holds", json=HOLD).json()["id"]
    client.post("/api/v1/holds", json=HOLD | {"reason": "rollback: it answers 500"})
    answer = client.delete(f"/api/v1/holds/worker/production?id={read}")
    assert (answer.status_code, "rollback: it answers 500" in answer.json()["detail"]) == (409, True)
    known = [one.id for one in store.holds(at(20)) if one.id]
    asked = "&".join(f"id={one}" for one in known)
    assert client.delete(f"/api/v1/holds/worker/production?{asked}").status_code == 200
    assert (bool(known), store.holds(at(20))) == (True, [])


SENT: dict[str, dict[str, object]] = {
    "holds": {**HOLD},
    "silences": {"services": ["worker"], "reason": "the move", "seconds": 60},
    "locks": {"services": ["worker"], "reason": "the move"},
}


@pytest.mark.parametrize("what", SENT)
def test_what_is_sent_again_under_its_id_is_done_once(client: TestClient, what: str):
    sent = SENT[what] | {"id": "0123456789ab"}
    first, again = (client.post(f"/api/v1/{what}", json=sent) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert len(client.get(f"/api/v1/{what}").json()[what]) == 1
    assert len(client.get("/api/v1/actions").json()["actions"]) == 1
    other = client.post(f"/api/v1/{what}", json=sent | {"reason": "something else"})
    assert (other.status_code, other.json()["detail"]) == (409, "something else has this id already")


@pytest.mark.parametrize(
    ("what", "end"),
    [
        ("holds", "holds/worker/production"),
        ("silences", "silences/0123456789ab"),
        ("locks", "locks/0123456789ab"),
    ],
)
def test_what_has_ended_meanwhile_is_not_said_to_hold(client: TestClient, what: str, end: str):
    sent = SENT[what] | {"id": "0123456789ab"}
    client.post(f"/api/v1/{what}", json=sent)
    assert client.delete(f"/api/v1/{end}").status_code == 200
    again = client.post(f"/api/v1/{what}", json=sent)
    assert (again.status_code, again.json()["detail"]) == (409, "this was placed before, and has ended")


def test_a_silence_falls_on_what_is_open_and_is_ended(client: TestClient, store: MemoryStore):
    asked = {"services": ["work*"], "reason": "the move", "seconds": 60}
    made = client.post("/api/v1/silences", json=asked).json()
    assert [step["step"] for step in _steps(client)] == ["opened", "silenced"]
    assert client.delete(f"/api/v1/silences/{made['id']}").json()["id"] == made["id"]
    assert client.delete(f"/api/v1/silences/{made['id']}").status_code == 404


def _steps(client: TestClient):
    (found,) = client.get("/api/v1/incidents").json()["incidents"]
    return client.get(f"/api/v1/incidents/{found['id']}/transitions").json()["transitions"]


def test_who_did_what_is_written_down_before_it_is_done(client: TestClient, store: MemoryStore):
    client.post("/api/v1/holds", json=HOLD)
    (found,) = client.get("/api/v1/incidents").json()["incidents"]
    client.post(f"/api/v1/incidents/{found['id']}/acknowledge", json={"reason": "on it"})
    client.delete("/api/v1/holds/worker/production")
    acts = client.get("/api/v1/actions").json()["actions"]
    assert [(one["what"], one["about"], one["by"], one["door"]) for one in acts] == [
        ("unhold", "worker/production", "local", "web"),
        ("acknowledge", "worker/production", "local", "web"),
        ("hold", "worker/production", "local", "web"),
    ]

    def away(_: object) -> None:
        raise RuntimeError

    store.acted = away  # type: ignore[method-assign, assignment]
    with pytest.raises(RuntimeError):
        client.post("/api/v1/holds", json=HOLD)
    assert store.holds(at(20)) == []


@pytest.mark.parametrize(
    "body",
    [
        HOLD | {"reason": ""},
        HOLD | {"reason": "  "},
        HOLD | {"reason": "two\nlines"},
        HOLD | {"seconds": -1},
        HOLD | {"secnods": 60},
        {"service": "worker"},
        [],
        "x" * 100_000,
    ],
)
def test_what_is_not_understood_is_not_done(client: TestClient, store: MemoryStore, body):
    assert client.post("/api/v1/holds", json=body).status_code == 422
    assert list(store.tables.actions.values()) == []


def test_what_people_decide_lasts_as_long_as_a_command_may_say(client: TestClient):
    bodies = {"holds": HOLD, "silences": {"reason": "the move"}, "locks": {"reason": "the move"}}
    for place, body in bodies.items():
        longest = client.post(f"/api/v1/{place}", json=body | {"seconds": LONGEST})
        assert (place, longest.status_code) == (place, 201)
        assert client.post(f"/api/v1/{place}", json=body | {"seconds": LONGEST + 1}).status_code == 422


def test_a_target_that_is_not_declared_is_not_held(client: TestClient, store: MemoryStore):
    assert client.post("/api/v1/holds", json=HOLD | {"service": "nobody"}).status_code == 404
    assert list(store.tables.actions.values()) == []


def test_a_form_of_another_page_is_no_json(client: TestClient, store: MemoryStore):
    headers = {"Content-Type": "text/plain"}
    answer = client.post("/api/v1/holds", content=b'{"service": "worker"}', headers=headers)
    assert answer.status_code in (415, 422)
    assert list(store.tables.actions.values()) == []


@pytest.mark.parametrize(("place", "first"), [("holds", 422), ("gate/worker", 400)])
def test_who_decides_too_often_waits(client: TestClient, place: str, first: int):
    answers = [client.post(f"/api/v1/{place}", json={}) for _ in range(40)]
    assert answers[0].status_code == first
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
