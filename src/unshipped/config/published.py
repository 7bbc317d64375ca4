"""The JSON Schema that editors read: from the models, with the kinds of everything that has kinds put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from unshipped.config.expected import BRANCH, ExpectedSetting
from unshipped.config.fields import WORD
from unshipped.config.generator import Generator
from unshipped.config.kinds import CHECK, DEPLOYER, NOTIFIER, PLACEHOLDER, SOURCE
from unshipped.config.options import options_model
from unshipped.config.schema import File

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
ID = "urn:unshipped:configuration:1"


TEXTS = {
    SOURCE: ("Source", "How to read what serves: a kind of source and its options."),
    NOTIFIER: ("Receiver", "Who is told, and how: a kind of notifier and its options."),
    DEPLOYER: ("Deployer", "Who brings a revision to serve, and how: a kind of deployer and its options."),
    CHECK: ("Check", "What is probed, and how: a kind of check and its options."),
}
"""By the setting that says which kind it is: the name of the definition, and what it is."""


def publish(kinds: Mapping[str, Mapping[str, type]]) -> dict[str, Any]:
    """The schema of the file, with the given kinds of each thing that has one, by the word that says it."""
    models = {
        word: [options_model(kind, options, word) for kind, options in kinds.get(word, {}).items()]
        for word in TEXTS
    }
    every: list[type[BaseModel]] = [
        File,
        ExpectedSetting,
        *(model for several in models.values() for model in several),
    ]
    wanted: list[tuple[type[BaseModel], Literal["validation"]]] = [(model, "validation") for model in every]
    references, definitions = models_json_schema(wanted, schema_generator=Generator)
    definitions = _filled(definitions["$defs"])
    del definitions["SourceSpec"]  # what a source becomes: nobody writes it
    for word, (name, text) in TEXTS.items():
        listed = [references[model, "validation"] for model in models[word]]
        definitions[name] = _one_of(word, text, listed)
    definitions["Deployed"] = _deployed()
    definitions["Expected"] = _expected()
    file = definitions.pop("File")
    file["title"] = "unshipped.yaml"
    file["patternProperties"] = {"^x-": {"description": "Holds what aliases refer to; sets nothing itself."}}
    return {"$schema": SCHEMA, "$id": ID, **file, "$defs": definitions}


def _one_of(word: str, text: str, references: Sequence[object]) -> dict[str, Any]:
    return {
        "description": text,
        "type": "object",
        "required": [word],
        "discriminator": {"propertyName": word},
        "oneOf": references or [False],
    }


def _deployed() -> dict[str, Any]:
    commit = {"description": "The commit id that serves.", "type": WORD, "pattern": r"\S"}
    one = [{"$ref": "#/$defs/Source"}, commit]
    several = {"description": "Several sources that must agree.", "type": "array", "minItems": 1}
    return {
        "description": "A commit id, a source, or a list of these.",
        "anyOf": [*one, {**several, "items": {"anyOf": one}}],
    }


def _expected() -> dict[str, Any]:
    return {
        "description": "Which revision should serve: a branch, one by a rule, or what a source tells.",
        "anyOf": [{"$ref": "#/$defs/ExpectedSetting"}, {"$ref": "#/$defs/Source"}, BRANCH],
    }


def _filled(schema: Any) -> Any:
    """The schema with a reference wherever the models left a place for kinds."""
    if isinstance(schema, list):
        return [_filled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    reference = {"$ref": f"#/$defs/{schema[PLACEHOLDER]}"} if PLACEHOLDER in schema else {}
    return reference | {key: _filled(item) for key, item in schema.items() if key != PLACEHOLDER}
