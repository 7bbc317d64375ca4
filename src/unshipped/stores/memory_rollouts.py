"""What is carried out, and what was, in memory."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from unshipped.core.logged.rolling import Ended, Fate, Line, Rollout, Taken
from unshipped.core.rollout import End, Result
from unshipped.ports.rolling import Turnstile
from unshipped.stores.memory_desk import MemoryDesk
from unshipped.stores.memory_journal import MemoryJournal
from unshipped.stores.memory_outbox import MemoryOutbox
from unshipped.stores.memory_queue import MemoryQueue
from unshipped.stores.memory_tables import Tables
from unshipped.stores.turnstile import Mine


class MemoryRollouts:
    """The rollouts of a log in memory."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def begin(self, rollout: Rollout, width: int) -> bool:
        """Write it down and settle its wish."""
        with self.tables.changing():
            opened = [one for one in self.tables.rollouts.values() if one.open]
            if len(opened) >= width or any(one.target == rollout.target for one in opened):
                return False
            begun = MemoryQueue(self.tables).settle(rollout.id, Fate.BEGUN, "", rollout.begun_at)
            if begun:
                self.tables.put(self.tables.rollouts, rollout.id, rollout)
            return begun

    def rollouts(
        self,
        *,
        ids: Sequence[str] | None = None,
        target: str = "",
        batch: str = "",
        since: datetime | None = None,
        open_only: bool = False,
        most: int = 1000,
    ) -> list[Rollout]:
        """The newest first."""
        with self.tables.lock:
            found = [
                one
                for one in reversed(self.tables.rollouts.values())
                if (ids is None or one.id in ids)
                and target in ("", one.target)
                and batch in ("", one.batch)
                and (since is None or one.begun_at > since)
                and (one.open or not open_only)
            ]
        return found[:most]

    def pasts(self, targets: Collection[str], most: int) -> dict[str, list[Rollout]]:
        """The newest of each first."""
        found: dict[str, list[Rollout]] = {}
        with self.tables.lock:
            for one in reversed(self.tables.rollouts.values()):
                refused = one.outcome is not None and one.outcome.end is End.REFUSED
                if one.target in targets and not refused:
                    found.setdefault(one.target, []).append(one)
        return {name: past[:most] for name, past in found.items()}

    def steps(self, rollout: str) -> list[Taken]:
        """What was begun of it."""
        with self.tables.lock:
            found = [one for (of, _), one in self.tables.steps.items() if of == rollout]
        return sorted(found, key=lambda one: one.number)

    def take(self, rollout: str, number: int, by: str, now: datetime) -> Taken:
        """Begin with a step, or begin with it again."""
        with self.tables.changing():
            known = self.tables.steps.get((rollout, number))
            if known and known.result:
                return known
            taken = known._replace(attempts=known.attempts + 1, by=by) if known else Taken(number, now, 1, by)
            self.tables.put(self.tables.steps, (rollout, number), taken)
            return taken

    def went(self, rollout: str, result: Result) -> bool:
        """How a step went."""
        with self.tables.changing():
            taken = self.tables.steps.get((rollout, result.number))
            if taken is None or taken.result:
                return False
            self.tables.put(self.tables.steps, (rollout, result.number), taken._replace(result=result))
            return True

    def cancel(self, rollout: str, by: str, reason: str, now: datetime) -> bool:
        """Somebody wants it ended."""
        with self.tables.changing():
            one = self.tables.rollouts.get(rollout)
            if one is None or not one.open or one.cancelled_by:
                return False
            self.tables.put(
                self.tables.rollouts, rollout, one._replace(cancelled_by=by, cancel_reason=reason)
            )
            return True

    def end(self, ended: Ended) -> bool:
        """The end of it, with all that follows."""
        with self.tables.changing():
            one = self.tables.rollouts.get(ended.rollout)
            if one is None or not one.open:
                return False
            over = one._replace(outcome=ended.outcome, ended_at=ended.at)
            self.tables.put(self.tables.rollouts, ended.rollout, over)
            if ended.hold:
                MemoryDesk(self.tables).hold(ended.hold)
            for deployment in ended.deployments:
                MemoryJournal(self.tables).deployed(deployment)
            MemoryOutbox(self.tables).put(ended.notices)
            return True

    def say(self, rollout: str, number: int, text: str, now: datetime) -> None:
        """A piece of output."""
        with self.tables.changing():
            line = Line(self.tables.number(), number, now, text)
            self.tables.put(self.tables.lines, (rollout, line.seq), line)

    def output(self, rollout: str, *, after: int = 0, most: int = 1000) -> list[Line]:
        """Pieces of output after that one."""
        with self.tables.lock:
            lines = [one for (of, _), one in self.tables.lines.items() if of == rollout and one.seq > after]
        return lines[:most]

    @contextmanager
    def alone(self, target: str, seconds: float) -> Iterator[Turnstile | None]:
        """Be the only one who changes what serves there."""
        with self.tables.lock:
            turn = self.tables.turns.setdefault(target, threading.Lock())
        if not turn.acquire(timeout=seconds):
            yield None
            return
        try:
            yield Mine()
        finally:
            turn.release()
