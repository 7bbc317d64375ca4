"""One GET with a limit on its whole time, on its size, and on where redirects may lead."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from threading import Thread

import httpx2

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.sources._parse import LIMIT, shown

REDIRECTS = 3
"""How many redirects are followed."""

_HEADERS = {
    "Accept": "application/json, text/plain;q=0.9",
    "Accept-Encoding": "identity",  # a small packed answer may unpack to one without end
    "Cache-Control": "no-cache, no-store",
    "Pragma": "no-cache",
    "User-Agent": "unshipped",
}
_CODES = {401: Code.SOURCE_DENIED, 403: Code.SOURCE_DENIED, 404: Code.NOT_FOUND, 410: Code.NOT_FOUND}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask for."""

    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    whose: str
    """The address as messages may show it."""
    timeout: float
    """Seconds for everything together."""
    ca_file: str
    body: bool
    """Whether the body is wanted."""
    secret: bool
    """Whether the address itself is a secret; no message repeats any part of it then."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer. The body has at most one byte more than `LIMIT`, and is empty if not wanted."""

    headers: Mapping[str, str]
    body: bytes


def fetch(request: Request) -> Answer:
    """The answer with a status of 2xx. Raises `SourceError` in every other case."""
    try:
        return _in_time(request)
    except (TimeoutError, httpx2.TimeoutException):
        message = f"{request.whose} did not answer within {request.timeout:g} s"
        raise SourceError(Code.SOURCE_TIMEOUT, message) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as error:
        reason = type(error).__name__ if request.secret else shown(str(error)) or type(error).__name__
        raise SourceError(Code.SOURCE_ERROR, f"{request.whose} cannot be asked: {reason}") from None


def _in_time(request: Request) -> Answer:
    """Two limits: the inner one ends the exchange and closes its connection, however slowly bytes drip in;
    the outer one holds even where the system's look-up of a host name cannot be interrupted. The thread
    also lets a caller that has an event loop of its own wait here.
    """
    answer: Future[Answer] = Future()
    Thread(target=_fulfil, args=(answer, request), name="unshipped-http", daemon=True).start()
    return answer.result(request.timeout)


def _fulfil(answer: Future[Answer], request: Request) -> None:
    try:
        answer.set_result(asyncio.run(asyncio.wait_for(_exchange(request), request.timeout)))
    except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
        answer.set_exception(error)


async def _exchange(request: Request) -> Answer:
    url = httpx2.URL(request.url)
    headers = httpx2.Headers(_HEADERS)
    headers.update(request.headers)
    async with _client(request) as client:
        for _ in range(REDIRECTS + 1):
            async with client.stream("GET", url, headers=headers) as response:
                if not response.has_redirect_location:
                    return await _answer(response, request)
                url = _next(url, response.headers["Location"], request)
    raise SourceError(Code.SOURCE_ERROR, f"{request.whose} redirects more than {REDIRECTS} times")


def _client(request: Request) -> httpx2.AsyncClient:
    trusted = _authorities(request) if request.ca_file else _system_authorities()
    straight: dict[str, httpx2.AsyncBaseTransport | None] = {"http://": None}
    return httpx2.AsyncClient(verify=trusted, timeout=None, mounts=straight)  # _in_time limits it


@cache
def _system_authorities() -> ssl.SSLContext:
    """Kept, because reading the system's certificates takes longer than asking most addresses."""
    return httpx2.create_ssl_context()


def _authorities(request: Request) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=request.ca_file)
    except OSError as error:
        message = f"ca_file {shown(request.ca_file)} cannot be used: {error.strerror}"
        raise SourceError(Code.SOURCE_ERROR, message, "it is a file in PEM format") from None


def _next(here: httpx2.URL, location: str, request: Request) -> httpx2.URL:
    there = here.join(location)
    if not stays(here, there):
        place = shown(f"{there.scheme}://{there.netloc.decode('ascii', 'replace')}")
        message = f"{request.whose} redirects to another place, {place}, which was not asked"
        raise SourceError(Code.SOURCE_ERROR, message, "if that place is yours, write its address in `url`")
    return there


def stays(here: httpx2.URL, there: httpx2.URL) -> bool:
    """Whether a redirect stays on the same host and port, or only leaves http for https there."""
    same = (there.scheme, there.port) == (here.scheme, here.port)
    safer = (here.scheme, there.scheme) == ("http", "https") and here.port is there.port is None
    return there.host == here.host and not there.userinfo and (same or safer)


async def _answer(response: httpx2.Response, request: Request) -> Answer:
    if not response.is_success:
        code = _CODES.get(response.status_code, Code.SOURCE_ERROR)
        reason = f"{response.status_code} {httpx2.codes.get_reason_phrase(response.status_code)}".strip()
        raise SourceError(code, f"{request.whose} answered {reason}")
    return Answer(response.headers, await _body(response, request) if request.body else b"")


async def _body(response: httpx2.Response, request: Request) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise SourceError(Code.SOURCE_ERROR, f"{request.whose} packed its answer, though asked not to")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LIMIT:
            break
    return bytes(body[: LIMIT + 1])
