"""The interface in an application of somebody else, over a real log and a real repository."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.page.place import HOSTILE, Shop, shop
from unshipped.ports.rolling import Book
from unshipped.web import Everybody, Scope, deployment_status
from unshipped.wiring import Fleet


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("shop")) as made:
        yield made


@pytest.fixture(autouse=True)
def ended(monkeypatch) -> Iterator[None]:
    """What the end of a host's process does: the log is closed."""
    opened: list[Book] = []
    open_store = Fleet.open_store

    def noted(fleet: Fleet) -> Book:
        opened.append(open_store(fleet))
        return opened[-1]

    monkeypatch.setattr(Fleet, "open_store", noted)
    yield
    for one in opened:
        one.close()


@pytest.fixture
def client(place: Shop) -> Iterator[TestClient]:
    """A host with a route of its own, and the interface in one line."""
    app = FastAPI()

    @app.get("/hello")
    def hello() -> str:
        return "hello"

    config = place.repo.path / "unshipped.yaml"
    app.mount("/deployments", deployment_status(config, access=Everybody(Scope.READ)))
    with TestClient(app) as made:
        yield made


def test_it_is_mounted_in_one_line_and_the_host_stays_as_it_is(client: TestClient):
    assert client.get("/hello").json() == "hello"
    found = client.get("/deployments/api/v1/targets").json()
    assert [one["service"] for one in found["targets"]][:1] == ["worker"]
    assert found["summary"]["targets"] == 4
    assert client.get("/hello").headers.get("content-security-policy") is None


def test_an_error_has_its_one_shape_below_a_host_too(client: TestClient):
    answer = client.get("/deployments/api/v1/targets/nobody/production")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert client.post("/deployments/api/v1/holds", json={}).status_code == 403


def test_the_texts_of_others_arrive_as_they_are_in_json(client: TestClient):
    found = client.get("/deployments/api/v1/targets/worker/production")
    assert found.headers["content-type"] == "application/json"
    assert found.headers["x-content-type-options"] == "nosniff"
    subjects = [one["subject"] for one in found.json()["changes"]]
    assert f"{HOSTILE} (#9)" in subjects


def test_where_a_change_is_and_why_it_counts_agree_with_git(client: TestClient, place: Shop):
    commit = place.repo.id("main~2")
    found = client.get("/deployments/api/v1/where", params={"change": "#4"}).json()
    assert found["commit"] == commit
    assert [(one["service"], one["place"]) for one in found["targets"]] == [("worker", "waiting")]
    why = client.get("/deployments/api/v1/targets/worker/production/explanation").json()
    since = f"{place.serving['worker']}..main"
    git = place.repo.git("log", "--format=%H", "--first-parent", since, "--", "worker", "shared")
    assert [one["commit"] for one in why["missing"]] == git.split()
    assert {path["counts_by"] for one in why["missing"] for path in one["paths"]} == {"worker", "shared"}


def test_without_access_only_this_machine_may_ask(place: Shop):
    app = Starlette()
    app.mount("/status", deployment_status(place.repo.path / "unshipped.yaml"))

    def asked(address: str, name: str) -> int:
        client = TestClient(app, client=(address, 1), base_url=f"http://{name}:8000")
        return client.get("/status/api/v1/targets").status_code

    assert [asked("127.0.0.1", name) for name in ("127.0.0.1", "localhost", "[::1]")] == [200, 200, 200]
    assert asked("10.0.0.7", "localhost") == 401
    assert asked("127.0.0.1", "evil.example") == 421, "a page whose name was made to lead here"


@pytest.mark.parametrize("text", ["{", "services: []", None])
def test_a_configuration_that_became_wrong_is_the_servers_trouble_until_it_is_mended(
    client: TestClient, place: Shop, text: str | None
):
    config = place.repo.path / "unshipped.yaml"
    good = config.read_bytes()
    try:
        config.write_text(text) if text is not None else config.unlink()
        for path in ("map", "holds", "targets/api/production", "report"):
            answer = client.get(f"/deployments/api/v1/{path}")
            assert (path, answer.status_code) == (path, 503)
            assert "unshipped.yaml" in answer.json()["detail"]
    finally:
        config.write_bytes(good)
    assert client.get("/deployments/api/v1/targets/api/production").status_code == 200
