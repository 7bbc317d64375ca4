"""How far the log has come, in memory."""

from __future__ import annotations

from unshipped.core.logged.journal import Newest
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.rolling import Line
from unshipped.stores.memory_tables import Tables


class MemoryNews:
    """The news of a log in memory."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def newest(self) -> Newest:
        """How far the log has come."""
        tables = self.tables
        with tables.lock:
            opened = [one for one in tables.rollouts.values() if one.open]
            rolled = (len(tables.rollouts), opened, tables.wishes, tables.steps)
            return Newest(
                rounds=len(tables.rounds),
                stretches=len(tables.stretches) + len(tables.standings),
                deployments=len(tables.deployments),
                actions=max(tables.actions, default=0),
                rollouts=f"{hash(repr(rolled)):x}",
                lines=max((one.seq for one in tables.lines.values()), default=0),
            )

    def stretched(self, after: int, most: int) -> list[Standing]:
        """The newest stretches behind that number."""
        with self.tables.lock:
            every = [*self.tables.stretches.values(), *self.tables.standings.values()]
        ordered = sorted(every, key=lambda one: (one.since, one.seen.target))
        return ordered[after:][-most:]

    def printed(self, after: int, most: int) -> list[tuple[str, Line]]:
        """What rollouts printed behind that number."""
        with self.tables.lock:
            found = [(name, one) for (name, _), one in self.tables.lines.items() if one.seq > after]
        return sorted(found, key=lambda pair: pair[1].seq)[:most]
