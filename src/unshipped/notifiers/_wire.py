"""Requests of one message, within one deadline. Whatever goes wrong is a `NotifyError`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from unshipped.errors import NotifyError
from unshipped.http.exchange import (
    HttpError,
    RedirectedError,
    RefusedError,
    Request,
    SilentError,
    ask,
)
from unshipped.notifiers._settings import WebSettings

LARGEST = 1024 * 1024
"""The most bytes of an answer that are read."""

_LONGEST_PAUSE = 86400.0
_LATER = frozenset({408, 409, 423, 425, 429})
"""Refusals that do not last, beside those of a server that failed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered."""

    whose: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def page(self) -> bool:
        """Whether it is a page for people, as a login or a proxy answers."""
        return self.body[:200].lstrip().lower().startswith((b"<!doctype", b"<html"))

    def document(self) -> dict[str, Any]:
        """The JSON object that it is. Raises `NotifyError`."""
        if len(self.body) > LARGEST:
            raise NotifyError(f"{self.whose} answered more than {LARGEST // 2**20} MiB")
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            kind = "a page" if self.page else "something else than a JSON object"
            raise NotifyError(f"{self.whose} answered with {kind}: whether it was told is not known")
        return found

    def rows(self) -> list[dict[str, Any]]:
        """The objects of the JSON list that it is. Raises `NotifyError`."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list):
            raise NotifyError(f"{self.whose} answered with something else than a list")
        return [one for one in found if isinstance(one, dict)]


@dataclass(frozen=True, slots=True)
class Wire:
    """Where the requests of one message go."""

    whose: str
    """What messages call the receiver."""
    settings: WebSettings
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    hint: str = ""
    """What to look at where it refuses."""
    end: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "end", monotonic() + self.settings.timeout)

    def send(
        self,
        url: str,
        payload: object,
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Reply:
        """The answer with a status of 2xx, or one of `accept`. Bytes are sent as they are, else JSON."""
        posted = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self._asked(
            url, posted, method, {"Content-Type": "application/json", **(headers or {})}, accept
        )

    def get(self, url: str, accept: Collection[int] = ()) -> Reply:
        """The answer to a question."""
        return self._asked(url, None, "GET", {}, accept)

    def _asked(
        self,
        url: str,
        posted: bytes | None,
        method: str,
        headers: Mapping[str, str],
        accept: Collection[int],
    ) -> Reply:
        left = self.end - monotonic()
        if left <= 0:
            raise NotifyError(f"{self.whose} did not answer within {self.settings.timeout:g} s")
        request = Request(
            url=url,
            headers={**self.headers, **headers},
            whose=self.whose,
            timeout=left,
            ca_file=self.settings.ca_file,
            body=True,
            limit=LARGEST,
            secret=True,
            post=posted,
            method=method,
            patient=False,
            redirects=0,
            public=not self.settings.private,
            refusals=True,
        )
        try:
            answer = ask(request)
        except SilentError:
            message = f"{self.whose} did not answer within {self.settings.timeout:g} s"
            raise NotifyError(message) from None
        except RedirectedError as error:
            raise NotifyError(error.message, "give the address that it leads to", final=True) from None
        except HttpError as error:
            raise NotifyError(error.message, error.hint) from None
        reply = Reply(self.whose, answer.status, answer.headers, answer.body)
        if 200 <= reply.status < 300 or reply.status in accept:
            return reply
        raise refused(reply, self.hint)


def refused(reply: Reply, hint: str = "", said: str = "") -> NotifyError:
    """An answer that is no success, as an error. `said` is the receiver's own word for it."""
    again = RefusedError("", reply.status, reply.headers).again_after
    limits = {name.lower().removeprefix("x-"): value for name, value in reply.headers.items()}
    often = reply.status == 429 or limits.get("ratelimit-remaining") == "0" or again is not None
    final = reply.status < 500 and reply.status not in _LATER and not often
    message = f"{reply.whose} answered {said or reply.status}"
    return NotifyError(
        message, hint if final else "", final=final, again_after=min(again or 0.0, _LONGEST_PAUSE) or None
    )


def received(reply: Reply) -> None:
    """Raises `NotifyError` where a receiver that need not say anything answered with a page: a login did."""
    if reply.page:
        raise NotifyError(f"{reply.whose} answered with a page: whether it was told is not known")
