"""The page that people look at: files that were built from `frontend/`, sent as they are."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response

from unshipped.web.answers import RefusalError

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
_FOREVER = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


class File(NamedTuple):
    """One file as it goes over the wire."""

    body: bytes
    packed: bytes
    kind: str
    tag: str


@router.get("/", response_model=None)
def page(request: Request) -> Response:
    """The page itself. It names its files by what they hold, so it alone has to be asked for again."""
    return _sent(request, "index.html", "no-cache")


@router.get("/assets/{name}", response_model=None)
def asset(request: Request, name: str) -> Response:
    """What the page is made of."""
    return _sent(request, f"assets/{name}", _FOREVER)


def _sent(request: Request, name: str, keep: str) -> Response:
    found = _files().get(name)
    if found is None:
        raise RefusalError(404, "there is no such file")
    headers = {
        "ETag": found.tag,
        "Cache-Control": keep,
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": POLICY,
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
