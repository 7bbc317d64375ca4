"""An interface that answers with JSON, asked page by page within one deadline."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from urllib.parse import quote, urlencode

from unshipped.core.model import Code
from unshipped.core.texts.foreign import shown
from unshipped.errors import SourceError
from unshipped.http.exchange import Answer, Request
from unshipped.platforms.fetch import fetch

LARGEST = 32 * 1024 * 1024
"""The most bytes that one answer may have."""

MOST_PAGES = 1000

REQUEST = 30.0
"""Seconds for one request of a conversation that has no end of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Where the interface is, and who asks."""

    base: str
    """Its address, without a slash at the end."""
    timeout: float
    """Seconds for everything that is asked through this object together."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: str = ""
    socket: str = ""
    """Path of a Unix socket that is asked in place of the address's host."""
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """Whom to trust and what to show in return, where that is not the system's."""
    end: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "end", monotonic() + self.timeout)

    def again(self) -> Api:
        """The same, with all of its time."""
        return replace(self)

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> object:
        """What is answered to a change; None where nothing is. It is asked for once. Raises `SourceError`."""
        kind = {"Content-Type": "application/json", **(headers or {})}
        posted = b"" if body is None else json.dumps(body).encode()
        answer = self.answer(path, query, posted, kind, method=method)
        return document(answer, self._whose(path)) if answer.body.strip() else None

    def get(
        self, path: str, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> object:
        """The JSON at a path. Raises `SourceError`."""
        return document(self.answer(path, query, None, headers), self._whose(path))

    def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> object:
        """The JSON that answers to JSON, for an interface that reads by POST. Raises `SourceError`."""
        answer = self.answer(path, None, json.dumps(body).encode(), headers)
        return document(answer, self._whose(path))

    def answer(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        post: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        refusals: bool = False,
        elsewhere: bool = False,
        method: str = "",
    ) -> Answer:
        """The plain answer at a path. Raises `SourceError`. For `refusals` and `elsewhere` see `Request`."""
        left = self.end - monotonic()
        whose = self._whose(path)
        if left <= 0:
            raise SourceError(Code.SOURCE_TIMEOUT, f"{whose} did not answer within {self.timeout:g} s")
        address = self.base + path + (f"?{urlencode(query)}" if query else "")
        request = Request(
            url=address,
            headers={**self.headers, **(headers or {})},
            whose=whose,
            timeout=left,
            ca_file=self.ca_file,
            body=True,
            limit=LARGEST,
            post=post,
            socket=self.socket,
            refusals=refusals,
            tls=self.tls,
            elsewhere=elsewhere,
            method=method,
            patient=not method,
        )
        return fetch(request)

    def pages(
        self,
        path: str,
        query: Mapping[str, str],
        more: Callable[[object], Mapping[str, str]],
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[object]:
        """One page after another. `more` says what asks for the page after one; nothing after the last."""
        asked = dict(query)
        for _page in range(MOST_PAGES):
            page = self.get(path, asked, headers)
            yield page
            further = more(page)
            if not further:
                return
            asked.update(further)
        raise SourceError(Code.SOURCE_ERROR, f"{self._whose(path)} has more than {MOST_PAGES} pages")

    def _whose(self, path: str) -> str:
        return shown(f"{self.base}{path}")


def document(answer: Answer, whose: str) -> object:
    """The JSON of an answer. Raises `SourceError`."""
    if len(answer.body) > LARGEST:
        raise SourceError(Code.SOURCE_ERROR, f"{whose} answered more than {LARGEST // 2**20} MiB")
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        kind = "a page" if answer.body.lstrip().startswith(b"<") else "text that is no whole JSON"
        raise SourceError(Code.SOURCE_ERROR, f"{whose} answered with {kind}") from None


def segment(name: str) -> str:
    """A name as one segment of a path: nothing in it leads elsewhere."""
    return "%2E" * len(name) if name in (".", "..") else quote(name, safe="", errors="replace")
