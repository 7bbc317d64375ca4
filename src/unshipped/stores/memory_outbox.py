"""Notices on their way, in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from unshipped.core.alerting import Notice
from unshipped.core.logged.journal import Claim, Delivery, Outcome
from unshipped.ports.keeping import LEFT
from unshipped.stores.memory_tables import Posted, Tables


class MemoryOutbox:
    """The outbox of a log in memory."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def claim(
        self,
        by: str,
        now: datetime,
        *,
        lease: float,
        most: int,
        away: Collection[str] = (),
        known: Collection[str] | None = None,
    ) -> list[Claim]:
        """Take notices that are due, at most one of each receiver, for `lease` seconds."""
        with self.tables.changing():
            oldest: dict[tuple[str, str], Posted] = {}
            for posted in self.tables.notices.values():
                if posted.outcome is None:
                    notice = posted.notice
                    oldest.setdefault((notice.receiver, notice.group or notice.id), posted)
            talking = {*away} | {
                one.notice.receiver for one in oldest.values() if one.held_by == by and _held(one, now)
            }
            due: dict[str, Posted] = {}
            for posted in oldest.values():
                mine = known is None or posted.notice.receiver in known or posted.notice.at <= now - LEFT
                if mine and posted.notice.receiver not in talking and _free(posted, now):
                    due.setdefault(posted.notice.receiver, posted)
            until = now + timedelta(seconds=lease)
            return [self._taken(one, by, until) for one in list(due.values())[:most]]

    def _taken(self, posted: Posted, by: str, until: datetime) -> Claim:
        notice, attempt = posted.notice, posted.attempts + 1
        taken = posted._replace(attempts=attempt, held_by=by, until=until)
        self.tables.put(self.tables.notices, notice.id, taken)
        reference = self.tables.references.get((notice.receiver, notice.group), "")
        known = [
            one
            for one in self.tables.incidents.values()
            if one.group == notice.group and (one.id, notice.receiver) in self.tables.said
        ]
        heard = tuple(one.id for one in sorted(known, key=lambda one: (one.opened_at, one.id)))
        return Claim(notice, attempt, reference, heard, by)

    def record(
        self, claim: Claim, delivery: Delivery, *, reference: str = "", again_at: datetime | None = None
    ) -> bool:
        """Write down how an attempt ended."""
        tables, notice = self.tables, claim.notice
        with tables.changing():
            posted = tables.notices.get(notice.id)
            if posted is None:
                return False  # it was taken out meanwhile, with all that was kept of it
            if (notice.id, claim.attempt) not in tables.deliveries:
                tables.put(tables.deliveries, (notice.id, claim.attempt), delivery)
            if posted.attempts != claim.attempt:
                return False
            if not posted.held_by:
                return True  # it was written down before
            ended = posted._replace(held_by="", until=None, again_at=again_at)
            if delivery.outcome is not Outcome.FAILED:
                ended = ended._replace(outcome=delivery.outcome, again_at=None)
            tables.put(tables.notices, notice.id, ended)
            if delivery.outcome is Outcome.SENT and notice.group:
                tables.put(tables.references, (notice.receiver, notice.group), reference)
            return True

    def add(self, notices: Sequence[Notice]) -> None:
        """Put further notices in."""
        with self.tables.changing():
            self.put(notices)

    def put(self, notices: Sequence[Notice]) -> None:
        """Put notices in, as a part of a change."""
        for notice in notices:
            if notice.id not in self.tables.notices:
                self.tables.put(self.tables.notices, notice.id, Posted(notice))
                for one in notice.told:
                    self.tables.put(self.tables.said, (one.incident, notice.receiver), one.said)


def _held(posted: Posted, now: datetime) -> bool:
    """Whether somebody is saying it."""
    return posted.until is not None and posted.until > now


def _free(posted: Posted, now: datetime) -> bool:
    """Whether it is neither somebody's nor resting."""
    return not _held(posted, now) and (posted.again_at is None or posted.again_at <= now)
