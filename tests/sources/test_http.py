from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.sources.certificates import certificate
from tests.sources.served import Answer, body, drip, endless, redirect, serving
from tests.support.reading import read
from unshipped.core.model import Code, Revision
from unshipped.errors import SourceError
from unshipped.http.exchange import HttpError, Request, ask, stays
from unshipped.sources.plain.http import HttpSource

FULL = "eb7ce85b6f7b5b3f0a4b3d9f1c2e3d4c5b6a7988"
SECRET = "hunter2-hunter2-hunter2"


def problem(source: HttpSource) -> tuple[Code, str]:
    began = time.monotonic()
    with pytest.raises(SourceError) as caught:
        read(source)
    assert time.monotonic() - began < 4
    return caught.value.problem.code, caught.value.message


PAGE = "<!doctype html><title>Log in</title><p>" + FULL
TRUNCATED = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"commit": "eb7ce8'
)


def cut_short(handler: Any) -> None:
    handler.wfile.write(TRUNCATED)
    handler.close_connection = True


def hang_up(handler: Any) -> None:
    handler.close_connection = True


FAULTS: dict[str, tuple[Answer, Code, str]] = {
    "401": (body("", 401), Code.SOURCE_DENIED, "answered 401 Unauthorized"),
    "403": (body(FULL, 403), Code.SOURCE_DENIED, "answered 403 Forbidden"),
    "404": (body(FULL, 404), Code.NOT_FOUND, "answered 404 Not Found"),
    "410": (body("", 410), Code.NOT_FOUND, "answered 410 Gone"),
    "429": (body(FULL, 429), Code.SOURCE_ERROR, "answered 429 Too Many Requests"),
    "500": (body(FULL, 500), Code.SOURCE_ERROR, "answered 500 Internal Server Error"),
    "503": (body(FULL, 503), Code.SOURCE_ERROR, "answered 503 Service Unavailable"),
    "299 of its own": (body("", 299), Code.NO_REVISION, "carries no commit id"),
    "599 of its own": (body(FULL, 599), Code.SOURCE_ERROR, "answered 599"),
    "304 unasked": (body("", 304), Code.SOURCE_ERROR, "answered 304 Not Modified"),
    "302 to nowhere": (body(FULL, 302), Code.SOURCE_ERROR, "answered 302 Found"),
    "204": (body("", 204), Code.NO_REVISION, "carries no commit id"),
    "a page with 200": (
        body(PAGE, kind="text/html"),
        Code.NO_REVISION,
        "answered with a page, not a version",
    ),
    "a page called JSON": (body(PAGE, kind="application/json"), Code.NO_REVISION, "answered with a page"),
    "an empty body": (body(""), Code.NO_REVISION, "carries no commit id"),
    "null": (body("null", kind="application/json"), Code.NO_REVISION, "carries no commit id"),
    "no commit": (body('{"version": "1.2.3"}'), Code.NO_REVISION, "carries no commit id"),
    "10 MB": (body("a" * 10_000_000), Code.BAD_REVISION, "is longer than 64 KiB"),
    "truncated JSON": (body('{"commit": "eb7ce8'), Code.SOURCE_ERROR, "no whole JSON"),
    "a body cut short": (cut_short, Code.SOURCE_ERROR, "cannot be asked"),
    "a closed door": (hang_up, Code.SOURCE_ERROR, "cannot be asked"),
    "no HTTP": (drip(b"SSH-2.0-x\r\n", seconds=0.1), Code.SOURCE_ERROR, "cannot be asked"),
    "packed": (body(gzip.compress(FULL.encode()), Content_Encoding="gzip"), Code.SOURCE_ERROR, "packed"),
    "a date": (body("Thu, 05 Feb 2026 16:37:00 GMT"), Code.BAD_REVISION, "white space"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_never_taken_for_an_answer(fault: str):
    answer, code, words = FAULTS[fault]
    with serving(answer) as served:
        met, message = problem(HttpSource(url=served.url()))
    assert met is code
    assert message.startswith(f"http://127.0.0.1:{served.port}/version ")
    assert words in message


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/plain; charset=utf-8", "text/html", "application/octet-stream"]
)
def test_a_short_commit_id_is_handed_on_as_it_is(kind: str):
    with serving(body("eb7ce85\n", kind=kind)) as served:
        assert read(HttpSource(url=served.url())) == (Revision("eb7ce85"),)


def test_dockerflow_says_where_the_code_comes_from():
    text = '{"source": "https://example.com/ana/shop", "version": "1.2", "commit": "eb7ce85b-dirty"}'
    with serving(body(text, kind="application/json")) as served:
        (revision,) = read(HttpSource(url=served.url()))
    assert revision == Revision("eb7ce85b", repository="https://example.com/ana/shop", dirty=True)


def test_caches_are_told_to_stand_aside():
    with serving(body(FULL)) as served:
        read(HttpSource(url=served.url()))
    (asked,) = served.asked
    assert asked.line == "GET /version HTTP/1.1"
    assert asked.headers["Cache-Control"] == "no-cache, no-store"
    assert asked.headers["Pragma"] == "no-cache"
    assert asked.headers["Accept"] == "application/json, text/plain;q=0.9"
    assert asked.headers["User-Agent"] == "unshipped"


def test_headers_are_sent_and_win_over_the_usual_ones(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TOKEN", SECRET)
    headers: Any = {"Authorization": {"env": "TOKEN", "prefix": "Bearer "}, "X-Team": "shop", "accept": "*/*"}
    with serving(body(FULL)) as served:
        read(HttpSource(url=served.url(), headers=headers))
    (asked,) = served.asked
    assert asked.headers["Authorization"] == f"Bearer {SECRET}"
    assert asked.headers["X-Team"] == "shop"
    assert [value for name, value in asked.headers.items() if name.lower() == "accept"] == ["*/*"]


@pytest.mark.parametrize("value", [f"{SECRET}\r\nX-Other: x", f"{SECRET}\x00", "caf\u00e9"])
def test_a_secret_that_no_header_can_carry_is_not_sent(tmp_path: Path, value: str):
    (tmp_path / "token").write_bytes(value.encode())
    with serving(body(FULL)) as served:
        source = HttpSource(url=served.url(), headers={"X-Token": {"file": str(tmp_path / "token")}})
        code, message = problem(source)
    assert (code, served.asked) == (Code.SOURCE_DENIED, [])
    assert message == f"file {tmp_path / 'token'} is no text that header X-Token can carry"


def test_the_revision_is_taken_from_a_header_and_the_body_is_left():
    def answer(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Commit: eb7ce85b\r\nContent-Encoding: gzip\r\n\r\n")
        endless(handler)

    with serving(answer) as served:
        assert read(HttpSource(url=served.url(), header="x-commit")) == (Revision("eb7ce85b"),)
        assert served.hung_up.wait(3)


def test_a_header_that_is_missing_carries_no_revision():
    with serving(body(FULL)) as served:
        code, message = problem(HttpSource(url=served.url(), header="X-Commit"))
    assert code is Code.NO_REVISION
    assert message == f"header X-Commit of {served.url()} carries no commit id"


def test_a_body_without_end_is_left():
    with serving(endless) as served:
        assert problem(HttpSource(url=served.url(), timeout=30))[0] is Code.BAD_REVISION
        assert served.hung_up.wait(3)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 500\r\n\r\n"


@pytest.mark.parametrize(
    "start", [HEAD, b"HTTP/1.1 200 OK\r\nX-Slow: ", b"H"], ids=["body", "headers", "status"]
)
def test_a_server_that_drips_is_left_when_the_time_is_up(start: bytes):
    with serving(drip(start)) as served:
        began = time.monotonic()
        code, message = problem(HttpSource(url=served.url(), timeout=0.5))
        assert 0.4 < time.monotonic() - began < 5
        assert (code, message) == (Code.SOURCE_TIMEOUT, f"{served.url()} did not answer within 0.5 s")
        assert served.hung_up.wait(2)


def test_the_time_is_one_for_all_redirects_together():
    def slow(handler: Any) -> None:
        time.sleep(0.3)
        redirect(lambda: "/again")(handler)

    with serving(slow) as served:
        began = time.monotonic()
        assert problem(HttpSource(url=served.url(), timeout=0.5))[0] is Code.SOURCE_TIMEOUT
        assert time.monotonic() - began < 5


def test_a_host_name_that_is_not_found_in_time_is_a_timeout(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: time.sleep(6))
    began = time.monotonic()
    assert problem(HttpSource(url="http://shop.example/", timeout=0.3))[0] is Code.SOURCE_TIMEOUT
    assert time.monotonic() - began < 5


def test_nobody_listening_is_an_error_of_the_source():
    with serving(body(FULL)) as served:
        pass
    code, message = problem(HttpSource(url=served.url()))
    assert code is Code.SOURCE_ERROR
    assert message.startswith(f"{served.url()} cannot be asked: ")


@pytest.mark.parametrize(
    "place", ["/final", "final", "http://127.0.0.1:{port}/final", "//127.0.0.1:{port}/final"]
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed(place: str, status: int):
    with serving(redirect(lambda: place.format(port=served.port), status)) as served:
        assert read(HttpSource(url=served.url())) == (Revision("eb7ce85b"),)
    assert [asked.line.split()[1] for asked in served.asked] == ["/version", "/final"]


def test_a_fourth_redirect_is_not_followed():
    with serving(redirect(lambda: "/again")) as served:
        code, message = problem(HttpSource(url=served.url()))
    assert (code, message) == (Code.SOURCE_ERROR, f"{served.url()} redirects more than 3 times")
    assert len(served.asked) == 4


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_redirect_to_another_host_is_never_followed(monkeypatch: pytest.MonkeyPatch, host: str):
    monkeypatch.setenv("TOKEN", SECRET)
    with serving(body(FULL)) as other, serving(redirect(lambda: other.url("/final?q", host))) as served:
        code, message = problem(HttpSource(url=served.url(), headers={"X-Token": {"env": "TOKEN"}}))
    assert code is Code.SOURCE_ERROR
    assert f"redirects to another place, http://{host}:{other.port}, which was not asked" in message
    assert other.asked == []
    assert len(served.asked) == 1


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("http://169.254.169.254/latest/meta-data/", "http://169.254.169.254"),
        ("http://metadata.google.internal/", "http://metadata.google.internal"),
        ("//shop.example/login", "http://shop.example"),
        ("file:///etc/passwd", "file://"),
        ("https://127.0.0.1:{port}/", "https://127.0.0.1"),
    ],
)
def test_a_redirect_to_elsewhere_is_named_and_not_asked(
    monkeypatch: pytest.MonkeyPatch, place: str, shown: str
):
    connected: list[object] = []
    create = asyncio.SelectorEventLoop.create_connection

    def note(self: Any, factory: Any, host: Any = None, port: Any = None, **rest: Any) -> Any:
        connected.append(host)
        return create(self, factory, host, port, **rest)

    monkeypatch.setattr(asyncio.SelectorEventLoop, "create_connection", note)
    with serving(redirect(lambda: place.format(port=served.port))) as served:
        code, message = problem(HttpSource(url=served.url()))
    assert code is Code.SOURCE_ERROR
    assert shown in message
    assert connected == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("here", "there", "answer"),
    [
        ("https://a.example/v", "https://a.example/w", True),
        ("https://a.example/v", "https://A.example:443/w", True),
        ("http://a.example/v", "https://a.example/v", True),
        ("https://a.example/v", "http://a.example/v", False),
        ("http://a.example:8080/v", "https://a.example:8443/v", False),
        ("https://a.example/v", "https://b.example/v", False),
        ("https://a.example/v", "https://a.example.evil.example/v", False),
        ("https://a.example/v", "https://a.example@evil.example/v", False),
        ("https://a.example/v", "https://ana:x@a.example/v", False),
        ("https://a.example/v", "https://a.example:8443/v", False),
    ],
)
def test_a_redirect_stays_where_host_and_port_stay(here: str, there: str, answer: bool):
    assert stays(httpx2.URL(here), httpx2.URL(there)) is answer


def test_no_proxy_reads_what_goes_to_a_plain_http_address(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TOKEN", SECRET)
    with serving(body("0000000")) as proxy, serving(body(FULL)) as served:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url(""))
        source = HttpSource(url=served.url(), headers={"X-Token": {"env": "TOKEN"}})
        assert read(source) == (Revision(FULL),)
    assert proxy.asked == []


def test_a_proxy_for_https_sees_the_host_and_no_header(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TOKEN", SECRET)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(body("", 502)) as proxy:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url(""))
        code, _ = problem(HttpSource(url="https://shop.example/v", headers={"X-Token": {"env": "TOKEN"}}))
    assert code is Code.SOURCE_ERROR
    (asked,) = proxy.asked
    assert asked.line == "CONNECT shop.example:443 HTTP/1.1"
    assert SECRET not in str(asked.headers)


def test_it_can_be_read_where_an_event_loop_runs():
    async def inside() -> tuple[Revision, ...]:
        return read(HttpSource(url=served.url()))

    with serving(body(FULL)) as served:
        assert asyncio.run(inside()) == (Revision(FULL),)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return certificate(tmp_path)


def test_a_certificate_that_nobody_vouches_for_is_refused(authority: Path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    with serving(body(FULL), context) as served:
        code, message = problem(HttpSource(url=served.url()))
        assert served.asked == []
        assert (code, "CERTIFICATE_VERIFY_FAILED" in message) == (Code.SOURCE_ERROR, True)
        assert read(HttpSource(url=served.url(), ca_file=str(authority))) == (Revision(FULL),)


def test_authorities_that_are_renewed_count_from_the_next_request_on(tmp_path: Path):
    first, second = tmp_path / "first", tmp_path / "second"
    trusted = tmp_path / "trusted.pem"
    for folder in (first, second):
        folder.mkdir()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(folder))
        with serving(body(FULL), context) as served:
            source = HttpSource(url=served.url(), ca_file=str(trusted))
            if folder is second:
                assert "CERTIFICATE_VERIFY_FAILED" in problem(source)[1]
            (folder / "certificate.pem").replace(trusted)
            assert read(source) == (Revision(FULL),)


def test_authorities_that_cannot_be_read_are_named(tmp_path: Path):
    source = HttpSource(url="https://127.0.0.1:1/", ca_file=str(tmp_path / "no.pem"))
    assert problem(source) == (
        Code.SOURCE_ERROR,
        f"ca_file {tmp_path / 'no.pem'} cannot be used: No such file or directory",
    )
    (tmp_path / "no.pem").write_text("no certificate")
    assert problem(source)[1].startswith(f"ca_file {tmp_path / 'no.pem'} cannot be used: ")


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "authorization",
        "Proxy-Authorization",
        "Cookie",
        "X-Api-Key",
        "X-API_KEY",
        "Private-Token",
        "X-Vault-Token",
        "api-key",
        "X-Auth-Key",
        "Ocp-Apim-Subscription-Key",
        "Client-Secret",
        "X-Password",
    ],
)
def test_a_credential_that_is_written_out_is_refused_without_repeating_it(name: str):
    with pytest.raises(ValueError, match=r"write \{env: NAME\} or \{file: PATH\}") as caught:
        HttpSource(url="https://shop.example", headers={name: SECRET})
    assert name in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["Accept", "X-Team", "User-Agent", "X-Tokenizer", "If-None-Match", "X-Author"]
)
def test_a_header_that_is_no_credential_may_be_written_out(name: str):
    assert HttpSource(url="https://shop.example", headers={name: "x"}).headers == {name: "x"}


