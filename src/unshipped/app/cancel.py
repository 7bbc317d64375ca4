"""Somebody wants something ended that was asked for, whatever has become of it by now."""

from __future__ import annotations

from datetime import datetime

from unshipped.app.aftermath import touched
from unshipped.core.rollout import Next, next_step
from unshipped.ports.rolling import Book


def cancel(book: Book, identity: str, by: str, reason: str, now: datetime) -> str:
    """What follows; empty where it has ended, or where somebody wanted that before. What goes back already
    does so for its own reason.
    """
    why = f"cancelled by {by}{f': {reason}' if reason else ''}"
    # In the order in which it goes: what is begun in between is not missed.
    if book.drop(identity, why, now):
        return "taken out of the queue"
    if _goes_back(book, identity):
        return "it goes back already"
    if not book.cancel(identity, by, reason, now):
        return ""
    [rollout] = book.rollouts(ids=[identity])
    if not touched(rollout.plan, book.steps(identity)):
        return "it ends, and touches nothing"
    return "it goes back" if rollout.plan.back else "it stops as it is, and is held"


def _goes_back(book: Book, identity: str) -> bool:
    rollout = next(iter(book.rollouts(ids=[identity])), None)
    if rollout is None or not rollout.open:
        return False
    following = next_step(rollout.plan, [one.result for one in book.steps(identity) if one.result])
    return isinstance(following, Next) and following.back
