"""A gate that is asked very often: answered from memory, with what the route of the same name would say."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.core.watched import at
from tests.support.stored import decided
from tests.web.conftest import HOUSE, bearer, ground
from unshipped.app.gate_api import Desk, gate_request
from unshipped.core.gating import GateDecision
from unshipped.errors import StoreError
from unshipped.stores.memory import MemoryStore
from unshipped.web import quick
from unshipped.web.access import Scope
from unshipped.web.app import application

LOCAL: dict[str, Any] = {"client": ("127.0.0.1", 1), "base_url": "http://127.0.0.1"}


@pytest.fixture
def left_to_the_route(monkeypatch) -> list[str]:
    """The paths that were not answered at once."""
    paths: list[str] = []
    answered = quick.QuickGate._answered

    async def noted(self, scope, target):
        found = await answered(self, scope, target)
        if found is None:
            paths.append(target)
        return found

    monkeypatch.setattr(quick.QuickGate, "_answered", noted)
    return paths


ASKED = """max_behind=3 max_behind=9
max_behind=many max_age=1h mode=warn mode=observe mode=off on_unknown=block
by=ana purpose=rollback purpose=deploy deploys=worker%2Fproduction environment=production environment=moon
max_verdict_age=60 more=1"""
QUERIES = st.lists(st.sampled_from(ASKED.split()), max_size=3).map("&".join)
SERVICES = st.sampled_from(["worker", "api", "worker,api", "api,worker", "nobody", "worker%2Capi", ""])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(services=SERVICES, query=QUERIES)
def test_it_says_what_is_said_of_the_log_itself(client: TestClient, store: MemoryStore, services, query):
    target = "/api/v1/gate" + f"/{services}" * bool(services) + f"?{query}" * bool(query)
    status, document = gate_request("GET", target, b"", Desk(HOUSE, store, lambda: "b1"), at(20))
    found = client.get(target)
    assert found.status_code == status
    if status == 200:
        assert found.json() == document
    else:
        assert found.json()["detail"] == document["error"]["message"]
    assert "frame-ancestors 'none'" in found.headers["content-security-policy"]


def test_it_is_answered_at_once_for_whoever_may_ask(client: TestClient, guarded, left_to_the_route):
    assert client.get("/api/v1/gate/worker").status_code == 200
    assert guarded.get("/api/v1/gate/worker", headers=bearer(Scope.GATE)).status_code == 200
    assert left_to_the_route == []
    assert guarded.get("/api/v1/gate/worker").status_code == 401
    assert client.get("/api/v1/gate/nobody").status_code == 404
    assert len(left_to_the_route) == 2


def test_it_is_answered_where_the_interface_is_mounted(store: MemoryStore, left_to_the_route):
    outer = FastAPI()
    outer.mount("/drift", application(ground(store)))
    found = TestClient(outer, **LOCAL).get("/drift/api/v1/gate/worker?max_behind=3")
    assert (found.status_code, found.json()["answer"]) == (200, "block")
    assert TestClient(outer, **LOCAL).get("/drift/api/v1/gate/nobody").status_code == 404
    assert left_to_the_route == ["/api/v1/gate/nobody"]


def test_a_stop_is_in_the_log_when_it_is_heard_and_a_pass_soon_after(store: MemoryStore):
    app = application(ground(store))
    client = TestClient(app, **LOCAL)
    assert client.get("/api/v1/gate/api?max_behind=3").json()["answer"] == "allow"
    assert client.get("/api/v1/gate/worker?max_behind=3&mode=off").json()["answer"] == "allow"
    assert decided(store) == []
    assert client.get("/api/v1/gate/worker?max_behind=3").json()["answer"] == "block"
    assert [one.answer.word for one in decided(store)] == ["allow", "block"]
    client.get("/api/v1/gate/api?max_behind=3")
    app.state.recent.close()
    assert len(decided(store)) == 3


def test_a_stop_that_cannot_be_written_down_is_no_answer(client: TestClient, store: MemoryStore, monkeypatch):
    def full(*_: object) -> None:
        raise StoreError("the log cannot be written: the disk is full", "make room")

    monkeypatch.setattr(store, "decided", full)
    found = TestClient(application(ground(store)), **LOCAL).get("/api/v1/gate/worker?max_behind=3")
    assert (found.status_code, found.headers["content-type"]) == (503, "application/problem+json")


def test_what_was_read_too_long_ago_answers_nothing(store: MemoryStore, monkeypatch):
    app = application(ground(store))
    assert TestClient(app, **LOCAL).get("/api/v1/gate/worker?max_behind=3").json()["answer"] == "block"

    def broken() -> object:
        raise StoreError("the log cannot be read: disk I/O error")

    monkeypatch.setattr(store, "mark", broken)
    assert TestClient(app, **LOCAL).get("/api/v1/gate/worker?max_behind=3").status_code == 503


def test_whoever_asks_while_it_is_read_anew_is_answered_from_before(store: MemoryStore, left_to_the_route):
    app = application(ground(store, fresh=60.0))
    client, recent = TestClient(app, **LOCAL), app.state.recent
    assert client.get("/api/v1/gate/worker?max_behind=3").json()["answer"] == "block"
    recent.last = before = recent.last._replace(at=recent.last.at - 90.0)
    assert client.get("/api/v1/gate/worker?max_behind=3").json()["answer"] == "block"
    assert left_to_the_route == []
    recent.read(at(20))
    assert recent.last.at > before.at


def test_many_who_are_stopped_at_once_share_a_transaction_and_all_are_in_the_log(
    store: MemoryStore, monkeypatch
):
    app, groups = application(ground(store, fresh=60.0)), []

    def slowly(*decisions: GateDecision) -> None:
        time.sleep(0.02)
        groups.append(len(decisions))
        MemoryStore.decided(store, *decisions)

    monkeypatch.setattr(app.state.recent._scribe, "_put", slowly)

    async def all_of_them() -> list[str]:
        transport = httpx2.ASGITransport(app, client=("127.0.0.1", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as asking:
            path = "/api/v1/gate/worker?max_behind=3"
            first = await asking.get(path)
            answers = await asyncio.gather(*(asking.get(path) for _ in range(100)))
            return [one.json()["answer"] for one in (first, *answers)]

    assert asyncio.run(all_of_them()) == ["block"] * 101
    assert len(decided(store)) == sum(groups) == 101
    assert len(groups) < 20
