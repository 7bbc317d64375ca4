"""One request with a limit on its whole time, on its size, and on where it may lead."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from ipaddress import ip_address
from pathlib import Path
from socket import gaierror
from threading import Thread
from typing import Any

import httpx2
import tenacity

from unshipped.core.texts.foreign import shown
from unshipped.errors import UnshippedError

REDIRECTS = 3
"""How many redirects are followed."""

ATTEMPTS = 5
"""How often somebody is asked who answers that it is too busy."""

_HEADERS = {
    "Accept": "application/json, text/plain;q=0.9",
    "Accept-Encoding": "identity",  # a small packed answer may unpack to one without end
    "Cache-Control": "no-cache, no-store",
    "Pragma": "no-cache",
    "User-Agent": "unshipped",
}
_SHORTLY = tenacity.wait_random_exponential(multiplier=0.2, max=2)
"""How long to wait, in seconds, before somebody is asked again who does not say when."""

_SAYS_NOTHING = ("", "All connection attempts failed")
"""Whether that was refused, or there was no way, stands in what caused it."""

_BUSY = frozenset({429, 503})

# It writes down every address that is asked, and some of them are secrets.
logging.getLogger("httpx2").setLevel(logging.WARNING)


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
    limit: int
    """The most bytes that the body may have. Whoever reads stops after one more than this."""
    secret: bool = False
    """Whether the address itself is a secret; no message repeats any part of it then."""
    post: bytes | None = field(default=None, repr=False)
    """What is sent with POST, for an interface that reads that way; None asks with GET."""
    method: str = ""
    """How it is asked, where that is neither GET nor POST."""
    patient: bool = True
    """Whether whoever is too busy is asked again, as long as there is time."""
    redirects: int = REDIRECTS
    """How many redirects are followed."""
    ends: tuple[int, ...] = ()
    """Statuses of a redirect that is the answer itself, and not followed."""
    public: bool = False
    """Whether nobody is asked who has no public address: a host of this network, or this machine."""
    socket: str = ""
    """Path of the Unix socket that is asked in place of a host."""
    refusals: bool = False
    """Whether an answer without a status of 2xx is wanted as it is, for an interface whose body says why."""
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """Whom to trust and what to show in return, in place of `ca_file` and of the system's authorities."""
    elsewhere: bool = False
    """Whether a redirect may lead to another host over https, for what is checked when it is there. None of
    `headers` goes along."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. The body has at most one byte more than the limit, and is empty if not wanted."""

    headers: Mapping[str, str]
    body: bytes
    status: int = 200


class HttpError(UnshippedError):
    """There is no answer that can be used. No message holds a secret, or what was answered."""


class SilentError(HttpError):
    """There was no answer in time."""


class UnreachedError(HttpError):
    """Nobody could be asked: there is no way to whom it was, or what came back is no HTTP."""


class RedirectedError(HttpError):
    """The answer lies elsewhere, where nobody said that it may be asked for."""


