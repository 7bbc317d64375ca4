"""Incidents, and the steps of one."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from unshipped.web.shapes._words import Document, Severity, Time


class Incident(BaseModel):
    """An unbroken stretch of drift, or of not knowing, for one target."""

    id: str
    service: str
    environment: str
    kind: Literal["drift", "unknown"]
    open: bool
    severity: Severity
    peak: Severity
    headline: str
    opened_at: Time
    since: Time | None
    resolved_at: Time | None
    ending: Literal["deployed", "held", "remapped", "retired", "landed", "passed"] | None
    acknowledged_by: str | None
    owner: str | None
    cause: str | None
    """What it may share with others: `landing:COMMIT`, `unknown:CODE:SOURCE`."""
    group: str
    returns: int


class Incidents(Document):
    """Incidents, the newest first."""

    incidents: list[Incident]


class Transition(BaseModel):
    """One step of one incident."""

    incident: str
    number: int
    step: Literal["opened", "escalated", "eased", "acknowledged", "silenced", "resolved", "reopened"]
    at: Time
    before: Severity
    severity: Severity
    reasons: list[str]
    by: str | None


class Transitions(Document):
    """Every step of one incident, in order."""

    transitions: list[Transition]
