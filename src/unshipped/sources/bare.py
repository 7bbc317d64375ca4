"""A commit id that stands in the configuration as it is: the commonest source, and the cheapest."""

from __future__ import annotations

from unshipped.core.model import Reading, Revision, Target
from unshipped.core.value import Value

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.ports import Look


class BareCommit(Value):
    """Says the commit that it was told, as `StaticSource` does, without what that needs for its settings."""

    commit: str
    at_once: bool = True
    written: bool = True

    def read(self, _target: Target, _look: Look) -> Reading:
        if 7 <= len(self.commit) <= 64 and not self.commit.strip("0123456789abcdef"):
            return Reading((Revision(self.commit),))
        from unshipped.sources.shared.parse import revision  # noqa: PLC0415 - only for what is no plain id

        return Reading((revision(self.commit, "the configured commit"),))
