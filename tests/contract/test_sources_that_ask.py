"""What every kind that asks somebody over a network keeps to, whatever it is answered."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.benches import BENCHES, Bench, Room
from tests.sources.certificates import certificate
from tests.sources.served import Answer, body, drip, endless, redirect, serving, silent
from tests.support.reading import API, reading
from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.sources.contract import FULL, SECRET

PAGE = "<!doctype html><title>Log in</title>"


@dataclass(frozen=True)
class Failure:
    """One way in which asking fails, and the reason codes that say so."""

    name: str
    answer: Answer
    codes: frozenset[Code]


def fails(name: str, answer: Answer, *codes: Code) -> Failure:
    return Failure(name, answer, frozenset(codes))


FAILED = (Code.SOURCE_ERROR,)
EMPTY = (Code.SOURCE_ERROR, Code.NO_REVISION, Code.BAD_REVISION, Code.NOT_FOUND)
"""An answer that is whole and says nothing: whether it lacks the service or the commit, a kind knows."""

FAILURES = [
    fails("401", body(SECRET, 401), Code.SOURCE_DENIED),
    fails("403", body(SECRET, 403), Code.SOURCE_DENIED),
    fails("404", body(SECRET, 404), Code.NOT_FOUND),
    fails("429", body(SECRET, 429, Retry_After="60"), *FAILED),
    fails("500", body(SECRET, 500), *FAILED),
    fails("503", body(SECRET, 503, Retry_After="60"), *FAILED),
    fails("a page", body(PAGE, kind="text/html"), *EMPTY),
    fails("nothing", body(""), *EMPTY),
    fails("null", body("null"), *EMPTY),
    fails("a list", body("[]"), *EMPTY),
    fails("an object", body("{}"), *EMPTY),
    fails("cut short", body('{"commit": "' + FULL[:20]), *FAILED),
    fails("cut off", lambda handler: cut_off(handler.wfile.write), *FAILED, *EMPTY),
    fails("bytes", body(b"\xff\xfe\x00\x01"), *EMPTY),
    fails("ten megabytes", body("a" * 10_000_000), *EMPTY),
    fails("ten megabytes of JSON", body(json.dumps(["a" * 100] * 100_000)), *EMPTY),
    fails("nested", body("[" * 200_000), *EMPTY),
    fails("packed", body(gzip.compress(b"{}" * 1000), Content_Encoding="gzip"), *FAILED),
    fails("another place", redirect(lambda: "http://169.254.169.254/latest/meta-data/"), *FAILED),
    fails("a file", redirect(lambda: "file:///etc/passwd"), *FAILED),
    fails("itself", redirect(lambda: "/again"), *FAILED),
    fails("silence", silent, Code.SOURCE_TIMEOUT),
    fails("a drip", drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n["), Code.SOURCE_TIMEOUT),
    fails("a slow head", drip(b"HTTP/1.1 200 OK\r\nX-A: "), Code.SOURCE_TIMEOUT, *FAILED),
    fails("no end", endless, *EMPTY, Code.SOURCE_TIMEOUT),
    fails("no HTTP", lambda handler: write(handler.wfile.write, b"SSH-2.0-OpenSSH_9.2\r\n"), *FAILED),
]


def write(to: Callable[[bytes], object], what: bytes) -> None:
    to(what)


def cut_off(to: Callable[[bytes], object]) -> None:
    to(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"items": [')


@pytest.fixture(params=[bench for bench in BENCHES if bench.asks], ids=lambda bench: bench.name)
def bench(request: pytest.FixtureRequest) -> Bench:
    chosen: Bench = request.param
    return chosen


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    made = Room(tmp_path, monkeypatch)
    with made.stack:
        yield made


PATIENCE, LIMIT = 10, 0.4
"""Seconds that a kind is given: where it is answered at once, and where it would wait for all of them."""


def refusal(bench: Bench, room: Room, address: str, seconds: float = PATIENCE) -> SourceError:
    assert bench.asks
    source = bench.asks(room, address, seconds)
    assert SECRET not in repr(source)
    began = time.monotonic()
    with pytest.raises(SourceError) as caught:
        reading(source)
    assert time.monotonic() - began < seconds + 3
    error = caught.value
    seen = [str(error), repr(error), repr(error.problem), error.hint, *traceback.format_exception(error)]
    assert SECRET not in "\n".join(seen)
    assert error.message.isprintable()
    assert len(error.message) < 1000
    return error


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
def test_what_fails_is_a_reason_and_never_a_revision(bench: Bench, room: Room, failure: Failure):
    waits = Code.SOURCE_TIMEOUT in failure.codes
    error = refusal(bench, room, room.serve(failure.answer), LIMIT if waits else PATIENCE)
    assert error.problem.code in failure.codes


def test_where_nobody_listens_it_fails(bench: Bench, room: Room):
    assert refusal(bench, room, "http://127.0.0.1:1").problem.code is Code.SOURCE_ERROR


def test_where_nobody_accepts_it_times_out(bench: Bench, room: Room):
    with full() as port:
        code = refusal(bench, room, f"http://127.0.0.1:{port}", LIMIT).problem.code
    assert code is Code.SOURCE_TIMEOUT


@contextmanager
def full() -> Iterator[int]:
    """A port whose queue is full: whoever connects waits."""
    with closing(socket.socket()) as listening, closing(socket.socket()) as first:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        first.connect(listening.getsockname())
        with closing(socket.socket()) as second:
            second.setblocking(False)
            second.connect_ex(listening.getsockname())
            yield listening.getsockname()[1]


def test_a_certificate_that_nobody_vouches_for_is_refused(bench: Bench, room: Room):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(room.folder))
    with serving(body(FULL), context) as served:
        error = refusal(bench, room, served.url(""))
        assert served.asked == []
    assert error.problem.code is Code.SOURCE_ERROR


def test_plain_http_where_tls_was_asked_for_is_refused(bench: Bench, room: Room):
    address = room.serve(body(FULL)).replace("http://", "https://")
    assert refusal(bench, room, address).problem.code is Code.SOURCE_ERROR


TRICKS = [
    "../../admin",
    "..",
    "api/../x",
    "api?x=1#y",
    "api\r\nX-Evil: 1",
    "\u0430pi",
    "api\u202egnp",
    "",
    "a" * 3000,
]


@pytest.mark.parametrize(
    "name", TRICKS, ids=["up", "dots", "inside", "query", "line", "cyrillic", "bidi", "none", "long"]
)
def test_the_name_of_a_service_leads_nowhere_else(bench: Bench, room: Room, name: str):
    with serving(body("{}", kind="application/json")) as served:
        assert bench.asks
        with pytest.raises(SourceError) as caught:
            reading(bench.asks(room, served.url(""), 3.0), API._replace(service=name))
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 4000
    for asked in served.asked:
        path = asked.line.split()[1].partition("?")[0]
        assert not {"..", "admin"} & set(path.split("/"))
        assert "X-Evil" not in asked.headers
