"""What is to be deployed, what is being deployed, and how it went."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from unshipped.core.windows import Despite
from unshipped.web.shapes._words import Document, Time
from unshipped.web.shapes.asked import Asked, Name, Reason


class Step(BaseModel):
    """One step of a plan."""

    do: str
    """`ready`, `deploy`, `shift`, `verify`, `check` or `bake`."""
    commit: str
    name: str | None
    share: float
    """How much of the traffic is that commit's, once the step has passed."""
    seconds: float


class Ships(BaseModel):
    """A change that goes live with it. Its subject is a text of others: show it as text."""

    commit: str
    subject: str
    author: str
    landed_at: Time
    pull_request: int | None


class Preview(Document):
    """What would happen, all of it, or why it would have to wait. Nothing was touched."""

    service: str
    environment: str
    commit: str
    live: str | None
    way_back: str | None
    """What it would be rolled back to; null where there is nothing."""
    rollback: bool
    waits: str | None
    """Why it would not begin now; null where it would."""
    final: bool
    """Whether waiting is of no use."""
    steps: list[Step]
    back: list[Step]
    ships: list[Ships]
    notes: list[str]


class Wish(BaseModel):
    """What somebody asked for, while it waits. Its rollout will have the same id."""

    id: str
    service: str
    environment: str
    commit: str
    by: str
    at: Time
    reason: str | None
    batch: str | None
    """What was asked for at once has the same one."""
    waits: str | None
    """Why it waits, as it was seen last; null where nobody has looked yet."""
    opens_at: Time | None
    """When all that ends by itself and keeps it back will have ended; null where nothing of the kind does."""
    needs_approval: bool
    approved_by: str | None
    may_not_approve: str | None
    """Why whoever asks may not approve it; null where they may, or where nobody has to."""


class Rollout(BaseModel):
    """What was begun, and how it ended."""

    id: str
    service: str
    environment: str
    commit: str
    live: str | None
    way_back: str | None
    rollback: bool
    by: str
    reason: str | None
    batch: str | None
    begun_at: Time
    ended_at: Time | None
    end: Literal["proven", "rolled-back", "stopped", "refused"] | None
    """Null while it is under way."""
    why: str | None
    cancelled_by: str | None
    changes: list[str]


class Lock(BaseModel):
    """What nobody may deploy to. Each list that is empty means all of them."""

    id: str
    reason: str
    by: str
    since: Time
    until: Time | None
    services: list[str]
    environments: list[str]
    sentence: str
    """`api in production locked by Ana until …: the database is moved`"""


class Locks(Document):
    """The locks that hold."""

    locks: list[Lock]


class Rollouts(Document):
    """What waits, what is under way and what was, the newest first; and what is locked."""

    waiting: list[Wish]
    rollouts: list[Rollout]
    locks: list[Lock]


class Taken(BaseModel):
    """A step that was begun."""

    number: int
    do: str
    commit: str
    name: str | None
    share: float
    back: bool
    """Whether it is one of the way back."""
    begun_at: Time
    attempts: int
    by: str
    went: Literal["passed", "failed", "could-not-run", "not-begun"] | None
    ended_at: Time | None
    detail: str | None


class Plan(BaseModel):
    """A plan, as it was made."""

    steps: list[Step]
    back: list[Step]
    ships: list[Ships]
    notes: list[str]


class OneRollout(Document):
    """One rollout: what was asked for, while it waits; its plan and its steps, once it was begun."""

    waiting: Wish | None
    rollout: Rollout | None
    plan: Plan | None
    steps: list[Taken]
    settled: str | None
    """Why it was taken out of the queue without a rollout."""


class Line(BaseModel):
    """A piece of output."""

    seq: int
    number: int
    at: Time
    text: str


class Output(Document):
    """What a rollout printed, piece by piece."""

    lines: list[Line]
    more: bool
    """Whether there is more: ask for what comes after the last `seq`."""


Commit = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Question(Asked):
    """What would happen if this was deployed, or went back."""

    service: Name
    environment: Name
    to: Commit = ""
    """A commit, tag or branch; empty for what should serve, or to go back for what passed last."""
    rollback: bool = False
    canary: bool = False
    despite: Annotated[tuple[Despite, ...], Field(max_length=10)] = ()


class Order(Question):
    """Deploy it, or go back. A safety is stepped over, and a rollback is made, with a reason."""

    id: Annotated[str, Field(pattern=r"^[0-9a-zA-Z-]{8,36}$")] | None = None
    """Given by whoever asks, so that the same order is not carried out twice."""
    reason: Reason | None = None
    needs_approval: bool = False
