"""Take out of a log in memory what was kept for long enough."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from unshipped.core.logged.retention import Retention
from unshipped.stores.memory_tables import Tables


class MemoryKeeper:
    """Looks after a log in memory."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def prune(self, retention: Retention, now: datetime) -> dict[str, int]:
        """Take out what was kept for long enough, and answer how much of each kind that was."""

        def past(moment: datetime | None, kind: str) -> bool:
            return moment is not None and moment < now - timedelta(seconds=getattr(retention, kind))

        def ended(*moments: datetime | None) -> bool:
            return any(past(moment, "people") for moment in moments)

        tables = self.tables
        unsaid = {one.notice.group for one in tables.notices.values() if one.outcome is None}
        with tables.changing():
            taken = {
                "observations": self._take(
                    tables.stretches, lambda one: past(one.checked_at, "observations")
                ),
                "rounds": self._take(tables.rounds, lambda one: past(one.at, "rounds")),
                "notices": self._take(
                    tables.notices, lambda one: one.outcome is not None and past(one.notice.at, "notices")
                ),
                "incidents": self._take(
                    tables.incidents,
                    lambda one: past(one.resolved_at, "incidents") and one.group not in unsaid,
                ),
                "decisions": self._take(tables.decisions, lambda one: past(one.at, "decisions")),
                "deployments": self._take(tables.deployments, lambda one: past(one.when, "deployments"))
                + self._take(tables.rollouts, lambda one: past(one.ended_at, "deployments"))
                + self._take(tables.wishes, lambda one: past(one.settled_at, "deployments")),
                "people": self._take(tables.holds, lambda one: ended(one.ended_at, one.hold.until))
                + self._take(tables.locks, lambda one: ended(one.ended_at, one.lock.until))
                + self._take(tables.actions, lambda one: ended(one.at))
                + self._take(tables.silences, lambda one: ended(one.until))
                + self._take(tables.bypasses, lambda one: ended(one.revoked_at, one.until)),
            }
            self._take_orphans()
        return taken

    def _take(self, table: dict[Any, Any], over: Callable[[Any], bool]) -> int:
        keys = [key for key, one in table.items() if over(one)]
        for key in keys:
            self.tables.drop(table, key)
        return len(keys)

    def _take_orphans(self) -> None:
        """What is of use only with what was taken out."""
        tables = self.tables
        groups = {one.group for one in tables.incidents.values()}
        groups |= {one.notice.group for one in tables.notices.values()}
        for table, kept in (
            (tables.transitions, tables.incidents),
            (tables.said, tables.incidents),
            (tables.deliveries, tables.notices),
            (tables.steps, tables.rollouts),
            (tables.lines, tables.rollouts),
        ):
            for key in [key for key in table if key[0] not in kept]:
                tables.drop(table, key)
        for talk in [talk for talk in tables.references if talk[1] not in groups]:
            tables.drop(tables.references, talk)
