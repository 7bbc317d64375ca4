"""A server of Temporal, as the configuration says where it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from unshipped.config.values import EngineSpec
from unshipped.errors import UsageError
from unshipped.ports.rolling import Advance, Engine
from unshipped.schedule import Schedule
from unshipped.secrets import text_of

if TYPE_CHECKING:
    from unshipped.engine.temporal_watch import Clock, Look, TemporalWatch
    from unshipped.engine.temporal_worker import Place


def rollouts_by(spec: EngineSpec, advance: Advance) -> Engine:
    """What keeps rollouts going there. Raises `UsageError` where it is not installed, and `StoreError` where
    it cannot be reached.
    """
    place = _place(spec)
    from unshipped.engine.temporal import TemporalEngine

    return TemporalEngine(advance, place)


@contextmanager
def rounds_by(spec: EngineSpec, look: Look, moments: Schedule, clock: Clock) -> Iterator[TemporalWatch]:
    """What begins the rounds of the watch there. Raises as above."""
    place = _place(spec)
    from unshipped.engine.temporal_watch import TemporalWatch

    made = TemporalWatch(look, moments, place, clock)
    try:
        yield made
    finally:
        made.close()


def _place(spec: EngineSpec) -> Place:
    try:
        from unshipped.engine.temporal_worker import Place
    except ModuleNotFoundError:
        raise UsageError("this engine needs temporalio", "pip install 'unshipped[temporal]'") from None
    return Place(spec.address, spec.namespace, spec.queue, text_of(spec.key) if spec.key else "")
