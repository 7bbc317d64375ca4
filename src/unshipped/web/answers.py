"""How an answer looks, above all where there is none: one shape for every error (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from unshipped.errors import StoreError, UnshippedError, UsageError

PROBLEM = "application/problem+json"


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
    status = 503 if isinstance(error, StoreError) else 400 if isinstance(error, UsageError) else 502
    return problem(status, error.message, error.hint)


async def _unknown(_: Request, error: Any) -> Response:
    return problem(500, f"this is a bug in unshipped: {type(error).__name__}")


def tagged(request: Request, document: Any) -> Response:
    """The document with its tag; nothing but the tag where the caller has it already."""
    answer = JSONResponse(jsonable_encoder(document))
    tag = f'"{sha256(bytes(answer.body)).hexdigest()[:32]}"'
    if tag in [one.strip() for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "no-cache"
    return answer
