"""What Amazon Web Services write beside a thing."""

from __future__ import annotations

from unshipped.platforms import steps


def tags(described: object) -> dict[str, str]:
    """The tags beside something, where they are a list."""
    return {key: steps.text(row, "value") for key, row in steps.named(described, "tags", key="key")}
