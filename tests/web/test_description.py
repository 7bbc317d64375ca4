"""The description is the one that is published, and names everything."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from docs.generator.interface import description
from tests.web.described import _description
from unshipped.app.gate_api import _OPTIONS

PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"


def test_the_published_description_is_current():
    assert PUBLISHED.read_text(encoding="utf-8") == description()


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does():
    operations = [one for path in _description()["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert all(one["description"] for one in operations)


def test_a_gate_is_asked_with_what_is_described_and_nothing_else(client: TestClient):
    for path in ("/api/v1/gate", "/api/v1/gate/{services}"):
        for operation in _description()["paths"][path].values():
            names = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
            assert sorted(names) == sorted(_OPTIONS)
    asked = {"environment": "production", "max_behind": "3", "max_age": "6h", "mode": "observe"}
    asked |= {"on_unknown": "warn", "max_verdict_age": "90", "purpose": "work", "by": "Ana"}
    assert client.get("/api/v1/gate/worker", params=asked).status_code == 200


def test_what_is_described_as_told_apart_by_a_tag_is(client: TestClient):
    for path, methods in _description()["paths"].items():
        place = path.replace("{service}/{environment}", "worker/production").replace("{services}", "worker")
        if "get" not in methods or "{" in place or path == "/api/v1/stream":
            continue
        first = client.get(place)
        if first.status_code != 200:
            continue
        again = client.get(place, headers={"If-None-Match": first.headers.get("etag", "none")})
        described = "304" in methods["get"]["responses"]
        assert (path, again.status_code) == (path, 304 if described else 200)


def test_metrics_and_events_are_described_as_what_they_are():
    paths = _description()["paths"]
    assert set(paths["/metrics"]["get"]["responses"]["200"]["content"]) == {
        "text/plain",
        "application/openmetrics-text",
    }
    assert "application/cloudevents+json" in paths["/api/v1/events"]["post"]["requestBody"]["content"]
