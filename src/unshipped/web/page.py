"""The page that people look at: files that were built from `frontend/`, sent as they are."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.web.answers import RefusalError
from unshipped.web.ground import ground_of
from unshipped.web.routes import badge

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_FOREVER = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)
router.include_router(badge.router)


def framing(text: str) -> str:
    """An origin that may frame the board. Raises `UsageError` for what is none: it stands in a policy."""
    if not _ORIGIN.fullmatch(text):
        raise UsageError(f"{text!r} is no origin of a page", "write one like https://admin.example.com")
    return text


class File(Value):
    """One file as it goes over the wire."""

    body: bytes
    packed: bytes
    kind: str
    tag: str


@router.get("/", response_model=None)
def page(request: Request) -> Response:
    """The page itself. It names its files by what they hold, so it alone has to be asked for again."""
    return _sent(request, "index.html", "no-cache")


@router.get("/embed", response_model=None)
def embed(request: Request) -> Response:
    """The board alone, to read: pages of its own origin, and of those listed, may show it in a frame."""
    allowed = " ".join(("frame-ancestors 'self'", *ground_of(request).frames))
    return _sent(request, "index.html", "no-cache", POLICY.replace("frame-ancestors 'none'", allowed))


@router.get("/assets/{name}", response_model=None)
def asset(request: Request, name: str) -> Response:
    """What the page is made of."""
    return _sent(request, f"assets/{name}", _FOREVER)


@router.get("/incidents/{identity:path}", response_model=None)
def incident(request: Request, identity: str) -> Response:
    """Where the button of a message leads: the page asks once more before anything is done."""
    return _led(request, "../", f"i/{quote(identity, safe='')}")


@router.get("/targets/{service}/{environment}", response_model=None)
def target(request: Request, service: str, environment: str) -> Response:
    """The same for one target."""
    return _led(request, "../../", f"t/{quote(service, safe='')}/{quote(environment, safe='')}")


def _led(request: Request, top: str, place: str) -> Response:
    """To a place of the page, named from here: a proxy may have it below a path of which nothing is known."""
    act = request.query_params.get("act", "")
    asked = f"?act={quote(act, safe='')}" if act else ""
    return RedirectResponse(f"{top}#/{place}{asked}", 303)


def _sent(request: Request, name: str, keep: str, policy: str = POLICY) -> Response:
    found = _files().get(name)
    if found is None:
        raise RefusalError(404, "there is no such file")
    headers = {
        "ETag": found.tag,
        "Cache-Control": keep,
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": policy,
    }
    if found.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=found.kind)
    return Response(found.body, headers=headers, media_type=found.kind)


@cache
def _files() -> dict[str, File]:
    return dict(_read())


def _read() -> Iterator[tuple[str, File]]:
    for path in STATIC.rglob("*"):
        if path.suffix in _KINDS:
            body = path.read_bytes()
            tag = f'"{sha256(body).hexdigest()[:32]}"'
            yield (
                path.relative_to(STATIC).as_posix(),
                File(body, gzip.compress(body), _KINDS[path.suffix], tag),
            )
