"""What two trees differ in."""

from __future__ import annotations

from unshipped.core.value import Value


class Difference(Value):
    """A difference as git prints it: `:oldmode newmode oldid newid status`, and the paths."""

    entries: list[bytes]
    paths: list[bytes]
