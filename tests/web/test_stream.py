"""News as they come, from a server that really listens: one look for all, nothing missed, and an end."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, islice
from time import monotonic
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from tests.core.watched import at
from tests.web.conftest import ground
from unshipped.core.logged.journal import Action, Newest
from unshipped.errors import StoreError
from unshipped.stores.memory import MemoryStore
from unshipped.web.access import Anybody
from unshipped.web.app import application
from unshipped.web.herald import Herald, named, understood
from unshipped.web.routes import stream
from unshipped.web.serving import served

SECONDS = 20.0


def act(store: MemoryStore, number: int) -> None:
    store.acted(Action(at(number), "Ana", "hold", "worker/production"))


@contextmanager
def serving(store: MemoryStore, **more: Any) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with served(ground(store, **more), "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}/api/v1/stream"


@contextmanager
def listening(url: str, **headers: str) -> Iterator[Iterator[tuple[str, Any]]]:
    with httpx2.stream("GET", url, headers=headers, timeout=SECONDS) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "no-transform" in answer.headers["cache-control"]  # who packs it holds it back
        lines = answer.iter_lines()
        yield events(lines)


def events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """Each event with its id; where one begins, what is known so far."""
    identity = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            identity = value
        if name == "data":
            yield identity, json.loads(value)
        if name == "retry":
            yield "", None


def test_who_listens_is_told_what_changed_and_who_comes_back_what_they_missed(store: MemoryStore):
    with serving(store) as url:
        with listening(url) as told:
            next(told)
            act(store, 1)
            last, first = next(told)
            assert first["topics"] == ["people"]
        act(store, 2)
        store.tables.standings["x/production"] = store.standings()["worker/production"]
        with listening(url, **{"Last-Event-ID": last}) as told:
            next(told)
            _, missed = next(told)
        assert missed["topics"] == ["targets", "people"]
        assert [one["state"] for one in missed["targets"]] == ["behind"]
        with listening(url, **{"Last-Event-ID": "of another log"}) as told:
            next(told)
            assert "targets" in next(told)[1]["topics"]


def test_a_stop_ends_every_stream_at_once(store: MemoryStore):
    ended = threading.Event()

    def listen(url: str, begun: threading.Event) -> None:
        with listening(url) as told:
            next(told)
            begun.set()
            assert list(told) == []
        ended.set()

    with serving(store) as url:
        begun = threading.Event()
        thread = threading.Thread(target=listen, args=(url, begun))
        thread.start()
        assert begun.wait(SECONDS)
        before = monotonic()
    thread.join(SECONDS)
    assert ended.is_set()
    assert monotonic() - before < 4.5, "it does not wait until what is under way is cut"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "[1,2,3]",
        '{"a":1}',
        '[0,0,0,0,0,"x"]',
        "[" * 5000,
        named(Newest(2**63)),
        named(Newest(lines=-1)),
    ],
)
def test_an_id_that_is_none_of_ours_is_none(text: str):
    assert understood(text) is None


class Moving(MemoryStore):
    """Each look finds something new."""

    def newest(self) -> Newest:
        return Newest(actions=next(self.numbers))

    numbers = count(1)


def test_who_may_listen_no_more_is_told_no_more_however_much_there_is_to_tell(monkeypatch):
    known = [True]
    local = Anybody()
    access = SimpleNamespace(who=lambda *asked: local.who(*asked) if known else None)
    monkeypatch.setattr(stream, "ALIVE", 0.2)
    monkeypatch.setattr("unshipped.web.app.Herald", partial(Herald, every=0.01))
    with serving(Moving(), access=access) as url, listening(url) as told:
        next(told)
        next(told)
        known.clear()
        assert len(list(islice(told, 500))) < 500


def test_an_id_is_understood_again():
    newest = Newest(1, 2, 3, 4, "5.6", 7)
    assert understood(named(newest)) == newest


class Counting(MemoryStore):
    asked = 0

    def newest(self) -> Newest:
        self.asked += 1
        return super().newest()


def test_the_log_is_looked_at_once_however_many_listen():
    import asyncio

    store = Counting()
    herald = Herald(store, lambda: None, every=0.05)

    async def listen() -> list[Any]:
        listeners = [herald.listen(Newest(actions=-1)) for _ in range(100)]
        told = await asyncio.gather(*(asyncio.wait_for(one.waiting.get(), SECONDS) for one in listeners))
        for one in listeners:
            herald.leave(one)
        return told

    told = asyncio.run(listen())
    herald.close()
    assert len(told) == 100
    assert store.asked == herald.looks
    assert store.asked < 50


def test_nobody_is_told_after_the_end(store: MemoryStore):
    app = application(ground(store, access=Anybody()))
    app.state.herald.close()
    import asyncio

    async def late() -> Any:
        listener = app.state.herald.listen(Newest())
        return await asyncio.wait_for(listener.waiting.get(), SECONDS)

    assert asyncio.run(late()) is None


class Away(MemoryStore):
    """A log that cannot be looked at; at first it is only a moment."""

    away = True

    def newest(self) -> Newest:
        if self.away:
            raise StoreError("the log is away")
        return Newest(actions=7)


def test_a_log_that_is_away_for_a_moment_ends_no_stream():
    import asyncio

    store = Away()
    herald = Herald(store, lambda: None, every=0.01)

    async def listen() -> Any:
        listener = herald.listen(Newest())
        await asyncio.sleep(0.1)
        store.away = False
        return await asyncio.wait_for(listener.waiting.get(), SECONDS)

    told = asyncio.run(listen())
    herald.close()
    assert told.upto == Newest(actions=7)


def test_who_listens_while_the_log_is_away_is_let_go_and_that_is_said_once(caplog):
    import asyncio

    herald = Herald(Away(), lambda: None, every=0.01, patience=0.2)

    async def listen() -> Any:
        return await asyncio.wait_for(herald.listen(Newest()).waiting.get(), SECONDS)

    assert asyncio.run(listen()) is None, "silence would be taken for good news"
    herald.close()
    assert herald.looks > 5
    assert caplog.text.count("nobody can be told of news: the log is away") == 1


class Stalled(MemoryStore):
    """A log that answers no more once it was asked twice."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.over = count(1), threading.Event()

    def newest(self) -> Newest:
        if next(self.asked) > 2:
            assert self.over.wait(SECONDS)
        return super().newest()


def test_who_listens_to_a_log_that_does_not_answer_is_let_go(monkeypatch):
    store = Stalled()
    monkeypatch.setattr(stream, "ALIVE", 0.2)
    monkeypatch.setattr("unshipped.web.app.Herald", partial(Herald, every=0.01, patience=0.1))
    with serving(store) as url:
        with httpx2.stream("GET", url, timeout=SECONDS) as answer:
            said = list(islice(answer.iter_lines(), 20))
        store.over.set()
    assert len(said) < 20, "that it is still here would be taken for good news"
