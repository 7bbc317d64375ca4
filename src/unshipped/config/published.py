"""The JSON Schema that editors read: from the models, with the kinds of source put in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from unshipped.config.fields import WORD
from unshipped.config.generator import Generator
from unshipped.config.kinds import PLACEHOLDER
from unshipped.config.options import options_model
from unshipped.config.schema import File

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
ID = "urn:unshipped:configuration:1"


def publish(kinds: Mapping[str, type]) -> dict[str, Any]:
    """The schema of the file, with the given kinds of source."""
    models = {kind: options_model(kind, options) for kind, options in kinds.items()}
    every: list[type[BaseModel]] = [File, *models.values()]
    wanted: list[tuple[type[BaseModel], Literal["validation"]]] = [(model, "validation") for model in every]
    references, definitions = models_json_schema(wanted, schema_generator=Generator)
    definitions = _filled(definitions["$defs"])
    del definitions["SourceSpec"]  # what a source becomes: nobody writes it
    sources = [references[model, "validation"] for model in models.values()]
    definitions |= {"Source": _source(sources), "Deployed": _deployed()}
    file = definitions.pop("File")
    file["title"] = "unshipped.yaml"
    file["patternProperties"] = {"^x-": {"description": "Holds what aliases refer to; sets nothing itself."}}
    return {"$schema": SCHEMA, "$id": ID, **file, "$defs": definitions}


def _source(references: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "description": "How to read what serves: a kind of source and its options.",
        "type": "object",
        "required": ["source"],
        "discriminator": {"propertyName": "source"},
        "oneOf": references,
    }


def _deployed() -> dict[str, Any]:
    commit = {"description": "The commit id that serves.", "type": WORD, "pattern": r"\S"}
    one = [{"$ref": "#/$defs/Source"}, commit]
    several = {"description": "Several sources that must agree.", "type": "array", "minItems": 1}
    return {
        "description": "A commit id, a source, or a list of these.",
        "anyOf": [*one, {**several, "items": {"anyOf": one}}],
    }


def _filled(schema: Any) -> Any:
    """The schema with a reference wherever the models left a place for sources."""
    if isinstance(schema, list):
        return [_filled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    reference = {"$ref": "#/$defs/Deployed"} if PLACEHOLDER in schema else {}
    return reference | {key: _filled(item) for key, item in schema.items() if key != PLACEHOLDER}
