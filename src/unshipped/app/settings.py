"""Drift of settings: what each target was declared to be set to, held against what its sources read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unshipped.core.model import Origin, Signal, Target
from unshipped.core.settings import Settings, differences
from unshipped.core.signals import Serving


def noticed(
    parts: Sequence[tuple[Target, Origin]], signals: Sequence[Sequence[Signal]], found: Iterable[Serving]
) -> list[Serving]:
    """What serves, with what is set otherwise. A target is set as a whole: all its parts say the same."""
    read: dict[str, list[tuple[str, tuple[Settings, ...]]]] = {}
    for (target, _), said in zip(parts, signals, strict=True):
        read.setdefault(target.name, []).extend((signal.source, signal.settings) for signal in said)
    remarks = {
        target.name: differences(target.settings, read[target.name])
        for target, _ in parts
        if target.settings and not target.retired
    }
    return [
        serving._replace(remarks=(*serving.remarks, *remarks.get(target.name, ())))
        for (target, _), serving in zip(parts, found, strict=True)
    ]
