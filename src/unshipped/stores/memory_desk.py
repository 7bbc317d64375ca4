"""What people decided, in memory."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from unshipped.core.alerting import Silence
from unshipped.core.gating import Bypass
from unshipped.core.logged.journal import Action, Kept
from unshipped.stores.memory_tables import Tables


class MemoryDesk:
    """The desk of a log in memory."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def hold(self, kept: Kept) -> None:
        """Keep a hold."""
        self._keep(self.tables.holds, kept)

    def holds(self, now: datetime) -> list[Kept]:
        """Those that hold."""
        return self._begun([one for one in self.tables.holds.values() if one.holds(now)])

    def unhold(self, service: str, environment: str, by: str, now: datetime) -> list[Kept]:
        """End every hold of that target."""
        with self.tables.changing():
            ended = [
                one._replace(ended_at=now, ended_by=by)
                for one in self.holds(now)
                if (one.service, one.environment) == (service, environment)
            ]
            for one in ended:
                self.tables.put(self.tables.holds, one.id, one)
            return ended

    def silence(self, silence: Silence) -> None:
        """Keep a silence."""
        self._keep(self.tables.silences, silence)

    def silences(self, now: datetime) -> list[Silence]:
        """Those that hold."""
        return self._begun([one for one in self.tables.silences.values() if now < one.until])

    def unsilence(self, identity: str, now: datetime) -> Silence | None:
        """End it now."""
        with self.tables.changing():
            found = next((one for one in self.silences(now) if one.id == identity), None)
            if found:
                found = found._replace(until=now)
                self.tables.put(self.tables.silences, identity, found)
            return found

    def bypass(self, bypass: Bypass) -> None:
        """Keep a bypass."""
        self._keep(self.tables.bypasses, bypass)

    def bypasses(self, now: datetime) -> list[Bypass]:
        """Those that hold."""
        holding = [one for one in self.tables.bypasses.values() if one.holds(one.gate, one.service, now)]
        return self._begun(holding)

    def revoke(self, identity: str, by: str, now: datetime) -> Bypass | None:
        """End it now."""
        with self.tables.changing():
            found = next((one for one in self.bypasses(now) if one.id == identity), None)
            if found:
                found = found._replace(revoked_at=now, revoked_by=by)
                self.tables.put(self.tables.bypasses, identity, found)
            return found

    def acted(self, action: Action) -> None:
        """Write down what somebody is about to do."""
        with self.tables.changing():
            self.tables.put(self.tables.actions, self.tables.number(), action)

    def _keep(self, table: dict[str, Any], value: Any) -> None:
        with self.tables.changing():
            if value.id not in table:
                self.tables.put(table, value.id, value)

    def _begun(self, found: list[Any]) -> list[Any]:
        return sorted(found, key=lambda one: (one.since, one.id))
