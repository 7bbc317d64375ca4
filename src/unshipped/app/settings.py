"""Drift of settings: what each target was declared to be set to, held against what its sources read; and the
objects beside its code, held against what their places say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unshipped.core.model import Origin, Remark, Signal, Target
from unshipped.core.settings import OBJECT, Expectation, Settings, differences, of_object
from unshipped.core.signals import Serving


def noticed(
    parts: Sequence[tuple[Target, Origin]], signals: Sequence[Sequence[Signal]], found: Iterable[Serving]
) -> list[Serving]:
    """What serves, with what is set otherwise. A target is set as a whole: all its parts say the same."""
    read: dict[str, list[tuple[str, tuple[Settings, ...]]]] = {}
    for (target, _), said in zip(parts, signals, strict=True):
        read.setdefault(target.name, []).extend((signal.source, signal.settings) for signal in said)
    remarks = {
        target.name: differences((one for one in target.settings if one.kind != OBJECT), read[target.name])
        for target, _ in parts
        if target.settings and not target.retired
    }
    return [
        serving._replace(remarks=(*serving.remarks, *remarks.get(target.name, ())))
        for (target, _), serving in zip(parts, found, strict=True)
    ]


Beside = tuple[Target, Origin, Expectation]
"""An object beside the code of a target."""


def objects(parts: Sequence[tuple[Target, Origin]]) -> list[Beside]:
    """The objects that are declared beside the code of what is not retired, each once for a target."""
    first = {target.name: (target, origin) for target, origin in reversed(parts) if not target.retired}
    return [
        (target, origin, one)
        for target, origin in first.values()
        for one in target.settings
        if one.kind == OBJECT
    ]


def held(
    parts: Sequence[tuple[Target, Origin]],
    found: Iterable[Serving],
    beside: Sequence[Beside],
    said: Sequence[Signal],
) -> list[Serving]:
    """What serves, with the objects that are others than was declared, or cannot be read."""
    remarks: dict[str, list[Remark]] = {}
    for (target, _, expectation), signal in zip(beside, said, strict=True):
        if remark := of_object(expectation, signal):
            remarks.setdefault(target.name, []).append(remark)
    return [
        serving._replace(remarks=(*serving.remarks, *remarks.get(target.name, ())))
        for (target, _), serving in zip(parts, found, strict=True)
    ]
