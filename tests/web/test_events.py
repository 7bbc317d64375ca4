"""What others tell was deployed, and the figures for Prometheus."""

from __future__ import annotations

from types import SimpleNamespace

from starlette.testclient import TestClient

from tests.app.test_receive import DEPLOYED, envelope
from tests.core.watched import at
from tests.web.conftest import bearer, ground
from unshipped.stores.memory import MemoryStore
from unshipped.web.access import Person, Scope
from unshipped.web.app import application

KIND = {"Content-Type": "application/cloudevents+json"}


def test_a_deployment_is_written_down_once(client: TestClient, store: MemoryStore):
    answer = client.post("/api/v1/events", json=envelope(), headers=KIND)
    assert (answer.status_code, answer.json()) == (202, {"understood": 1, "recorded": 1})
    assert store.deployments(since=at(-60)) == [DEPLOYED]
    assert client.post("/api/v1/events", json=envelope(), headers=KIND).json()["recorded"] == 0


def test_what_is_no_event_or_too_large_is_refused(client: TestClient):
    assert client.post("/api/v1/events", content=b"null", headers=KIND).status_code == 400
    assert (
        client.post("/api/v1/events", content=b"{}", headers={"Content-Type": "text/html"}).status_code == 415
    )
    huge = client.post("/api/v1/events", content=b"x" * 10_000_000, headers=KIND)
    assert huge.status_code == 413


def test_who_may_only_read_may_record_nothing(guarded: TestClient):
    for scope, status in ((Scope.READ, 403), (Scope.RECORD, 202)):
        answer = guarded.post("/api/v1/events", json=envelope(), headers=KIND | bearer(scope))
        assert answer.status_code == status


def test_who_may_record_some_services_records_those_and_no_other(store: MemoryStore):
    def answer(*whose: str) -> int:
        may = dict.fromkeys(whose, frozenset({Scope.RECORD}))
        access = SimpleNamespace(who=lambda *_: Person("ci", frozenset(), owned=may))
        asking = TestClient(application(ground(store, access=access)))
        return asking.post("/api/v1/events", json=envelope(), headers=KIND).status_code

    assert answer("service:worker", "owner:search") == 403
    assert store.deployments(since=at(-60)) == []
    assert answer("service:a*") == 202
    assert answer("owner:shop") == 202


def test_metrics_are_served_as_the_scraper_wants_them(store: MemoryStore):
    app = application(
        ground(store, metrics=lambda accept: (f"# for {accept}\n", "text/plain; version=0.0.4"))
    )
    answer = TestClient(app, client=("127.0.0.1", 1)).get("/metrics", headers={"Accept": "text/plain"})
    assert (answer.text, answer.headers["content-type"]) == (
        "# for text/plain\n",
        "text/plain; version=0.0.4; charset=utf-8",
    )


def test_without_metrics_there_are_none(client: TestClient):
    assert client.get("/metrics").status_code == 404
