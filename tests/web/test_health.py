"""Whether it lives, and whether it does its work."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import ground
from unshipped.errors import LapsedError, StoreError
from unshipped.stores.memory import MemoryStore
from unshipped.web.app import application

THREADS = 40
"""So many requests of this process can wait for something at once."""


def asked(store: MemoryStore, path: str, **more):
    app = application(ground(store, **more))
    return TestClient(app, client=("127.0.0.1", 1), raise_server_exceptions=False).get(path)


def test_it_lives_whatever_the_log_does(store: MemoryStore):
    store.last_round = None  # type: ignore[method-assign, assignment]
    assert asked(store, "/healthz").json() == {"status": "ok"}


def test_it_lives_while_every_thread_waits_for_something(store: MemoryStore):
    threads, go = threading.Semaphore(0), threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        threads.release()
        assert go.wait(20)
        return []

    store.actions = slow  # type: ignore[method-assign, assignment]
    with (
        TestClient(application(ground(store)), client=("127.0.0.1", 1)) as client,
        ThreadPoolExecutor(THREADS + 1) as people,
    ):
        try:
            for _ in range(THREADS):
                people.submit(client.get, "/api/v1/actions")
            assert all(threads.acquire(timeout=20) for _ in range(THREADS))
            assert people.submit(client.get, "/healthz").result(5).status_code == 200
        finally:
            go.set()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_who_asks_for_the_head_alone_is_answered(store: MemoryStore, path: str):
    app = application(ground(store))
    assert TestClient(app, client=("127.0.0.1", 1)).head(path).status_code == 200


def test_it_is_ready_where_the_log_answers_and_the_watch_is_in_time(store: MemoryStore):
    assert asked(store, "/readyz").status_code == 200
    assert asked(store, "/readyz").json()["late_seconds"] is None, "it has no watch, and vouches for none"
    assert asked(store, "/readyz", late=lambda _: 12.34).json()["late_seconds"] == 12.3
    late = asked(store, "/readyz", late=lambda _: 7200.0)
    assert (late.status_code, late.json()["detail"]) == (503, "the watch is 7200 s late")


def test_it_is_not_ready_where_the_configuration_became_wrong_and_strangers_are_not_told_why(
    store: MemoryStore,
):
    def wrong(_: object) -> float:
        raise LapsedError("/srv/shop/unshipped.yaml:7:3: hunter2")

    answer = asked(store, "/readyz", late=wrong)
    assert (answer.status_code, answer.json()["hint"]) == (503, "unshipped validate")
    assert "hunter2" not in answer.text


def test_a_log_that_is_away_is_said_to_be_and_nothing_else(store: MemoryStore):
    def away(*_: object) -> None:
        raise StoreError("the log in PostgreSQL at db.internal is away", "start PostgreSQL")

    store.last_round = away  # type: ignore[method-assign, assignment]
    answer = asked(store, "/readyz")
    assert (answer.status_code, answer.json()["hint"]) == (503, "start PostgreSQL")
    assert "db.internal" not in answer.text, "anybody may ask this"


def test_a_bug_tells_nothing_of_what_it_met(store: MemoryStore):
    def broken(*_: object) -> None:
        raise RuntimeError("hunter2")

    store.standings = broken  # type: ignore[method-assign, assignment]
    answer = asked(store, "/api/v1/targets")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json()["detail"] == "this is a bug in unshipped: RuntimeError"
