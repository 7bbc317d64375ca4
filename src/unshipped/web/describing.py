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
    "content": {PROBLEM: {"schema": _REFERENCE}},
}


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
    for methods in made["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _NO_SUCCESS
    return made
