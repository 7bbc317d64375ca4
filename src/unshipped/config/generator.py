"""How models become JSON Schema: no noise, no null, and words where YAML has words."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from unshipped.config.fields import WORD
from unshipped.config.options import docstrings


class Generator(GenerateJsonSchema):
    """The differences to pydantic's own: see each method."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """A setting is described by the text below it."""
        found = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        texts = docstrings(model)
        for name, field in model.model_fields.items():
            setting = found.get("properties", {}).get(field.alias or name)
            if setting is not None and name in texts:
                setting.setdefault("description", texts[name])
        return found

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never: the name is the title."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """What may be left out may not be set to nothing."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A default that says something; an empty one only says that the setting may be left out."""
        if schema.get("default") in (None, "", (), {}):
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """A text may look like a number or a switch."""
        return {**super().str_schema(schema), "type": WORD}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Names that do not fit are refused, not let through unseen."""
        found: JsonSchemaValue = {"type": "object"}
        names = self._pattern_of(schema.get("keys_schema"))
        if names:
            found["propertyNames"] = {"pattern": names}
        if "values_schema" in schema:
            found["additionalProperties"] = self.generate_inner(schema["values_schema"])
        if "min_length" in schema:
            found["minProperties"] = schema["min_length"]
        return found

    def _pattern_of(self, schema: CoreSchema | None) -> str:
        return str(self.generate_inner(schema).get("pattern", "")) if schema else ""


def nullable_entries(schema: dict[str, Any]) -> None:
    """Lets the entries of a mapping be empty: `production:` with nothing below it declares enough."""
    for branch in (schema, *schema.get("anyOf", ())):
        if "additionalProperties" in branch:
            branch["additionalProperties"] = {"anyOf": [branch["additionalProperties"], {"type": "null"}]}
