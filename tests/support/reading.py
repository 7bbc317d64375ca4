"""What a source says, outside of any fleet."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.app.look import OneLook
from unshipped.core.model import Closure, Origin, Reading, Revision, Rule, Target
from unshipped.ports import Source

API = Target(service="api", environment="production", origins=())


def made_of(paths: Sequence[str]) -> Target:
    """The same, made of these paths."""
    return API._replace(origins=(Origin("main", Closure(tuple(paths)), Rule(), ()),))


def reading(source: Source, target: Target = API) -> Reading:
    return source.read(target, OneLook())


def read(source: Source, target: Target = API) -> tuple[Revision, ...]:
    return reading(source, target).revisions
