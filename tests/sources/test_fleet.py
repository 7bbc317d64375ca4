"""A thousand targets that take 100 ms each are asked side by side. Limits are generous: a test is no race."""

from __future__ import annotations

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
MANY = 1000
ONE_BY_ONE = MANY * 0.1

pytestmark = pytest.mark.slow


def after_a_while(answer: Answer) -> Answer:
    def later(handler: BaseHTTPRequestHandler) -> None:
        listing = handler.path.partition("?")[0].endswith("/services")  # in many small pages, as doubles do
        time.sleep(30 if handler.path.startswith("/never") else 0 if listing else 0.1)
        answer(handler)

    return later


def asked(sources: list[Source]) -> tuple[list[Signal], float]:
    origin = Origin("main", Closure(("api",)), Rule(), ())
    nowhere = Problem(Code.REPOSITORY_ERROR, "")
    targets = (API._replace(service=f"s{at}") for at in range(len(sources)))
    asks = [
        Ask(target, origin, "http", source, nowhere) for target, source in zip(targets, sources, strict=True)
    ]
    began = time.monotonic()
    return read_all(asks), time.monotonic() - began


def test_a_few_that_never_answer_delay_nobody():
    with serving(after_a_while(body(COMMIT))) as served:
        silent: list[Source] = [HttpSource(url=served.url(f"/never{at}"), timeout=2) for at in range(5)]
        prompt: list[Source] = [HttpSource(url=served.url("/{service}"), timeout=20) for _ in range(MANY)]
        signals, seconds = asked([*silent, *prompt])
    codes = [signal.problem.code for signal in signals if signal.problem]
    assert codes == [Code.SOURCE_TIMEOUT] * 5
    assert seconds < ONE_BY_ONE / 4


def test_a_platform_is_listed_once_and_asked_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    names = [f"s{at}" for at in range(MANY)]
    services = [google.service(name, {f"{name}-1": 100}) for name in names]
    revisions = [google.revision(f"{name}-1", labels={"commit-sha": COMMIT}) for name in names]
    with ExitStack() as stack:
        tokens = stack.enter_context(serving(answering({"/token": google.TOKEN})))
        key = google.key_file(tmp_path, tokens.url("/token"))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
        served = stack.enter_context(serving(after_a_while(google.cloud_run(services, revisions))))
        source = CloudRunSource(project="shop", region="europe-west1", endpoint=served.url(""))
        signals, seconds = asked([source] * MANY)
    assert [signal.problem for signal in signals if signal.problem] == []
    assert sum("/revisions/" in one.line for one in served.asked) == MANY
    assert seconds < ONE_BY_ONE / 4
