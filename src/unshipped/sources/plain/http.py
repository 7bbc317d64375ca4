"""An address that says which commit serves, such as Dockerflow's `/__version__`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from unshipped.core.model import Code, Reading, Revision, Target
from unshipped.errors import SourceError
from unshipped.http.checks import check_headers, check_url
from unshipped.http.exchange import Request
from unshipped.platforms.fetch import fetch
from unshipped.platforms.settings import check_no_nul, check_pointer, check_timeout, fill
from unshipped.ports import Look
from unshipped.secrets import Reference, check_reference, named, text_of
from unshipped.sources.plain._headers import revealed
from unshipped.sources.shared.files import LARGEST, files_of
from unshipped.sources.shared.parse import LIMIT, parse, revision, shown

_FRESH = 60
"""Seconds that an answer may have been kept by a cache and still tells what serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSource:
    """Asks an address, with caches told to stand aside, and reads at most 64 KiB of the answer.

    Without `pointer` and `header` the answer is a JSON object with `commit`, `revision`, `sha` or `git_sha`,
    a JSON text, or plain text. A redirect is followed on the same host only, or from http to https there.
    Certificates are always checked. `HTTPS_PROXY` and `NO_PROXY` are obeyed for https, where a proxy cannot
    read what passes; http goes straight to the host, because a proxy would see the headers.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    url: str | Reference
    """The address to ask, http or https. `{service}` and `{environment}` are replaced."""

    pointer: str = ""
    """JSON pointer (RFC 6901) to the commit id, such as `/git/commit/id`. Placeholders are replaced."""

    header: str = ""
    """Take the commit id from this header of the answer, and leave its body unread."""

    files: bool = False
    """Whether the answer has the ids of the files that run: they are held against the commit."""

    headers: dict[str, str | Reference] = field(default_factory=dict)
    """Headers to send. One that carries a credential is written `{env: NAME}` or `{file: PATH}`."""

    timeout: float = 5.0
    """Seconds for the whole of it: finding the host, connecting, redirects, the last byte of the answer."""

    ca_file: str = ""
    """File with the certificate authorities (PEM) to trust in place of the system's."""

    def __post_init__(self) -> None:
        if self.header and self.pointer:
            raise ValueError("header and pointer exclude each other: the commit id is in one place")
        if self.header and self.files:
            raise ValueError("files are in the body of the answer, which `header` leaves unread")
        check_pointer(self.pointer)
        check_timeout(self.timeout)
        check_no_nul(self.ca_file)
        check_reference(self.url, *self.headers.values())
        check_headers({name: value for name, value in self.headers.items() if isinstance(value, str)})
        if isinstance(self.url, str):
            check_url(self.url)

    def read(self, target: Target, look: Look) -> Reading:
        request = self._request(target)
        answer = fetch(request)
        if self.header:
            whose = f"header {self.header} of {request.whose}"
            return Reading((_dated(revision(answer.headers.get(self.header, ""), whose), answer.headers),))
        said = _dated(
            parse(answer.body, request.whose, fill(self.pointer, target), request.limit), answer.headers
        )
        return Reading((said,), files=files_of(answer.body, request.whose) if self.files else None)

    def ready(self, target: Target) -> None:
        """Raises `SourceError` where it could not be asked: a secret that is missing, or no web address."""
        whose = self._request(target)
        try:
            check_url(whose.url)
        except ValueError:
            raise SourceError(Code.SOURCE_ERROR, f"{whose.whose} is no web address") from None

    def _request(self, target: Target) -> Request:
        url = fill(text_of(self.url).strip(), target)
        return Request(
            url=url,
            whose=named(self.url) or shown(url.partition("?")[0].partition("#")[0]),
            headers=revealed(self.headers),
            timeout=self.timeout,
            ca_file=self.ca_file,
            body=not self.header,
            secret=not isinstance(self.url, str),
            limit=LARGEST if self.files else LIMIT,
        )


def _dated(said: Revision, headers: Mapping[str, str]) -> Revision:
    """An answer that a cache kept for some time says what served then."""
    age = headers.get("Age", "").strip()
    if not age.isdecimal() or int(age) <= _FRESH:
        return said
    return said._replace(weak=True, said_by="an answer out of a cache")
