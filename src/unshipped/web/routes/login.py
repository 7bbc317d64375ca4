"""The way to be known, and to be forgotten."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from unshipped.web.answers import RefusalError
from unshipped.web.ground import address_of, ground_of, known, limited
from unshipped.web.limits import LOGINS

if TYPE_CHECKING:
    from unshipped.web.oidc import Login

router = APIRouter(include_in_schema=False)
LOGIN, LOGOUT = "/login", "/logout"
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Not logged in · unshipped</title>
<h1>You are not logged in</h1>
<p>{said}</p>
<p><a href="/login">Log in again</a> or <a href="/">go to the page</a></p>
</html>
"""
_AT_ONCE = 20
"""Whoever waits for the provider has a thread of this process: half of them are for everybody else, however
long it keeps silent.
"""
_waiting = threading.BoundedSemaphore(_AT_ONCE)
log = logging.getLogger("unshipped")


@router.get(LOGIN, response_model=None)
def begin(request: Request, back: Annotated[str, Query()] = "/") -> Response:
    """To the provider."""
    try:
        with _one_of_few(request):
            address, cookies = _login(request).begin(_cookie(request), back, ground_of(request).clock())
    except RefusalError as error:
        return _refused(request, error)
    return _sent(address, *cookies)


@router.get(f"{LOGIN}/callback", response_model=None)
def finish(request: Request) -> Response:
    """And back, as somebody. Who comes back twice is somebody already."""
    try:
        login, now = _login(request), ground_of(request).clock()
        with _one_of_few(request):
            back, cookies = login.finish(_cookie(request), dict(request.query_params), now)
    except RefusalError as error:
        return _sent("/") if error.status == 400 and known(request) else _refused(request, error)
    return _sent(back, *cookies)


@router.get(LOGOUT, response_model=None)
def leave(request: Request) -> Response:
    """A stranger again."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise RefusalError(403, "a page of another site may not ask this")
    return _sent("/", _login(request).sessions.end())


@contextmanager
def _one_of_few(request: Request) -> Iterator[None]:
    """Raises `RefusalError` where too many are on the way already."""
    limited(request, address_of(request), LOGINS)
    if not _waiting.acquire(blocking=False):
        raise RefusalError(503, "too many log in at this moment", "again in a moment", {"Retry-After": "5"})
    try:
        yield
    finally:
        _waiting.release()


def _cookie(request: Request) -> dict[str, str]:
    return {"cookie": request.headers.get("cookie", "")}


def _refused(request: Request, error: RefusalError) -> Response:
    """To a person as a page; to whoever runs this as a line in the log, where it is not for want of a cookie.
    Raises it for a program.
    """
    if error.status > 400:
        log.warning("nobody is logged in: %s", error.detail)
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    return HTMLResponse(_PAGE.format(said=escape(error.detail)), error.status, headers=error.headers)


def _login(request: Request) -> Login:
    login = ground_of(request).login
    if login is None:
        raise RefusalError(404, "nobody logs in here")
    return login


def _sent(address: str, *cookies: str) -> Response:
    answer = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
    for cookie in cookies:
        answer.headers.append("Set-Cookie", cookie)
    return answer
