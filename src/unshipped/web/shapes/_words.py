"""The closed lists of words, and what stands in every document."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

State = Literal["in_sync", "behind", "ahead", "diverged", "unknown"]
Severity = Literal["none", "info", "warning", "critical"]
Flag = Literal["pending", "held", "split", "rolled_back", "unproven", "retired"]
Time = str
"""RFC 3339 in UTC, to the second."""


class Document(BaseModel):
    """What every answer begins with."""

    schema_version: Literal[1]


class Problem(BaseModel):
    """What was not done, and why: the one shape of an error (RFC 9457)."""

    title: str
    status: int
    detail: str
    """What happened, as a sentence for people."""
    hint: str | None = None
    """What to do about it."""
    code: str | None = None
    problems: list[dict[str, str]] | None = None
    """For a request that is not understood: where, and what is wrong there."""
