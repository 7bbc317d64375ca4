"""A file that a deployment leaves behind, such as a `REVISION` or a `version.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.model import Reading, Revision, Target
from unshipped.platforms.settings import check_no_nul, check_pointer, fill
from unshipped.ports import Look
from unshipped.sources.shared.local import content
from unshipped.sources.shared.parse import LIMIT, parse, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """Reads a commit id, or JSON that carries one, from a file of at most 64 KiB."""

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    written: ClassVar[bool] = True
    relative: ClassVar[str] = "path"

    path: str
    """The file, relative to the configuration file. `{service}` and `{environment}` are replaced."""

    pointer: str = ""
    """JSON pointer (RFC 6901) to the commit id, such as `/build/commit`. Placeholders are replaced."""

    def __post_init__(self) -> None:
        check_no_nul(self.path)
        check_pointer(self.pointer)

    def read(self, target: Target, look: Look) -> Reading:
        return Reading((self._revision(target),))

    def ready(self, target: Target) -> None:
        """Raises `SourceError` where the file says nothing: looking is asking."""
        self._revision(target)

    def _revision(self, target: Target) -> Revision:
        path = fill(self.path, target)
        whose = f"file {shown(path)}"
        return parse(content(path, whose, LIMIT), whose, fill(self.pointer, target))
