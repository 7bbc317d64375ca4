"""A container as a platform tells it -> what is held against the declared settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from unshipped.platforms import steps


def main(containers: Sequence[steps.Table], ports: str, names: Iterable[str] = ()) -> steps.Table:
    """Of several containers, the one that has one of these names. Else the one that is called, which has
    ports. Else the first.
    """
    known = dict(steps.named({"all": [*containers]}, "all"))
    named = (known[name] for name in names if name in known)
    called = (one for one in containers if one.get(ports))
    return next(chain(named, called, containers), {})


def variables(container: object, key: str = "env", elsewhere: str = "") -> dict[str, str | None]:
    """The variables of a container. One whose value is a reference has none here; an empty one may be left
    out. `elsewhere` is where those are listed that are references.
    """
    own = {
        name: None if row.keys() & {"valueFrom", "valueSource"} else steps.text(row, "value")
        for name, row in steps.named(container, key)
    }
    return {**own, **{name: None for name, _ in steps.named(container, elsewhere)}}
