"""What has a kind: `{source: kind, …}` or a bare commit id, and `{notifier: kind, …}`.

Which kinds there are is said from outside. Their options are checked and kept as plain data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, ValidationError, ValidationInfo, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from unshipped.config.fields import refusal
from unshipped.config.options import options_model
from unshipped.config.scalars import raw
from unshipped.config.wording import kind as kind_of
from unshipped.config.wording import listed, quoted, suggestion
from unshipped.core.model import SourceSpec
from unshipped.errors import UnshippedError

STATIC, COMMIT = "static", "commit"
"""The kind that a bare text stands for, and the option that it is."""
_ID = re.compile(r"[0-9a-f]{7,64}")
"""The commonest text by far: whether it is also a kind need not be asked."""
PLACEHOLDER = "what-goes-here"
"""Stands in the JSON Schema of the models where kinds belong, with the name of their definition."""
SOURCE, NOTIFIER, DEPLOYER, CHECK = "source", "notifier", "deployer", "check"
"""The setting that says which kind it is."""


def source(value: object, info: ValidationInfo) -> SourceSpec:
    """What is declared as a commit id, or with its kind."""
    kinds: Mapping[str, type] = (info.context or {}).get("kinds", {})
    return _made(_settings(value, kinds), SOURCE, kinds)


def _serving(value: object, info: ValidationInfo) -> SourceSpec:
    """A source that says what serves."""
    found = source(value, info)
    if getattr((info.context or {}).get("kinds", {})[found.kind], "wished", False):
        raise refusal(f"{quoted(found.kind)} tells what should serve, not what does; write it as `expected`")
    return found


def _of(word: str) -> Callable[[object, ValidationInfo], SourceSpec]:
    """What is written as `{word: kind, …}`."""

    def read(value: object, info: ValidationInfo) -> SourceSpec:
        kinds: Mapping[str, type] = (info.context or {}).get(f"{word}s", {})
        if not isinstance(value, dict):
            raise refusal(f"a mapping with `{word}` is expected, not {kind_of(value)}")
        return _made(value, word, kinds)

    return read


def _made(settings: dict[str, Any], word: str, kinds: Mapping[str, type]) -> SourceSpec:
    """The kind and its options, which the kind itself has accepted."""
    kind = _kind(settings, word, kinds)
    made = options_model(kind, kinds[kind], word).model_validate(settings)
    options = made.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={f"{word}_"})
    try:
        kinds[kind](**options)
    except (ValueError, TypeError, UnshippedError) as error:
        raise refusal(str(error)) from None
    return SourceSpec(kind, options)


def _settings(value: object, kinds: Mapping[str, type]) -> dict[str, Any]:
    written = raw(value)
    if isinstance(written, str):
        if not _ID.fullmatch(written) and written in kinds:
            raise refusal(f"{quoted(written)} is a kind of source; write `{{source: {written}, …}}`")
        if not written.strip():
            raise refusal("the text is empty; a commit id or a source is expected")
        if "://" in written:  # it may hold a secret
            raise refusal("an address is no commit id; write `{source: http, url: …}` to ask it")
        return {"source": STATIC, COMMIT: written}
    if not isinstance(value, dict):
        raise refusal(f"a commit id or a mapping with `source` is expected, not {kind_of(value)}")
    return value


def _kind(settings: dict[str, Any], word: str, kinds: Mapping[str, type]) -> str:
    if word not in settings:
        raise refusal(f"`{word}` is missing; it is one of {listed(kinds)}")
    kind = raw(settings[word])
    if not isinstance(kind, str):
        raise _at(word, PydanticCustomError("string_type", "text"), settings)
    if kind not in kinds:
        text = f"unknown {word} {quoted(kind)}{suggestion(kind, kinds, 'there are')}"
        raise _at(word, refusal(text), settings)
    return kind


def _at(word: str, error: PydanticCustomError, settings: dict[str, Any]) -> ValidationError:
    detail = InitErrorDetails(type=error, loc=(word,), input=settings[word])
    return ValidationError.from_exception_data(word, [detail])


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


Deployed = Annotated[
    tuple[Annotated[SourceSpec, PlainValidator(_serving)], ...],
    Field(min_length=1),
    BeforeValidator(_listed),
    WithJsonSchema({PLACEHOLDER: "Deployed"}),
]
Receiver = Annotated[SourceSpec, PlainValidator(_of(NOTIFIER)), WithJsonSchema({PLACEHOLDER: "Receiver"})]
DeployerKind = Annotated[SourceSpec, PlainValidator(_of(DEPLOYER)), WithJsonSchema({PLACEHOLDER: "Deployer"})]
CheckKind = Annotated[SourceSpec, PlainValidator(_of(CHECK)), WithJsonSchema({PLACEHOLDER: "Check"})]
