"""A container as a platform tells it -> what is held against the declared settings."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.platforms import steps


def main(containers: Sequence[steps.Table], ports: str) -> steps.Table:
    """Of several containers, the one that is called: it has ports. Else the first."""
    return next((one for one in containers if one.get(ports)), containers[0] if containers else {})


def variables(container: object, key: str = "env", elsewhere: str = "") -> dict[str, str | None]:
    """The variables of a container. One whose value is a reference has none here; an empty one may be left
    out. `elsewhere` is where those are listed that are references.
    """
    own = {
        name: None if row.keys() & {"valueFrom", "valueSource"} else steps.text(row, "value")
        for name, row in steps.named(container, key)
    }
    return {**own, **{name: None for name, _ in steps.named(container, elsewhere)}}
