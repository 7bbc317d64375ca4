"""What people decide about incidents and targets, written down with who and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unshipped.core.alerting import Route, Silence
from unshipped.core.incidents import Incident, Outcome, acknowledge, silence
from unshipped.core.watching import told
from unshipped.ports.keeping import Store


def take_note(
    store: Store,
    targets: Sequence[str],
    routes: tuple[Route, ...],
    by: str,
    now: datetime,
    *,
    reason: str = "",
) -> list[Incident]:
    """Somebody knows of what is open for these targets. Answers the incidents that nobody had known of."""
    wanted = frozenset(targets)
    with store.turn() as turn:
        situation = turn.situation(targets, now)
        outcomes = [
            acknowledge(one, by, now, reason)
            for one in situation.incidents
            if one.open and one.target in wanted and not one.acknowledged_by
        ]
        turn.write(told(situation, outcomes, routes, now))
    return [incident for incident, _ in outcomes]


def keep_quiet(store: Store, made: Silence, routes: tuple[Route, ...], now: datetime) -> list[Incident]:
    """Nobody is told of what the silence is for. Answers the open incidents that it falls on."""
    store.silence(made)
    with store.turn() as turn:
        situation = turn.situation((), now)
        outcomes: list[Outcome] = [
            silence(one, made.by, now, made.reason)
            for one in situation.incidents
            if one.open and made.holds(one, now)
        ]
        turn.write(told(situation, outcomes, routes, now))
    return [incident for incident, _ in outcomes]
