"""What many pages ask is answered from what was answered before: the same, to the same people, never old."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass

import httpx2
import pytest
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.testclient import TestClient

from tests.core.watched import at, in_sync
from tests.support import stored
from tests.web.conftest import bearer, ground
from unshipped.stores.memory import MemoryStore
from unshipped.web.access import Anybody, Person, Scope
from unshipped.web.app import application
from unshipped.web.quick_status import QuickStatus

TARGETS = "/api/v1/targets"


@pytest.fixture
def quick(monkeypatch) -> list[bool]:
    """Whether each question was answered before it came to the application."""
    told: list[bool] = []
    answered = QuickStatus._answered

    async def listening(self, scope):
        found = await answered(self, scope)
        told.append(found is not None)
        return found

    monkeypatch.setattr(QuickStatus, "_answered", listening)
    return told


def client(store: MemoryStore, **more) -> TestClient:
    app = application(ground(store, fresh=1000.0, **more))
    made = TestClient(app, client=("127.0.0.1", 5000), base_url="http://127.0.0.1:8080")
    made.board = app.state.board  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize("query", ["", "?limit=10000", "?state=behind&service=worker", "?offset=1"])
def test_the_second_answer_is_the_first_one_again(store, quick, query):
    asking = client(store)
    first, second = (asking.get(TARGETS + query) for _ in range(2))
    assert quick == [False, True]
    assert (first.content, first.headers) == (second.content, second.headers)
    known = asking.get(TARGETS + query, headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    plain = asking.get(TARGETS + query, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == first.json()


def test_another_question_has_another_answer(store, quick):
    asking = client(store)
    found = [asking.get(f"{TARGETS}?service={name}").json() for name in ("api", "worker", "api", "worker")]
    assert quick == [False, False, True, True]
    assert [one["targets"][0]["service"] for one in found] == ["api", "worker", "api", "worker"]


def test_what_moved_on_is_answered_anew(store, quick):
    asking = client(store)
    asking.get(TARGETS)
    stored.seen(store, [in_sync("worker")], (), at(15))
    asking.board.moved()  # type: ignore[attr-defined]
    assert asking.get(TARGETS).json()["summary"]["in_sync"] == 2
    assert quick == [False, True]


def test_what_is_asked_often_is_written_down_before_it_is_asked_again(store, quick):
    asking = client(store)
    asking.get(f"{TARGETS}?limit=2")
    for minute in (15, 16):
        stored.seen(store, [in_sync("worker")], (), at(minute))
        asking.board.moved()  # type: ignore[attr-defined]
        asking.get(f"{TARGETS}?limit=2")
    asking.board.moved()  # type: ignore[attr-defined]
    stored.seen(store, [in_sync("worker")], (), at(17))
    assert asking.get(f"{TARGETS}?limit=3").json()["total"] > 0
    assert quick == [False, True, True, False]


class Slow(MemoryStore):
    """A log that is read no further than the test lets it be, and counts how often."""

    def __init__(self) -> None:
        super().__init__()
        self.looks, self.go = 0, threading.Event()
        self.go.set()

    def newest(self):
        self.looks += 1
        assert self.go.wait(20)
        return super().newest()


@pytest.mark.parametrize("news", [False, True])
def test_many_who_ask_while_it_is_looked_for_news_share_one_look(quick, news):
    store = Slow()
    stored.seen(store, [in_sync("worker")], (), at(15))
    app = application(ground(store, fresh=1000.0))
    board = app.state.board

    async def asked() -> list[str]:
        transport = httpx2.ASGITransport(app, client=("127.0.0.1", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as asking:
            first = await asking.get(TARGETS)
            store.looks = 0
            store.go.clear()
            board._looked -= 1500.0
            if news:
                board.moved()
            waiting = [asyncio.ensure_future(asking.get(TARGETS)) for _ in range(100)]
            done, _ = await asyncio.wait(waiting, timeout=None if not news else 0.2)
            assert len(done) == (0 if news else 100)
            store.go.set()
            answers = [one.text for one in (first, *await asyncio.gather(*waiting))]
            await run_in_threadpool(board.view)
            return answers

    assert len(set(asyncio.run(asked()))) == 1
    assert store.looks == 1
    assert quick == [False] + [True] * 100


def test_who_waits_for_a_log_that_does_not_answer_is_told_so():
    store = Slow()
    app = application(ground(store, fresh=1000.0))
    app.state.board.patience = 0.1
    store.go.clear()

    async def asked() -> list[int]:
        transport = httpx2.ASGITransport(app, client=("127.0.0.1", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as asking:
            found = await asyncio.gather(*(asking.get(TARGETS) for _ in range(3)))
            store.go.set()
            return [one.status_code for one in found]

    assert asyncio.run(asked()) == [503, 503, 503]


@dataclass
class Door:
    """Who asks, until that ends."""

    person: Person | None

    def who(self, headers, address, now) -> Person | None:
        return self.person


def test_who_may_not_ask_any_more_is_not_answered_from_memory(store, quick):
    door = Door(Person("ana", frozenset({Scope.READ})))
    asking = client(store, access=door)
    assert [asking.get(TARGETS).status_code for _ in range(2)] == [200, 200]
    door.person = Person("ana", frozenset({Scope.GATE}))
    assert asking.get(TARGETS).status_code == 403
    door.person = None
    assert asking.get(TARGETS).status_code == 401
    assert quick == [False, True, False, False]


def test_a_token_is_needed_for_every_answer(guarded: TestClient):
    answers = [guarded.get(TARGETS, headers=bearer(scope)).status_code for scope in (Scope.READ, Scope.GATE)]
    assert answers == [200, 403]


def test_where_it_is_mounted_it_is_quick_as_well(store, quick):
    host = FastAPI()
    host.mount("/drift", application(ground(store, access=Anybody(), fresh=1000.0)))
    asking = TestClient(host, client=("127.0.0.1", 5000), base_url="http://127.0.0.1:8080")
    assert [asking.get(f"/drift{TARGETS}").status_code for _ in range(2)] == [200, 200]
    assert quick == [False, True]
    assert asking.get(f"/drift/elsewhere{TARGETS}").status_code == 404
