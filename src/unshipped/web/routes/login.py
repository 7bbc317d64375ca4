"""The way to be known, and to be forgotten."""

from __future__ import annotations

import logging
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
log = logging.getLogger("unshipped")


@router.get(LOGIN, response_model=None)
def begin(request: Request, back: Annotated[str, Query()] = "/") -> Response:
    """To the provider."""
    try:
        limited(request, address_of(request), LOGINS)
        address, cookies = _login(request).begin(_cookie(request), back, ground_of(request).clock())
    except RefusalError as error:
        return _refused(request, error)
    return _sent(address, *cookies)


@router.get(f"{LOGIN}/callback", response_model=None)
def finish(request: Request) -> Response:
    """And back, as somebody. Who comes back twice is somebody already."""
    try:
        limited(request, address_of(request), LOGINS)
        login, now = _login(request), ground_of(request).clock()
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
