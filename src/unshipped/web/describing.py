"""The description of the interface, as OpenAPI: what each route takes and answers, and the one error."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from unshipped.web.answers import PROBLEM
from unshipped.web.shapes._words import Problem

_REFERENCE = {"$ref": "#/components/schemas/Problem"}
_NO_SUCCESS = {
    "description": "What was not done, and why.",
    "headers": {
        "Retry-After": {
            "description": "After how many seconds it may be asked again, where that is said.",
            "schema": {"type": "integer"},
        }
    },
    "content": {PROBLEM: {"schema": _REFERENCE}},
}
_TAG = {
    "description": "Sent back as `If-None-Match`, it is answered 304 while nothing has changed.",
    "schema": {"type": "string"},
}
_UNCHANGED = {"description": "Nothing has changed since the answer with that tag."}
_UNTAGGED = ("/healthz", "/readyz", "/metrics", "/api/v1/stream", "/api/v1/gate", "/api/v1/gate/{services}")
_TOKEN = {"type": "http", "scheme": "bearer", "description": "A token, where one is needed."}


def describe(app: FastAPI) -> dict[str, Any]:
    """The description, made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _made(app)
    return app.openapi_schema


def _made(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    made["components"]["securitySchemes"] = {"token": _TOKEN}
    made["security"] = [{}, {"token": []}]
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            operation["responses"].pop("422", None)
            if method == "get" and path not in _UNTAGGED:
                operation["responses"]["200"]["headers"] = {"ETag": _TAG}
                operation["responses"]["304"] = _UNCHANGED
            operation["responses"]["default"] = _NO_SUCCESS
    return made
