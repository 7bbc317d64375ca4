"""Hundreds of targets that take 100 ms each are asked side by side: who is asked counts how many at once."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.sources.doubles import google
from tests.sources.doubles.json_api import answering
from tests.sources.served import Answer, body, serving
from tests.support.reading import API
from unshipped.app.read import Ask, read_all
from unshipped.core.model import Closure, Code, Origin, Problem, Rule, Signal
from unshipped.ports import Source
from unshipped.sources.google.cloud_run import CloudRunSource
from unshipped.sources.plain.http import HttpSource

COMMIT = "a1" * 20
MANY = 300
AT_ONCE = 8

pytestmark = pytest.mark.slow


class Slow:
    """Answers after a while, and knows how many waited at once."""

    def __init__(self, answer: Answer) -> None:
        self._answer, self._lock, self._waiting, self.most = answer, threading.Lock(), 0, 0

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path.startswith("/never"):
            time.sleep(30)
        elif not handler.path.partition("?")[0].endswith("/services"):  # in many small pages, as doubles do
            self._count(1)
            time.sleep(0.1)
            self._count(-1)
        self._answer(handler)

    def _count(self, more: int) -> None:
        with self._lock:
            self._waiting += more
            self.most = max(self.most, self._waiting)


def asked(sources: list[Source]) -> list[Signal]:
    origin = Origin("main", Closure(("api",)), Rule(), ())
    nowhere = Problem(Code.REPOSITORY_ERROR, "")
    targets = (API._replace(service=f"s{at}") for at in range(len(sources)))
    asks = [
        Ask(target, origin, "http", source, nowhere) for target, source in zip(targets, sources, strict=True)
    ]
    return read_all(asks)


def test_a_few_that_never_answer_delay_nobody():
    slow = Slow(body(COMMIT))
    with serving(slow) as served:
        silent: list[Source] = [HttpSource(url=served.url(f"/never{at}"), timeout=2) for at in range(5)]
        prompt: list[Source] = [HttpSource(url=served.url("/{service}"), timeout=20) for _ in range(MANY)]
        signals = asked([*silent, *prompt])
    codes = [signal.problem.code for signal in signals if signal.problem]
    assert codes == [Code.SOURCE_TIMEOUT] * 5
    assert slow.most >= AT_ONCE


def test_a_platform_is_listed_once_and_asked_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    names = [f"s{at}" for at in range(MANY)]
    services = [google.service(name, {f"{name}-1": 100}) for name in names]
    revisions = [google.revision(f"{name}-1", labels={"commit-sha": COMMIT}) for name in names]
    with ExitStack() as stack:
        tokens = stack.enter_context(serving(answering({"/token": google.TOKEN})))
        key = google.key_file(tmp_path, tokens.url("/token"))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
        slow = Slow(google.cloud_run(services, revisions))
        served = stack.enter_context(serving(slow))
        source = CloudRunSource(project="shop", region="europe-west1", endpoint=served.url(""))
        signals = asked([source] * MANY)
    assert [signal.problem for signal in signals if signal.problem] == []
    assert sum("/revisions/" in one.line for one in served.asked) == MANY
    assert slow.most >= AT_ONCE
