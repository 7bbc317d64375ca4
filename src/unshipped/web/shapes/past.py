"""What was: stretches, deployments, gates, weeks."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from unshipped.web.shapes._words import Document, Flag, Severity, State, Time


class Deploy(BaseModel):
    """From then on, that commit served."""

    id: str
    service: str
    environment: str
    commit: str | None
    page: str | None
    before: str | None
    """What served before, where that is known."""
    at: Time
    """When it was first seen to serve; where it was not seen, when it is said to have been deployed."""
    not_before: Time | None
    """When what served before was last seen."""
    rollback: bool
    by: str | None
    by_hand: bool
    """Whether this product did not make it."""
    recorded: bool
    seen: bool


class Deployments(Document):
    """Deployments, the newest first."""

    since: Time
    total: int
    deployments: list[Deploy]


class Stretch(BaseModel):
    """How a target stood for a time."""

    since: Time
    until: Time
    state: State
    severity: Severity
    flags: list[Flag]
    quiet: bool
    changes_behind: int | None
    behind_since: Time | None
    """The hours that it was stale grow from here."""
    deployed: str | None
    reason: str


class Limit(BaseModel):
    """Who is stale for so long is that bad."""

    severity: Severity
    stale_seconds: float


class Lane(BaseModel):
    """One target through the time. Where no stretch is, nobody looked."""

    service: str
    environment: str
    limits: list[Limit]
    """By its rules as they are now; empty where the count alone or working time decides."""
    stretches: list[Stretch]
    deployments: list[Deploy]


class Timeline(Document):
    """How targets stood, what was deployed, when they were held: all that a picture of it needs."""

    since: Time
    until: Time
    total: int
    targets: list[Lane]
    """In the order of the list of targets."""


class Event(BaseModel):
    """One thing that happened."""

    at: Time
    what: str
    text: str


class History(Document):
    """What happened to one target, the newest first."""

    events: list[Event]


class FoundOne(BaseModel):
    """What a gate said of one target."""

    service: str
    environment: str
    answer: Literal["allow", "warn", "block"]
    unknown: bool
    reasons: list[str]
    verdict_age_seconds: float | None
    deployed: str | None
    bypass: str | None


class Decision(BaseModel):
    """One answer of a gate."""

    schema_version: Literal[1]
    gate: str
    at: Time
    answer: Literal["allow", "warn", "block"]
    would: Literal["allow", "warn", "block"]
    mode: Literal["off", "observe", "warn", "enforce"]
    purpose: Literal["work", "deploy", "rollback", "emergency"]
    deploys: str | None
    asked_by: str | None
    verdict_age_seconds: float | None
    max_verdict_age_seconds: float | None
    """For how long a verdict counts, in the answer to a question."""
    on_unknown: Literal["allow", "warn", "block"] | None
    """What is answered where none counts, in the answer to a question."""
    reasons: list[str]
    targets: list[FoundOne]


class Decisions(Document):
    """Answers of gates, the newest first."""

    since: Time
    total: int
    decisions: list[Decision]


class Gate(BaseModel):
    """One gate of the configuration."""

    name: str
    services: list[str]
    environment: str | None
    mode: Literal["off", "observe", "warn", "enforce"]
    max_behind: int | None
    max_age_seconds: float | None
    severity: Severity
    on_unknown: Literal["allow", "warn", "block"]
    max_verdict_age_seconds: float
    asked: int
    """How often in the last seven days."""
    blocked: int
    would_have_blocked: int


class Gates(Document):
    """The gates."""

    gates: list[Gate]


class ReportRow(BaseModel):
    """One figure."""

    label: str
    value: str
    before: str
    counted: str


class ReportBar(BaseModel):
    """One amount as a length."""

    label: str
    amount: float
    text: str


class ReportSection(BaseModel):
    """Some figures that belong together."""

    title: str
    rows: list[ReportRow]
    bars: list[ReportBar]
    caption: str
    lines: list[str]


class Told(BaseModel):
    """A report in words."""

    title: str
    headline: str
    compared: str
    sections: list[ReportSection]


class Report(Document):
    """What a week was like: in words, and in figures with what they were counted from."""

    since: Time
    until: Time
    told: Told
    measures: dict[str, Any]
    before: dict[str, Any] | None
    dora: dict[str, Any]
    dora_before: dict[str, Any] | None
    advice: list[dict[str, Any]]
