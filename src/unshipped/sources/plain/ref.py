"""A branch or tag that a deployment moves: what serves is what the name points at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.model import Code, Reading, Revision, Target
from unshipped.errors import SourceError
from unshipped.platforms.settings import fill
from unshipped.ports import Look
from unshipped.sources.shared.parse import objection_to

_PASSWORD = re.compile(r"https?://[^/]*@|[a-z+]+://[^/@]*:[^/]*@", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefSource:
    """Says the name; whoever has the repository resolves it."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    written: ClassVar[bool] = True

    ref: str
    """A branch, a tag or a full `refs/…` name. `{service}` and `{environment}` are replaced."""

    remote: str = ""
    """Name or address of the remote to ask; empty: what this repository has. Placeholders are replaced."""

    def __post_init__(self) -> None:
        if self.remote.startswith("-") or not self.remote.isprintable() or " " in self.remote:
            raise ValueError("remote is the name of a remote or its address")
        if "::" in self.remote:
            raise ValueError("remote names a transport helper, which could run any program")
        if _PASSWORD.match(self.remote):
            raise ValueError("remote holds a user name or password: leave it to git's credential helper")

    def read(self, target: Target, look: Look) -> Reading:
        name = fill(self.ref, target).strip()
        if not name:
            raise SourceError(Code.NO_REVISION, "the configured ref is empty")
        if objection := objection_to(name):
            raise SourceError(Code.BAD_REVISION, f"the configured ref is no branch or tag: it {objection}")
        return Reading((Revision(text="", ref=name, remote=fill(self.remote, target)),))
