"""Google's own descriptions of its interfaces, as its client library ships them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from googleapiclient.discovery_cache import get_static_doc  # type: ignore[import-untyped]
from jsonschema import Draft4Validator

_KEPT = {"type", "items", "additionalProperties", "enum"}


def conforms(interface: str, version: str, name: str, shown: object) -> None:
    """Raises where something has a field that the description of its kind does not know."""
    Draft4Validator({"$ref": f"#/definitions/{name}", "definitions": _schemas(interface, version)}).validate(
        shown
    )


@cache
def _schemas(interface: str, version: str) -> dict[str, Any]:
    described = json.loads(get_static_doc(interface, version))["schemas"]
    return {name: _closed(one) for name, one in described.items()}


def _closed(schema: Any) -> Any:
    """The same as a JSON Schema that knows no further fields."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": f"#/definitions/{schema['$ref']}"}
    kept = {key: _closed(one) for key, one in schema.items() if key in _KEPT}
    if "properties" in schema:
        kept["properties"] = {key: _closed(one) for key, one in schema["properties"].items()}
        kept["additionalProperties"] = False
    return kept
