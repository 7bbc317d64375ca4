"""The base of all models: nothing unknown, and errors that know what would have been right."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from unshipped.config.wording import closest, quoted, suggestion


class Strict(BaseModel):
    """Settings of one part of the file."""

    # What stands below a setting is its description: whoever publishes them reads it, since it takes longer
    # than to read the file. A part is made ready where it is first needed.
    model_config = ConfigDict(extra="forbid", defer_build=True)

    @model_validator(mode="wrap")
    @classmethod
    def _explain(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(value)
        except ValidationError as error:
            lines = error.errors(include_url=False)
            raise ValidationError.from_exception_data(cls.__name__, _explained(lines, _names(cls))) from None


def _names(model: type[Strict]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _explained(lines: list[ErrorDetails], names: list[str]) -> list[InitErrorDetails]:
    """The errors, those about this part's own names as sentences. What is misspelt is not missing too."""
    unknown = [str(line["loc"][-1]) for line in lines if _own(line, "extra_forbidden")]
    meant = {closest(name, names) for name in unknown}
    kept = [line for line in lines if not (_own(line, "missing") and line["loc"][-1] in meant)]
    return [_detail(line, names) for line in kept]


def _own(line: ErrorDetails, kind: str) -> bool:
    return len(line["loc"]) == 1 and line["type"] == kind


def _detail(line: ErrorDetails, names: list[str]) -> InitErrorDetails:
    name, context = line["loc"][-1] if line["loc"] else "", line.get("ctx", {})
    kind: str | PydanticCustomError = line["type"]
    if _own(line, "extra_forbidden"):
        text = f"unknown setting {quoted(str(name))}{suggestion(str(name), names)}"
        kind = PydanticCustomError("unknown", "{text}", {"text": text})
    elif _own(line, "missing"):
        kind = PydanticCustomError("absent", "{text}", {"text": f"{quoted(str(name))} is missing"})
    elif kind in ("refused", "unknown", "absent"):
        kind = PydanticCustomError(kind, "{text}", context)
    return InitErrorDetails(type=kind, loc=line["loc"], input=line["input"], ctx=context)
