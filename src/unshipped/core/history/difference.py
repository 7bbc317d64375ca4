"""What two trees differ in."""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """A difference as git prints it: `:oldmode newmode oldid newid status`, and the paths."""

    entries: list[bytes]
    paths: list[bytes]
