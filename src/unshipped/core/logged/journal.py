"""What else the log keeps: rounds of the watch, attempts to tell somebody, what people decided."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from unshipped.core.alerting import Notice
from unshipped.core.holds import lasts
from unshipped.core.model import Hold
from unshipped.core.value import Value


class Round(Value):
    """One look at one share of the fleet, for one moment of the schedule."""

    shard: str
    """Which share: `1/1` is all of it."""
    slot: datetime
    """The moment that it was for. A share is looked at once for a moment."""
    at: datetime
    """When it was begun."""
    seconds: float
    declared: int
    checked: int
    conclusive: int
    troubled: int = 0
    """How many targets need somebody."""
    error: str = ""
    """Why nothing was looked at, where that is so."""

    @property
    def idle(self) -> bool:
        """Whether none of the fleet's targets falls to this share: then there was nothing to do."""
        shared = not self.shard.endswith("/1")
        return shared and self.declared > 0 and not self.checked and not self.error


class Outcome(str, Enum):
    """How an attempt ended."""

    SENT = "sent"
    FAILED = "failed"
    GAVE_UP = "gave-up"


class Delivery(Value):
    """One attempt to say one notice."""

    notice: str
    attempt: int
    at: datetime
    outcome: Outcome
    detail: str = ""
    """What the receiver said, or why it was not reached. Holds no secret."""


class Claim(Value):
    """A notice that somebody is about to say, and nobody else meanwhile."""

    notice: Notice
    attempt: int
    reference: str = ""
    """What the receiver called the conversation when it was begun; empty where it was not."""
    heard: tuple[str, ...] = ()
    """The incidents of the conversation that the receiver was told of, this notice's among them."""
    by: str = ""
    """Who has it."""


class Action(Value):
    """Somebody did something. It is written down before it is done, so that nothing is done unseen."""

    at: datetime
    by: str
    what: str
    """In one word: `hold`, `silence`, `deploy`."""
    about: str
    """A target, or the id of what it is about."""
    reason: str = ""
    door: str = ""
    """By which way it came: `web`, `command`."""


class Newest(Value):
    """How far the log has come: what differs in two of these has moved on between them."""

    rounds: int = 0
    stretches: int = 0
    deployments: int = 0
    actions: int = 0
    rollouts: str = ""
    lines: int = 0


class Kept(Value):
    """A hold that somebody placed: in the log, beside those of the configuration."""

    id: str
    service: str
    environment: str
    hold: Hold
    since: datetime
    ended_at: datetime | None = None
    ended_by: str = ""

    @property
    def target(self) -> str:
        return f"{self.service}/{self.environment}"

    def holds(self, now: datetime) -> bool:
        return self.ended_at is None and lasts(self.hold, now)
