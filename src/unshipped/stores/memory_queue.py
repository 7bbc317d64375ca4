"""What is asked for and what nobody may deploy to, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from unshipped.core.logged.rolling import Fate, Wish
from unshipped.core.windows import Asked, Lock
from unshipped.stores.memory_tables import Locked, Tables


class MemoryQueue:
    """The queue of a log in memory."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def wish(self, *asked: Asked) -> bool:
        """Ask for all of these at once."""
        with self.tables.changing():
            new = [one for one in asked if one.id not in self.tables.wishes]
            for one in new:
                self.tables.put(self.tables.wishes, one.id, Wish(one))
            return len(new) == len(asked)

    def wishes(self, *, ids: Sequence[str] | None = None, batch: str = "") -> list[Wish]:
        """Those that wait; with ids or a batch also what became of the others."""
        with self.tables.lock:
            return [
                one
                for one in self.tables.wishes.values()
                if (ids is None or one.asked.id in ids)
                and batch in ("", one.asked.batch)
                and (ids is not None or batch or one.fate is None)
            ]

    def waits(self, reasons: Mapping[str, str]) -> None:
        """Why some of them wait."""
        with self.tables.changing():
            for identity, reason in reasons.items():
                if one := self._waiting(identity):
                    self.tables.put(self.tables.wishes, identity, one._replace(waits=reason))

    def drop(self, identity: str, why: str, now: datetime, fate: Fate = Fate.DROPPED) -> bool:
        """Take it out of the queue."""
        return self.settle(identity, fate, why, now)

    def approve(self, identity: str, by: str, now: datetime) -> Wish | None:
        """Somebody approves of it."""
        with self.tables.changing():
            one = self._waiting(identity)
            if one:
                one = one._replace(asked=one.asked._replace(approved_by=by))
                self.tables.put(self.tables.wishes, identity, one)
            return one

    def settle(self, identity: str, fate: Fate, why: str, now: datetime) -> bool:
        """What became of a wish. False where it did not wait any more."""
        with self.tables.changing():
            one = self._waiting(identity)
            if one:
                settled = one._replace(fate=fate, why=why, settled_at=now, waits="")
                self.tables.put(self.tables.wishes, identity, settled)
            return one is not None

    def lock(self, lock: Lock) -> None:
        """Keep a lock."""
        with self.tables.changing():
            if lock.id not in self.tables.locks:
                self.tables.put(self.tables.locks, lock.id, Locked(lock))

    def locks(self, now: datetime) -> list[Lock]:
        """Those that hold."""
        with self.tables.lock:
            every = self.tables.locks.values()
            found = [one.lock for one in every if one.ended_at is None and one.lock.holds(now)]
        return sorted(found, key=lambda one: (one.since, one.id))

    def unlock(self, identity: str, by: str, now: datetime) -> Lock | None:
        """End it."""
        with self.tables.changing():
            found = next((one for one in self.locks(now) if one.id == identity), None)
            if found:
                self.tables.put(self.tables.locks, identity, Locked(found, now))
            return found

    def _waiting(self, identity: str) -> Wish | None:
        one = self.tables.wishes.get(identity)
        return one if one and one.fate is None else None
