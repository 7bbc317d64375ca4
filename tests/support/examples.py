"""How many examples a property is held against: all of them each night, a few each time."""

from __future__ import annotations

import os

NIGHTLY = "UNSHIPPED_NIGHTLY" in os.environ


def some(examples: int) -> int:
    """A third of them, but for `make nightly`, which sets `UNSHIPPED_NIGHTLY`."""
    return examples if NIGHTLY else examples // 3
