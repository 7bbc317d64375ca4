"""The log in plain dictionaries: for replays of a past, and to hold the one in SQL against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from unshipped.core.alerting import JOIN_WITHIN, Said
from unshipped.core.incidents import Incident, Step
from unshipped.core.logged.journal import Round
from unshipped.core.logged.observations import Standing
from unshipped.core.watching import Entries, Situation
from unshipped.errors import StoreError
from unshipped.stores.memory_desk import MemoryDesk
from unshipped.stores.memory_journal import MemoryJournal
from unshipped.stores.memory_keeper import MemoryKeeper
from unshipped.stores.memory_news import MemoryNews
from unshipped.stores.memory_outbox import MemoryOutbox
from unshipped.stores.memory_queue import MemoryQueue
from unshipped.stores.memory_rollouts import MemoryRollouts
from unshipped.stores.memory_tables import Tables


class MemoryTurn:
    """A turn is a change of the tables."""

    def __init__(self, store: MemoryStore) -> None:
        self._store, self._tables = store, store.tables

    def situation(self, targets: Sequence[str], now: datetime, *, whole: bool = True) -> Situation:
        """What is known of these targets, with every open incident or those that matter to them."""
        names = frozenset(targets)
        opened = [
            one for one in self._opened() if whole or one.target in names or now - one.opened_at < JOIN_WITHIN
        ]
        incidents = [*opened, *self._resolved(targets)]
        ids = {one.id for one in incidents}
        said = {key: Said(*one) for key, one in self._tables.said.items() if key[0] in ids}
        return Situation(
            standings=self._store.standings(targets),
            incidents=tuple(incidents),
            silences=tuple(self._store.silences(now)),
            said=said,
            acknowledged=self._acknowledged(one.id for one in opened if one.acknowledged_by),
        )

    def write(self, entries: Entries) -> None:
        """Write it all down."""
        tables = self._tables
        for incident in sorted(entries.incidents, key=lambda one: one.open):
            self._refuse_second(incident)
            tables.put(tables.incidents, incident.id, incident)
            if incident.open:
                tables.put(tables.opened, (incident.target, incident.kind), incident.id)
            elif tables.opened.get((incident.target, incident.kind)) == incident.id:
                tables.drop(tables.opened, (incident.target, incident.kind))
        for step in entries.transitions:
            if step.incident not in tables.incidents or (step.incident, step.number) in tables.transitions:
                raise StoreError(f"step {step.number} of {step.incident} cannot be written down")
            tables.put(tables.transitions, (step.incident, step.number), step)
        self._store.put(entries.notices)
        for standing in entries.standings:
            self._stand(standing)

    def done(self, shard: str, slot: datetime) -> Round | None:
        """The round that was finished for that share and moment."""
        return self._tables.rounds.get((shard, slot))

    def newest(self) -> datetime | None:
        """The latest moment at which any target was looked at."""
        return max((one.checked_at for one in self._tables.standings.values()), default=None)

    def finish(self, done: Round) -> None:
        """Write down that a round is finished."""
        if (done.shard, done.slot) in self._tables.rounds:
            raise StoreError(f"the round of {done.shard} for {done.slot} is finished already")
        self._tables.put(self._tables.rounds, (done.shard, done.slot), done)

    def _opened(self) -> list[Incident]:
        opened = [self._tables.incidents[one] for one in self._tables.opened.values()]
        return sorted(opened, key=_in_order)

    def _acknowledged(self, incidents: Iterable[str]) -> dict[str, datetime]:
        """When somebody said last that they know of these."""
        known = frozenset(incidents)
        steps = (one for one in self._tables.transitions.values() if known and one.incident in known)
        ordered = sorted((one for one in steps if one.step is Step.ACKNOWLEDGED), key=lambda one: one.number)
        return {one.incident: one.at for one in ordered}

    def _resolved(self, targets: Iterable[str]) -> list[Incident]:
        """Of each of these targets the newest resolved one of each kind."""
        wanted = frozenset(targets)
        resolved = [one for one in self._tables.incidents.values() if not one.open and one.target in wanted]
        ordered = sorted(resolved, key=_in_order)
        return sorted({(one.target, one.kind): one for one in ordered}.values(), key=_in_order)

    def _refuse_second(self, incident: Incident) -> None:
        known = self._tables.opened.get((incident.target, incident.kind))
        if incident.open and known not in (None, incident.id):
            raise StoreError(f"{incident.target} has an open incident of that kind already: {known}")

    def _stand(self, standing: Standing) -> None:
        """The stretch that lasts, as it is now; where it is another one, that of before is over."""
        tables, target = self._tables, standing.seen.target
        before = tables.standings.get(target)
        if before and before.since != standing.since:
            tables.put(tables.stretches, (target, tables.number()), before)
        tables.put(tables.standings, target, standing)


def _in_order(incident: Incident) -> tuple[datetime, str]:
    return incident.opened_at, incident.id


class MemoryStore(
    MemoryOutbox, MemoryDesk, MemoryJournal, MemoryQueue, MemoryRollouts, MemoryKeeper, MemoryNews
):
    """The log in memory. Nothing of it is left when the process ends."""

    def __init__(self) -> None:
        super().__init__(Tables())

    @contextmanager
    def turn(self) -> Iterator[MemoryTurn]:
        """Wait for the turn and take it."""
        with self.tables.changing():
            yield MemoryTurn(self)

    def standings(self, targets: Iterable[str] | None = None) -> dict[str, Standing]:
        """How these targets stand, or all of them."""
        with self.tables.lock:
            known = self.tables.standings
            if targets is None:
                return dict(known)
            return {name: known[name] for name in targets if name in known}

    def served(self, targets: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The commits that these targets are known to have served, newest first."""
        return {name: one.served for name, one in self.standings(targets).items()}

    def last_round(self, shard: str) -> Round | None:
        """The round of a share that was finished last."""
        with self.tables.lock:
            mine = (done for done in reversed(self.tables.rounds.values()) if done.shard == shard)
            return next(mine, None)

    def mark(self) -> object:
        """Which round was finished last, and when a target was looked at last."""
        with self.tables.lock:
            looked = max((one.checked_at for one in self.tables.standings.values()), default=None)
            return next(reversed(self.tables.rounds), None), looked

    def close(self) -> None:
        """There is nothing to give back."""
