"""How an answer looks, above all where there is none: one shape for every error (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from unshipped.errors import LapsedError, StoreError, UnshippedError, UsageError

JSON, PROBLEM = "application/json", "application/problem+json"


class RefusalError(Exception):
    """An answer that is no success, with its status and what to do."""

    def __init__(
        self, status: int, detail: str, hint: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.hint, self.headers = status, detail, hint, headers


def problem(
    status: int, detail: str, hint: str = "", headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """The one shape of an error."""
    body = {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **({"hint": hint} if hint else {}),
        **more,
    }
    return JSONResponse(body, status, headers=headers, media_type=PROBLEM)


def install(app: FastAPI) -> None:
    """Let every error have that shape."""
    app.add_exception_handler(RefusalError, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(UnshippedError, _known)
    app.add_exception_handler(Exception, _unknown)


async def _refused(_: Request, error: Any) -> Response:
    return problem(error.status, error.detail, error.hint, error.headers)


async def _http(_: Request, error: Any) -> Response:
    return problem(error.status_code, str(error.detail), headers=error.headers)


async def _invalid(_: Request, error: Any) -> Response:
    found = [
        {"where": ".".join(map(str, one["loc"])), "message": one["msg"]}
        for one in jsonable_encoder(error.errors())
    ]
    return problem(422, "the request is not understood", problems=found)


async def _known(_: Request, error: Any) -> Response:
    return explained(error)


def explained(error: UnshippedError) -> JSONResponse:
    """An error that a person can meet."""
    status = (
        503 if isinstance(error, StoreError | LapsedError) else 400 if isinstance(error, UsageError) else 502
    )
    return problem(status, error.message, error.hint)


async def _unknown(_: Request, error: Any) -> Response:
    return problem(500, f"this is a bug in unshipped: {type(error).__name__}")


def dumped(document: Any) -> bytes:
    """The document as JSON. What is no text in UTF-8 is replaced: half a character breaks a reader."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace")


def tagged(request: Request, document: Any) -> Response:
    """The document with its tag; nothing but the tag where the caller has it already."""
    body = dumped(document)
    return answered(request.headers, body, f'"{sha256(body).hexdigest()[:32]}"')


def answered(asked: Mapping[str, str], body: bytes, tag: str, packed: bytes | None = None) -> Response:
    """What is written already, packed where whoever sent these headers takes it so."""
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    known = [one.strip().removeprefix("W/") for one in asked.get("if-none-match", "").split(",")]
    if tag in known:
        return Response(status_code=304, headers=headers)
    if packed is not None and "gzip" in asked.get("accept-encoding", ""):
        return Response(packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=JSON)
    return Response(body, headers=headers, media_type=JSON)
