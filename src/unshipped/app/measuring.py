"""What the metrics are counted from, read from the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from unshipped.core.metrics import Kept
from unshipped.core.model import Target
from unshipped.ports.keeping import Store

_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_ALL = 1_000_000


def kept(log: Store, targets: Sequence[Target]) -> Kept:
    """Everything of the log; of targets only what is declared. Raises `StoreError`."""
    return Kept(
        standings=log.standings(target.name for target in targets),
        stretches=log.stretches(since=_FIRST, until=_LAST),
        rounds=log.rounds(since=_FIRST),
        incidents=log.incidents(open_only=True, most=_ALL),
        deliveries=log.deliveries(since=_FIRST),
        decisions=log.decisions(since=_FIRST),
        tiers={target.name: target.criticality for target in targets},
    )