@pytest.mark.parametrize(
    "url",
    [
        f"https://{SECRET}@shop.example/v",
        f"https://ana:{SECRET}@shop.example/v",
        f"https://shop.example/v?token={SECRET}",
        f"https://shop.example/v?a=b&X-Goog-Signature={SECRET}",
    ],
)
def test_a_credential_in_the_address_is_refused_without_repeating_it(url: str):
    with pytest.raises(ValueError, match=r"write \{env: NAME\}") as caught:
        HttpSource(url=url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "shop.example", "ftp://shop.example", "file:///etc/passwd", "https://", "/v"]
)
def test_an_address_that_is_no_web_address_is_refused(url: str):
    with pytest.raises(ValueError, match="url starts with"):
        HttpSource(url=url)


@pytest.mark.parametrize(
    "settings",
    [
        {"pointer": "commit"},
        {"pointer": "/a~2b"},
        {"pointer": "/a", "header": "X-Commit"},
        {"timeout": 0},
        {"headers": {"X-Team": "shop\r\nX-Other: x"}},
        {"headers": {"X-Team": "caf\u00e9"}},
        {"ca_file": "a\0b"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]):
    with pytest.raises(ValueError):
        HttpSource(url="https://shop.example", **settings)


def test_the_query_of_the_address_is_kept_out_of_messages():
    with serving(body("", 500)) as served:
        assert problem(HttpSource(url=served.url("/v?build=7#x")))[1] == (
            f"http://127.0.0.1:{served.port}/v answered 500 Internal Server Error"
        )


def busy(times: int, status: int = 429, **headers: str) -> Answer:
    """Asks to be asked later, so many times, and then answers."""
    left = [times]

    def answer(handler: BaseHTTPRequestHandler) -> None:
        left[0] -= 1
        body(FULL, status if left[0] >= 0 else 200, **headers)(handler)

    return answer


@pytest.mark.parametrize("status", [429, 503])
def test_who_is_too_busy_is_asked_again(status: int):
    with serving(busy(2, status)) as served:
        assert read(HttpSource(url=served.url())) == (Revision(FULL),)
    assert len(served.asked) == 3


def test_it_waits_for_as_long_as_it_is_told_to():
    began = time.monotonic()
    with serving(busy(1, Retry_After="1")) as served:
        assert read(HttpSource(url=served.url())) == (Revision(FULL),)
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("later", ["60", "99999999999999999999", "Fri, 31 Dec 2027 23:59:59 GMT", "-1", "x"])
def test_it_does_not_wait_longer_than_it_has_time(later: str):
    began = time.monotonic()
    with serving(busy(99, Retry_After=later)) as served:
        code, message = problem(HttpSource(url=served.url(), timeout=3))
    assert time.monotonic() - began < 3
    assert code is Code.SOURCE_ERROR
    assert "answered 429 Too Many Requests" in message


def test_no_address_is_written_to_the_log_of_the_process(caplog):
    caplog.set_level("INFO")
    with serving(body("e8b017d")) as served:
        read(HttpSource(url=served.url("/services/T0/SECRET")))
        assert served.asked
    assert "SECRET" not in caplog.text


def test_nobody_there_is_said_in_the_words_of_the_system():
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match="cannot be asked: Connection refused"):
        read(HttpSource(url=f"http://127.0.0.1:{port}/version"))


def test_a_name_that_nobody_knows_is_said_without_a_number(monkeypatch):
    def unheard(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unheard)
    _, message = problem(HttpSource(url="http://shop.example/"))
    assert message == "http://shop.example/ cannot be asked: its name is not known"


def test_a_socket_that_is_not_there_is_named(tmp_path):
    place = str(tmp_path / "d.sock")
    with pytest.raises(HttpError) as caught:
        ask(
            Request(
                url="http://x/",
                headers={},
                whose="x",
                timeout=5,
                ca_file="",
                body=True,
                limit=9,
                socket=place,
            )
        )
    said = f"the socket {tmp_path}/d.sock cannot be asked: No such file or directory"
    assert caught.value.message == said


@pytest.mark.parametrize(
    ("age", "weak"), [("86400", True), ("61", True), ("60", False), ("", False), ("soon", False)]
)
def test_an_answer_that_a_cache_kept_is_no_proof(age: str, weak: bool) -> None:
    with serving(body(FULL, Age=age, X_Commit=FULL)) as served:
        for source in (HttpSource(url=served.url()), HttpSource(url=served.url(), header="X-Commit")):
            assert [(one.text, one.weak) for one in read(source)] == [(FULL, weak)]
