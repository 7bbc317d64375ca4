"""What holds for every request and every answer, whatever is asked."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unshipped.app.gate_api import ROOT
from unshipped.web.answers import problem

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


_HOOKS = "/api/v1/hooks/"
"""What forges and chats send is read no further than each of them may send."""
_LARGEST = 1_000_000
"""The most bytes of any other request: it is read before it is known who sends it."""
_TOO_LARGE = f"the request is larger than {_LARGEST:,} bytes"


class Guard:
    """Pages of others may not ask in the name of whoever looks at them; every answer says how to treat it."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it pass, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if "frame-ancestors 'self'" in headers["Content-Security-Policy"]:
                    del headers[
                        "X-Frame-Options"
                    ]  # it knows no lists, and would forbid what the policy allows
            await send(message)

        answer = self._foreign(scope) or _too_large(scope)
        await (answer or self._app)(scope, receive if _is_hook(scope) else _measured(receive), sent)

    def _foreign(self, scope: Scope) -> Response | None:
        if self._hosts and (Request(scope).url.hostname or "").lower() not in self._hosts:
            return problem(421, "this is not the host that was asked for")
        if scope["method"] in ("GET", "HEAD", "OPTIONS") and not _is_gate(scope):
            return None
        headers = Headers(scope=scope)
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is None:  # an old browser, or a place without TLS
            own = origin is None or origin.partition("://")[2] == headers.get("host", "")
        else:  # a proxy may have changed the host meanwhile
            own = site in ("same-origin", "none")
        return None if own else problem(403, "a page of another site may not ask this")


def _too_large(scope: Scope) -> Response | None:
    length = Headers(scope=scope).get("content-length", "")
    large = length.isdecimal() and (len(length) > 20 or int(length) > _LARGEST)
    return problem(413, _TOO_LARGE) if large and not _is_hook(scope) else None


def _is_hook(scope: Scope) -> bool:
    return _place(scope).startswith(_HOOKS)


def _is_gate(scope: Scope) -> bool:
    """Whether it writes down that it was asked, whatever it is asked with."""
    return f"{_place(scope)}/".startswith(f"{ROOT}/")


def _place(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _measured(receive: Receive) -> Receive:
    """What is sent piece by piece, without a word about how long it is. Raises `HTTPException`."""
    size = 0

    async def measured() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > _LARGEST:
            raise HTTPException(413, _TOO_LARGE)
        return message

    return measured
