"""What the log keeps of rollouts: who asked for them, how far each came, how it ended."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from unshipped.core.alerting import Notice
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Kept
from unshipped.core.rollout import End, Outcome, Plan, Result
from unshipped.core.value import Value
from unshipped.core.windows import Asked


class Fate(str, Enum):
    """What became of a wish."""

    BEGUN = "begun"
    """A rollout of it was begun."""
    REPLACED = "replaced"
    """Somebody asked for something newer."""
    DROPPED = "dropped"
    """It was taken back, or is of no use."""
    SAME = "same"
    """What serves has the same content already."""


class Wish(Value):
    """A wish to deploy something, in the queue."""

    asked: Asked
    waits: str = ""
    """Why it waits, as it was seen last."""
    fate: Fate | None = None
    """None for as long as it waits."""
    why: str = ""
    settled_at: datetime | None = None


class Rollout(Value):
    """A plan that was begun. It has the id of the wish that it came from."""

    plan: Plan
    begun_at: datetime
    batch: str = ""
    outcome: Outcome | None = None
    ended_at: datetime | None = None
    cancelled_by: str = ""
    cancel_reason: str = ""

    @property
    def id(self) -> str:
        return self.plan.id

    @property
    def target(self) -> str:
        return self.plan.target

    @property
    def open(self) -> bool:
        return self.ended_at is None

    @property
    def proven(self) -> bool:
        return self.outcome is not None and self.outcome.end is End.PROVEN


class Taken(Value):
    """A step that somebody has begun with, and how it went once that is known."""

    number: int
    begun_at: datetime
    """The first time."""
    attempts: int = 1
    """More than one where a process died in it."""
    by: str = ""
    result: Result | None = None


class Line(Value):
    """A piece of a step's output."""

    seq: int
    number: int
    at: datetime
    text: str


class Ended(Value):
    """The end of a rollout with all that follows from it: written down at once, or not at all."""

    rollout: str
    outcome: Outcome
    at: datetime
    hold: Kept | None = None
    deployments: tuple[Deployment, ...] = ()
    notices: tuple[Notice, ...] = ()
