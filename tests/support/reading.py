"""What a source says, outside of any fleet."""

from __future__ import annotations

from unshipped.app.look import OneLook
from unshipped.core.model import Reading, Revision, Target
from unshipped.ports import Source

API = Target(service="api", environment="production", origins=())


def reading(source: Source, target: Target = API) -> Reading:
    return source.read(target, OneLook())


def read(source: Source, target: Target = API) -> tuple[Revision, ...]:
    return reading(source, target).revisions
