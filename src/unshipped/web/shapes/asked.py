"""What is sent: strict, since a misspelt word would be a decision that nobody made."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from unshipped.carried.lengths import LONGEST
from unshipped.carried.rule import LONGEST_REASON

_LINE = r"^[^\x00-\x1f\x7f\u2028\u2029]*$"
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=_LINE)]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON, pattern=_LINE)
]
Names = Annotated[list[Name], Field(max_length=200)]
Identity = Annotated[str, Field(pattern=r"^[0-9a-f]{8,32}$")]
"""Given by whoever asks, so that what is sent again is done once."""


class Asked(BaseModel):
    """Nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class Hold(Asked):
    """Keep a target as it is; without `seconds` until somebody ends it."""

    service: Name
    environment: Name
    reason: Reason
    seconds: Annotated[float, Field(gt=0, le=LONGEST)] | None = None
    id: Identity | None = None


class Silence(Asked):
    """Tell nobody of what fits all three lists; names may be globs, and an empty list is all of them."""

    services: Names = []
    environments: Names = []
    owners: Names = []
    reason: Reason
    seconds: Annotated[float, Field(gt=0, le=LONGEST)]
    id: Identity | None = None


class Lock(Asked):
    """Let nothing be deployed to what fits both lists; names may be globs, and an empty list is all of them.
    Without `seconds` until somebody ends it.
    """

    services: Names = []
    environments: Names = []
    reason: Reason
    seconds: Annotated[float, Field(gt=0, le=LONGEST)] | None = None
    id: Identity | None = None


class Note(Asked):
    """Somebody knows."""

    reason: Annotated[str, Field(max_length=LONGEST_REASON, pattern=_LINE)] = ""
