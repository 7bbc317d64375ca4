"""The way to be known, and to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from unshipped.web.answers import RefusalError
from unshipped.web.ground import address_of, ground_of, limited
from unshipped.web.limits import STRANGERS

if TYPE_CHECKING:
    from unshipped.web.oidc import Login

router = APIRouter(include_in_schema=False)
LOGIN, LOGOUT = "/login", "/logout"


@router.get(LOGIN, response_model=None)
def begin(request: Request, back: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """To the provider."""
    limited(request, address_of(request), STRANGERS)
    address, cookie = _login(request).begin(back)
    return _sent(address, cookie)


@router.get(f"{LOGIN}/callback", response_model=None)
def finish(request: Request) -> Response:
    """And back, as somebody."""
    limited(request, address_of(request), STRANGERS)
    headers = {"cookie": request.headers.get("cookie", "")}
    back, cookies = _login(request).finish(headers, dict(request.query_params), ground_of(request).clock())
    return _sent(back, *cookies)


@router.get(LOGOUT, response_model=None)
def leave(request: Request) -> Response:
    """A stranger again."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise RefusalError(403, "a page of another site may not ask this")
    return _sent("/", _login(request).sessions.end())


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