class RefusedError(HttpError):
    """An answer that is no success. Its headers may say what has to be done first."""

    def __init__(self, message: str, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers

    @property
    def again_after(self) -> float | None:
        """In how many seconds whoever was asked wants to be asked again, where it says so."""
        return _seconds(self.headers.get("Retry-After", ""))


class _BusyError(RefusedError):
    """Whoever was asked wants to be asked later."""


def ask(request: Request) -> Answer:
    """The answer with a status of 2xx, or a refusal if wanted. Raises `HttpError` in every other case."""
    try:
        return _in_time(request)
    except (TimeoutError, httpx2.TimeoutException):
        raise SilentError(f"{request.whose} did not answer within {request.timeout:g} s") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as error:
        said = shown(str(error))
        unsent = isinstance(error, httpx2.LocalProtocolError)  # it repeats a header that cannot be sent
        hidden = request.secret or unsent or said in _SAYS_NOTHING or said.startswith("[Errno")
        whose = f"the socket {shown(request.socket)}" if request.socket else request.whose
        raise UnreachedError(f"{whose} cannot be asked: {_reason(error) if hidden else said}") from None


def _reason(error: BaseException) -> str:
    """Why it failed, in words that hold nothing of the address."""
    name, found = type(error).__name__, error.__cause__ or error.__context__
    while found:
        if isinstance(found, ssl.SSLCertVerificationError):
            return "its certificate is not accepted"
        if isinstance(found, gaierror):
            return "its name is not known"
        if isinstance(found, OSError) and (found.errno or 0) > 0:
            return os.strerror(found.errno or 0)
        found = found.__cause__ or found.__context__
    return name


def _in_time(request: Request) -> Answer:
    """Two limits: the inner one ends the exchange and closes its connection, however slowly bytes drip in;
    the outer one holds even where the loop is busy. The loop in a thread of its own also lets a caller that
    has another one wait here.
    """
    asked = _patiently(request) if request.patient else _exchange(request)
    exchange = asyncio.wait_for(asked, request.timeout)
    answer = asyncio.run_coroutine_threadsafe(exchange, _loop())
    try:
        return answer.result(request.timeout)
    finally:
        answer.cancel()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One for all requests: a fleet that is asked at once would spend more on a loop for each than on asking.

    What cannot be interrupted, such as the system's look-up of a host name, has threads enough beside it: a
    name that hangs delays no other.
    """
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(max_workers=1000, thread_name_prefix="unshipped-look-up"))
    Thread(target=loop.run_forever, name="unshipped-http", daemon=True).start()
    return loop


async def _patiently(request: Request) -> Answer:
    """Ask again where the answer is that it is asked too often, for as long as there is time."""
    again = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception_type(_BusyError),
        wait=_wait,
        stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_before_delay(request.timeout),
        reraise=True,
    )
    return await again(_exchange, request)


def _wait(state: tenacity.RetryCallState) -> float:
    """The seconds that were asked for, or a short time that grows."""
    error = state.outcome and state.outcome.exception()
    asked = error.again_after if isinstance(error, _BusyError) else None
    return _SHORTLY(state) if asked is None else asked


async def _exchange(request: Request) -> Answer:
    url = httpx2.URL(request.url)
    headers = httpx2.Headers(_HEADERS)
    headers.update(request.headers)
    async with await _client(request) as client:
        seen = {"trace": partial(_connected, request.whose)} if request.public else {}
        for _ in range(request.redirects + 1):
            method = request.method or ("GET" if request.post is None else "POST")
            async with client.stream(
                method, url, headers=headers, content=request.post, extensions=seen
            ) as response:
                if not response.has_redirect_location or response.status_code in request.ends:
                    return await _answer(response, request)
                there = _next(url, response.headers["Location"], request)
                if not stays(url, there):
                    headers = httpx2.Headers(_HEADERS)
                url = there
    raise RedirectedError(_too_far(request))


async def _connected(whose: str, event: str, info: Mapping[str, Any]) -> None:
    """Looks at who was reached before anything is said: a name may lead anywhere, and elsewhere next time."""
    if event != "connection.connect_tcp.complete":
        return
    stream = info["return_value"]
    there = stream.get_extra_info("server_addr")[0]
    if not ip_address(there.partition("%")[0]).is_global:
        await stream.aclose()  # nobody else knows of it yet
        hint = "if it is meant, set `private: true`"
        raise HttpError(f"{whose} has an address of a private network or of this machine", hint)


async def _client(request: Request) -> httpx2.AsyncClient:
    if request.socket:
        local = httpx2.AsyncHTTPTransport(uds=request.socket)
        return httpx2.AsyncClient(transport=local, timeout=None)
    trusted = request.tls or await _trusted(request.ca_file)
    straight: dict[str, httpx2.AsyncBaseTransport | None] = {"http://": None}
    return httpx2.AsyncClient(verify=trusted, timeout=None, mounts=straight)  # _in_time limits it


async def _trusted(ca_file: str) -> ssl.SSLContext:
    """A file is read beside the loop: one that hangs delays no other request."""
    return await asyncio.to_thread(_authorities, ca_file) if ca_file else _system_authorities()


@cache
def _system_authorities() -> ssl.SSLContext:
    """Kept, as those of a file, because reading certificates takes longer than asking most addresses."""
    return httpx2.create_ssl_context()


def _authorities(ca_file: str) -> ssl.SSLContext:
    """Those that stand in the file now: whoever runs for long sees them renewed."""
    try:
        now = Path(ca_file).stat()
        return _read(ca_file, now.st_mtime_ns, now.st_size, now.st_ino)
    except OSError as error:
        message = f"ca_file {shown(ca_file)} cannot be used: {error.strerror}"
        raise HttpError(message, "it is a file in PEM format") from None


@lru_cache(maxsize=64)
def _read(ca_file: str, *_state: int) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


def _next(here: httpx2.URL, location: str, request: Request) -> httpx2.URL:
    there = here.join(location)
    if not stays(here, there) and not (request.elsewhere and there.scheme == "https" and not there.userinfo):
        place = shown(f"{there.scheme}://{there.netloc.decode('ascii', 'replace')}")
        message = f"{request.whose} redirects to another place, {place}, which was not asked"
        raise RedirectedError(message, "if that place is yours, write its address in `url`")
    return there


def _too_far(request: Request) -> str:
    if request.redirects:
        return f"{request.whose} redirects more than {request.redirects} times"
    return f"{request.whose} redirects to another address"


def stays(here: httpx2.URL, there: httpx2.URL) -> bool:
    """Whether a redirect stays on the same host and port, or only leaves http for https there."""
    same = (there.scheme, there.port) == (here.scheme, here.port)
    safer = (here.scheme, there.scheme) == ("http", "https") and here.port is there.port is None
    return there.host == here.host and not there.userinfo and (same or safer)


async def _answer(response: httpx2.Response, request: Request) -> Answer:
    if not (response.is_success or request.refusals):
        reason = f"{response.status_code} {httpx2.codes.get_reason_phrase(response.status_code)}".strip()
        message = f"{request.whose} answered {reason}"
        error = _BusyError if response.status_code in _BUSY else RefusedError
        raise error(message, response.status_code, response.headers)
    body = await _body(response, request) if request.body else b""
    return Answer(response.headers, body, response.status_code)


def _seconds(retry_after: str) -> float | None:
    """The seconds of a Retry-After header; a date is not understood, since clocks differ."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdecimal() else None


async def _body(response: httpx2.Response, request: Request) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise HttpError(f"{request.whose} packed its answer, though asked not to")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > request.limit:
            break
    return bytes(body[: request.limit + 1])
