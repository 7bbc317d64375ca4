"""Somebody wants something ended that was asked for, whatever has become of it by now."""

from __future__ import annotations

from datetime import datetime

from unshipped.ports.rolling import Book


def cancel(book: Book, identity: str, by: str, reason: str, now: datetime) -> str:
    """What follows; empty where it has ended, or where somebody wanted that before."""
    why = f"cancelled by {by}{f': {reason}' if reason else ''}"
    # In the order in which it goes: what is begun in between is not missed.
    if book.drop(identity, why, now):
        return "taken out of the queue"
    return "it goes back" if book.cancel(identity, by, reason, now) else ""
