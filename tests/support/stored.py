"""What a test looks for in a log in memory, in the order in which it was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unshipped.core.alerting import Notice, Route
from unshipped.core.gating import GateDecision
from unshipped.core.incidents import Transition
from unshipped.core.logged.journal import Delivery
from unshipped.core.logged.observations import Observation
from unshipped.core.rules import Rules
from unshipped.core.watching import follow
from unshipped.stores.memory import MemoryStore


def seen(store: MemoryStore, looks: Sequence[Observation], routes: tuple[Route, ...], now: datetime) -> None:
    """Write down what follows from some looks of that moment."""
    fresh = [one._replace(at=now) for one in looks]
    with store.turn() as turn:
        situation = turn.situation([one.target for one in fresh], now)
        turn.write(follow(situation, fresh, Rules(), routes, now))


def notices(store: MemoryStore) -> list[Notice]:
    return [one.notice for one in store.tables.notices.values()]


def steps(store: MemoryStore) -> list[Transition]:
    return list(store.tables.transitions.values())


def attempts(store: MemoryStore) -> list[Delivery]:
    return list(store.tables.deliveries.values())


def decided(store: MemoryStore) -> list[GateDecision]:
    return list(store.tables.decisions.values())
