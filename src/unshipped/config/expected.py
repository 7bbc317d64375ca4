"""What should serve: a branch (a bare text is one), the newest of some tags, a pin, what a source tells."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, PlainValidator, ValidationInfo, WithJsonSchema, model_validator

from unshipped.config.fields import REF, WORD, AsWritten, Ref, TagPattern, refusal
from unshipped.config.kinds import PLACEHOLDER, SOURCE, source
from unshipped.config.scalars import Scalar
from unshipped.config.strict import Strict
from unshipped.config.wording import kind, listed
from unshipped.core.model import SourceSpec

CHOICES = ("branch", "tag", "pin")


class ExpectedSetting(Strict):
    """Which revision should serve. Exactly one of `branch`, `tag` and `pin`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [name]} for name in CHOICES],
            "dependentRequired": {"order": ["tag"]},
        }
    )

    branch: Ref | None = None
    """The tip of this branch."""
    tag: TagPattern | None = None
    """The newest tag that matches this pattern, such as `v*`."""
    order: Annotated[Literal["version", "date"], AsWritten] | None = None
    """What makes a tag the newest: its version number, or its date. `v2-rc1` comes before `v2`, and so does
    what is called `dev`, `snapshot`, `alpha`, `beta` or `pre`.
    """
    pin: Ref | None = None
    """This commit or tag, and no other."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(getattr(self, name) is not None for name in CHOICES) != 1:
            raise refusal("exactly one of `branch`, `tag` and `pin` says what should serve")
        if self.order and self.tag is None:
            raise refusal("`order` goes with `tag` only")
        return self


def _expected(value: object, info: ValidationInfo) -> ExpectedSetting | SourceSpec:
    if isinstance(value, str | Scalar):
        return ExpectedSetting.model_validate({"branch": value})
    if not isinstance(value, dict):
        choices = listed((*CHOICES, SOURCE))
        raise refusal(f"a branch, or a mapping with one of {choices}, is expected, not {kind(value)}")
    return source(value, info) if SOURCE in value else ExpectedSetting.model_validate(value)


Expected = Annotated[
    ExpectedSetting | SourceSpec, PlainValidator(_expected), WithJsonSchema({PLACEHOLDER: "Expected"})
]
BRANCH = {"type": WORD, "pattern": REF, "minimum": 0, "description": "The tip of this branch."}
"""How a branch is written that should serve, in the JSON Schema."""
