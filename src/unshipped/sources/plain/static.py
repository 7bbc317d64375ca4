"""A commit that is written down: in the configuration, in an environment variable, in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.model import Reading, Target
from unshipped.ports import Look
from unshipped.secrets import Reference, check_reference, named, text_of
from unshipped.sources.shared.parse import revision


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticSource:
    """Says the commit that it was told. A bare commit id in the configuration is this kind."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    at_once: ClassVar[bool] = True
    written: ClassVar[bool] = True

    commit: str | Reference
    """The commit id (7 hexadecimal characters or more) or the tag that serves."""

    def __post_init__(self) -> None:
        check_reference(self.commit)

    def read(self, target: Target, look: Look) -> Reading:
        return Reading((revision(text_of(self.commit), named(self.commit) or "the configured commit"),))
