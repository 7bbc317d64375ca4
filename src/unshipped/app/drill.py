"""A fire drill: a service that does not exist falls behind, everybody on its routes is told, and it recovers.

It goes the whole way that a real one goes: observation, incident, notice, claim, receiver. It has a name and
an environment of its own, so that no real incident is touched, and measures leave it out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from unshipped.app.tell import Clock, tell
from unshipped.core.alerting import Route
from unshipped.core.logged.journal import Delivery, Outcome
from unshipped.core.logged.observations import Observation, stands
from unshipped.core.model import Change, Severity, State
from unshipped.core.rules import Rules
from unshipped.core.value import Value
from unshipped.core.watching import Entries, Situation, follow
from unshipped.ports.rolling import Book
from unshipped.ports.telling import Notifier

SERVICE, ENVIRONMENT = "unshipped-drill", "drill"
DRILL = f"{SERVICE}/{ENVIRONMENT}"
_BEFORE = timedelta(minutes=1)
_OLD, _NEW = "0" * 40, "1" * 40
_RULES = Rules(reopen_within=0, flapping_from=1_000_000)


class Drilled(Value):
    """What a drill showed."""

    notices: int
    """How many had to be said."""
    attempts: tuple[Delivery, ...]
    spared: tuple[str, ...] = ()
    """Who is on a route, and hears of no such drift: by its name, how bad it is, or the hour."""

    @property
    def heard(self) -> bool:
        """Whether there was somebody to tell, and everybody was."""
        sent = {one.notice for one in self.attempts if one.outcome is Outcome.SENT}
        return bool(self.notices) and len(sent) == self.notices


def drill(
    store: Book,
    notifier: Callable[[str], Notifier],
    routes: tuple[Route, ...],
    severity: Severity,
    *,
    by: str,
    clock: Clock,
) -> Drilled:
    """Let it fall behind as badly as that, and recover; answers who was reached. Raises `StoreError`."""
    known = {name for route in routes for name in route.receivers}
    began = _written(store, _behind(severity, clock()), routes, clock(), stood=_recovered)
    attempts = tell(store, notifier, by=by, clock=clock, known=known)
    over = _written(store, _recovered(clock()), routes, clock())
    attempts += tell(store, notifier, by=by, clock=clock, known=known)
    mine = {notice.id: notice.receiver for entries in (began, over) for notice in entries.notices}
    spared = tuple(sorted(known.difference(mine.values())))
    return Drilled(len(mine), tuple(one for one in attempts if one.notice in mine), spared)


def _written(
    store: Book,
    seen: Observation,
    routes: tuple[Route, ...],
    now: datetime,
    stood: Callable[[datetime], Observation] | None = None,
) -> Entries:
    """What follows from it alone: whatever else is open is not looked at. `stood` is what it was before."""
    standings = {seen.target: stands(None, stood(now - _BEFORE))} if stood else {}
    with store.turn() as turn:
        known = turn.situation([seen.target], now)
        mine = tuple(one for one in known.incidents if one.target == seen.target)
        entries = follow(Situation(standings, mine, (), known.said), [seen], _RULES, routes, now)
        turn.write(entries)
    return entries


def _behind(severity: Severity, now: datetime) -> Observation:
    since = now - timedelta(hours=1)
    change = Change(_NEW, since, "A drill: no service is behind", "unshipped")
    return _recovered(now)._replace(
        state=State.BEHIND,
        severity=severity,
        quiet=False,
        reasons=("this is a drill: nothing is wrong",),
        deployed=_OLD,
        changes=1,
        behind_since=since,
        waiting=(change,),
    )


def _recovered(now: datetime) -> Observation:
    return Observation(
        SERVICE,
        ENVIRONMENT,
        now,
        State.IN_SYNC,
        Severity.NONE,
        quiet=True,
        reasons=("the drill is over",),
        deployed=_NEW,
        expected=_NEW,
        changes=0,
        source="drill",
    )
