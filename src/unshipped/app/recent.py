"""The record for those who ask it very often: read as of a moment ago, written in groups.

A gate that is asked a thousand times a second cannot read the log and write to it each time. It answers from
what was read within the last second or two. What stops work, or lets it through by a bypass, is written down
before it is answered; what merely passes is written within seconds, many answers in one transaction.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from time import monotonic

from unshipped.app.ask_gate import House, earned
from unshipped.app.scribe import Scribe
from unshipped.core.alerting import Notice
from unshipped.core.gating import Answer, Bypass, GateDecision
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Action
from unshipped.core.logged.observations import Standing
from unshipped.core.value import Value
from unshipped.errors import StoreError, UsageError
from unshipped.ports.keeping import Store

FRESH = 1.0
"""What was read longer ago, in seconds, is read again."""
_EARNED_FOR = 60.0
"""For so long a gate means what it has earned: to find that out reads all that it ever answered."""

log = logging.getLogger("unshipped")


class Known(Value):
    """What was read, and when."""

    at: float
    """By the monotonic clock."""
    mark: object
    standings: dict[str, Standing]
    bypasses: list[Bypass]
    house: House
    """What is declared, each gate with the mode that it has earned."""

    @property
    def age(self) -> float:
        """How many seconds ago it was read."""
        return monotonic() - self.at


class Recent:
    """A record of which a gate is asked. `declared` reads what there is to be asked about."""

    def __init__(self, store: Store, declared: Callable[[], House], fresh: float = FRESH) -> None:
        self._store, self._declared, self.fresh = store, declared, fresh
        self._reading = threading.Lock()
        self._plain, self._earned_at = House(()), float("-inf")
        self._scribe = Scribe(store.decided, known=store.decisions)
        self.last: Known | None = None
        """What was read last."""

    def read(self, now: datetime) -> Known:
        """What is known, read anew where it is not fresh. Raises `StoreError`, and `UsageError` where nothing
        was ever declared that can be understood.
        """
        with self._reading:
            if (last := self.last) and last.age <= self.fresh:
                return last
            begun, mark = monotonic(), self._store.mark()
            standings = last.standings if last and last.mark == mark else self._store.standings()
            self.last = Known(begun, mark, standings, self._store.bypasses(now), self._house(last, now))
            return self.last

    def _house(self, last: Known | None, now: datetime) -> House:
        """What is declared; while that cannot be understood, as it was."""
        try:
            house = self._declared()
        except UsageError as error:
            if last is None:
                raise
            log.warning("gates answer by the configuration as it was: %s", error.message)
            return last.house
        if last and house == self._plain and monotonic() - self._earned_at <= _EARNED_FOR:
            return last.house
        self._plain, self._earned_at = house, monotonic()
        return earned(house, self, now)

    def standings(self, targets: Iterable[str] | None = None) -> dict[str, Standing]:
        known = self.last.standings if self.last else self._store.standings()
        return known if targets is None else {name: known[name] for name in targets if name in known}

    def bypasses(self, now: datetime) -> list[Bypass]:
        found = self.last.bypasses if self.last else self._store.bypasses(now)
        return [one for one in found if one.since <= now < one.until]

    def bypass(self, bypass: Bypass) -> None:
        """Written down at once, and known at once; one that was revoked before it was told again stays so."""
        self._store.bypass(bypass)
        holds = any(one.id == bypass.id for one in self._store.bypasses(bypass.since))
        with self._reading:
            if self.last and holds:
                self.last = self.last._replace(bypasses=[*self.last.bypasses, bypass])

    def acted(self, action: Action) -> None:
        self._store.acted(action)

    def add(self, notices: Sequence[Notice]) -> None:
        self._store.add(notices)

    def decided(self, *decisions: GateDecision) -> None:
        """Written down now where somebody is stopped or let through, else soon."""
        at_once = [self.noted(one) for one in decisions]
        if any(at_once):
            self.write()

    def noted(self, decision: GateDecision) -> bool:
        """Have it written down soon. Answers whether nobody may be told before it is."""
        self._scribe.note(decision)
        return decision.answer is Answer.BLOCK or any(one.bypass for one in decision.found)

    def write(self) -> None:
        """Write down all that was noted. Raises `StoreError`."""
        self._scribe.write()

    def close(self) -> None:
        """Write down what is left; where that cannot be, say so."""
        try:
            self.write()
        except StoreError as error:
            log.critical("what gates answered is lost: %s", error.message)

    def decisions(self, *, since: datetime, gate: str | None = None) -> list[GateDecision]:
        self.write()
        return self._store.decisions(since=since, gate=gate)

    def deployments(self, *, since: datetime, target: str = "") -> list[Deployment]:
        return self._store.deployments(since=since, target=target)

    def stretches(self, *, since: datetime, until: datetime, target: str = "") -> list[Standing]:
        return self._store.stretches(since=since, until=until, target=target)
