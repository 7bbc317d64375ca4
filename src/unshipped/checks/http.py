"""An address of the service that has to answer as it should."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, ClassVar, Literal

from unshipped.checks._probing import (
    MOST_ATTEMPTS,
    Probing,
    check_timeout,
    could_not,
    failed,
    passed,
)
from unshipped.core.texts.foreign import shown
from unshipped.http.checks import check_headers, check_url, sendable
from unshipped.http.exchange import Answer, HttpError, Request, SilentError, UnreachedError, ask
from unshipped.platforms.orders import fill
from unshipped.platforms.settings import check_no_nul, check_pointer
from unshipped.platforms.steps import pointed
from unshipped.ports.deploying import Order, Probed, Progress
from unshipped.secrets import Reference, check_reference, named, text_of

_LARGEST = 1024 * 1024
_NO_WORD = frozenset({401, 403, 407, 429})
"""Who answers so was never asked what it should be asked: that says nothing about the service."""

_ANYTHING = {"Accept": "application/json, text/plain;q=0.9, */*;q=0.1"}
_PAGE = re.compile(rb"(?is)(\xef\xbb\xbf)?(?>\s|<!--.*?-->|<\?.*?\?>)*+<(!doctype|html)")
"""A page, whatever stands before it: a mark of its encoding, comments such as those of a page to log in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCheck:
    """Asks an address, with caches told to stand aside. It passes if status, body and time are as declared.

    A refusal of who asks (401, 403, 407, 429), a redirect to another host, a page where none was declared and
    silence say nothing about the service: it could not run, and is no failure.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    EXAMPLE: ClassVar[dict[str, Any]] = {"url": "https://{service}.example.com/healthz"}

    url: str | Reference
    """The address to ask, http or https. `{service}`, `{environment}` and `{commit}` are replaced, here and
    in `pointer`, `equals` and `contains`."""

    status: tuple[int, ...] = (200,)
    """The statuses that are right. With one of a redirect, such as 302, that is not followed."""

    pointer: str = ""
    """JSON pointer (RFC 6901) to what has to equal `equals`, such as `/checks/database/status`."""

    equals: str = ""
    """What lies at `pointer`, as text: `ok`, `true`, `3`, `{commit}`."""

    contains: str = ""
    """A text that the answer has to hold."""

    headers: dict[str, str | Reference] = field(default_factory=dict)
    """Headers to send. One that carries a credential is written `{env: NAME}` or `{file: PATH}`."""

    latency: float = 0.0
    """Seconds within which the whole answer has to be there; 0: however long it takes."""

    attempts: int = 3
    """How often it is asked before what it answers counts."""

    pause: float = 2.0
    """Seconds between two attempts."""

    silence: Literal["could-not-run", "failed"] = "could-not-run"
    """What it means never to be answered: `failed` where nothing else could be silent in its place."""

    timeout: float = 30.0
    """Seconds for everything together. Each attempt has its part of them."""

    ca_file: str = ""
    """File with the certificate authorities (PEM) to trust in place of the system's."""

    def __post_init__(self) -> None:
        if bool(self.pointer) != bool(self.equals):
            raise ValueError("pointer and equals belong together: where to look, and what has to be there")
        if not self.status or not all(100 <= one <= 599 for one in self.status):
            raise ValueError("status is a list of statuses of HTTP, such as [200, 204]")
        if not 1 <= self.attempts <= MOST_ATTEMPTS:
            raise ValueError(f"attempts is a number from 1 to {MOST_ATTEMPTS}")
        if not 0 <= self.pause <= 600 or not 0 <= self.latency <= 600:
            raise ValueError("pause and latency are numbers of seconds, at most 600")
        check_pointer(self.pointer)
        check_timeout(self.timeout)
        check_no_nul(self.ca_file)
        check_reference(self.url, *self.headers.values())
        check_headers({name: value for name, value in self.headers.items() if isinstance(value, str)})
        if isinstance(self.url, str):
            check_url(self.url)

    def probe(self, order: Order, progress: Progress) -> Probed:
        probing = Probing(self.timeout, progress)
        return probing.until_passed(
            lambda: self._asked(order, probing), attempts=self.attempts, pause=self.pause
        )

    def _asked(self, order: Order, probing: Probing) -> Probed:
        request = self._request(order, probing.share)
        began = monotonic()
        try:
            answer = ask(request)
        except (SilentError, UnreachedError) as error:
            return (failed if self.silence == "failed" else could_not)(error.message)
        except HttpError as error:
            return could_not(error.message)
        took = monotonic() - began
        if answer.status not in self.status:
            expected = " or ".join(map(str, self.status))
            said = f"{request.whose} answered {answer.status}, {expected} was expected"
            return could_not(said) if answer.status in _NO_WORD else failed(said)
        if self.latency and took > self.latency:
            return failed(f"{request.whose} took {took:.2f} s, at most {self.latency:g} s were expected")
        return self._read(answer, order, request.whose, took)

    def _read(self, answer: Answer, order: Order, whose: str, took: float) -> Probed:
        pointer, equals, contains = (fill(text, order) for text in (self.pointer, self.equals, self.contains))
        if _PAGE.match(answer.body) and not contains and not 300 <= answer.status < 400:
            return could_not(f"{whose} answered with a page: say in `contains` what it has to hold")
        cut = len(answer.body) > _LARGEST
        if contains and contains.encode() not in answer.body:
            where = f" in its first {_LARGEST // 2**20} MiB" if cut else ""
            return (could_not if cut else failed)(f"{whose} does not hold {shown(contains, 80)!r}{where}")
        if pointer and cut:
            return could_not(f"{whose} answered more than {_LARGEST // 2**20} MiB, too much to look into")
        if pointer:
            try:
                found = pointed(json.loads(answer.body), pointer)
            except (ValueError, RecursionError):
                return failed(f"{whose} answered with text that is no whole JSON")
            said = found if isinstance(found, str) else json.dumps(found)
            if said != equals:
                return failed(f"{whose} has {shown(said, 80)} at {pointer}, {shown(equals, 80)} was expected")
        return passed(f"{whose} answered {answer.status} in {took:.2f} s")

    def _request(self, order: Order, timeout: float) -> Request:
        url = fill(text_of(self.url).strip(), order)
        return Request(
            url=url,
            whose=named(self.url) or shown(url.partition("?")[0].partition("#")[0]),
            headers=self._headers(),
            timeout=timeout,
            ca_file=self.ca_file,
            body=True,
            secret=not isinstance(self.url, str),
            limit=_LARGEST,
            refusals=True,
            ends=self.status,
            patient=False,
        )

    def _headers(self) -> dict[str, str]:
        """Those that are declared. Where no JSON is looked for, whatever is sent will do: a page is refused
        to who takes JSON alone.
        """
        usual = {} if self.pointer or any(name.lower() == "accept" for name in self.headers) else _ANYTHING
        return usual | {name: _header(value) for name, value in self.headers.items()}


def _header(value: str | Reference) -> str:
    found = text_of(value)
    return found if sendable(found) else ""
