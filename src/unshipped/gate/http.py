"""The question over HTTP: one request on a connection of its own, whose end nobody has to wait for."""

from __future__ import annotations

from unshipped.gate.values import Bypassing, Question

FORBIDDEN = 403
LONGEST = 10.0
"""Seconds after which a request is given up, whoever waits for it."""
_LARGEST = 1_000_000
_NOT_NOW = (401, FORBIDDEN, 408, 425, 429)


class AnsweredError(ValueError):
    """The server answered with a status that is no decision."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(f"the server answered {status}{why}")
        self.status = status

    @property
    def final(self) -> bool:
        """Whether it refuses what it was told: not for now, and whoever tells it."""
        return 400 <= self.status < 500 and self.status not in _NOT_NOW


def ask(
    server: str,
    token: str,
    question: Question,
    bypassing: Bypassing | None,
    now: float,
    given_at: str = "",
) -> object:
    """What the server says, as plain data. Raises `ValueError` or `OSError` with what went wrong; no message
    holds the token. `now` is the monotonic clock; `given_at` says when a bypass was given that is
    told late.
    """
    from http.client import HTTPConnection, HTTPException, HTTPSConnection
    from json import dumps
    from urllib.parse import urlsplit

    place = urlsplit(server)
    if place.scheme not in ("http", "https") or not place.hostname:
        raise ValueError("the server's address does not begin with http:// or https://")
    secure = place.scheme == "https"
    kind = HTTPSConnection if secure else HTTPConnection
    connection = kind(place.hostname, place.port, timeout=LONGEST)
    headers = {"Accept": "application/json", "Connection": "close"}
    if token:
        headers["Authorization"] = f"Bearer {_sendable(token)}"
    method, body = "GET", None
    if bypassing:
        when = {"given_at": given_at} if given_at else {}
        method, body = "POST", dumps({"bypass": bypassing._asdict(), **when})
        headers["Content-Type"] = "application/json"
    try:
        connection.request(method, place.path.rstrip("/") + _address(question), body, headers)
        response = connection.getresponse()
        text = _read(response, now)
        if response.status != 200:
            raise AnsweredError(response.status, _why(text))
        return _plain(text)
    except HTTPException as error:
        raise ValueError(f"the server did not speak HTTP: {type(error).__name__}") from None
    finally:
        connection.close()


def _sendable(token: str) -> str:
    """The token without the newline that its keeper may have put behind it. The library that sends it would
    repeat one that it cannot send.
    """
    found = token.strip()
    if not (found.isascii() and found.isprintable()):
        raise ValueError("the token holds a character that no header can carry")
    return found


def _read(response: object, begun: float) -> bytes:
    """The whole body, of limited size and time: each of its pieces may come in time and all of them not."""
    from time import monotonic

    text = b""
    while chunk := response.read1(65536):  # type: ignore[attr-defined]
        text += chunk
        if len(text) > _LARGEST:
            raise ValueError("the server's answer is larger than a decision can be")
        if monotonic() - begun > LONGEST:
            raise TimeoutError("the server's answer does not end")
    return text


def _plain(text: bytes) -> object:
    from json import loads

    try:
        return loads(text)
    except (ValueError, RecursionError):
        raise ValueError("the server's answer is no JSON") from None


def _why(text: bytes) -> str:
    """What an answer says of itself, where it says it as this server does."""
    from json import loads

    from unshipped.carried.rule import tidy

    try:
        message = loads(text)["error"]["message"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return f": {tidy(str(message), 200)}"


def _address(question: Question) -> str:
    from urllib.parse import quote, urlencode

    services = ",".join(quote(name, safe="") for name in question.services)
    asked = question._asdict()
    del asked["services"]
    given = {name: value for name, value in asked.items() if value not in (None, "", "work")}
    return "/api/v1/gate" + f"/{services}" * bool(services) + f"?{urlencode(given)}" * bool(given)
