"""Incidents that somebody asks for: what is open is never left out, or it would seem to be over."""

from __future__ import annotations

from datetime import datetime

from unshipped.core.incidents import Incident
from unshipped.ports.keeping import Journal

_ALL = 100_000


def still_open(journal: Journal, target: str = "") -> list[Incident]:
    """Every open incident, however many there are; the newest first."""
    return journal.incidents(open_only=True, target=target, most=_ALL)


def opened(
    journal: Journal, *, since: datetime | None = None, target: str = "", most: int = 1000
) -> list[Incident]:
    """Every open incident, and the newest of those that are over since then; the newest first."""
    over = [one for one in journal.incidents(since=since, target=target, most=most) if not one.open]
    found = [*still_open(journal, target), *over]
    return sorted(found, key=lambda one: (one.opened_at, one.id), reverse=True)
