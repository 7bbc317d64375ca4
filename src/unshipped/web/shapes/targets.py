"""Targets: how they stand, and why."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from unshipped.web.shapes._words import Document, Flag, Severity, State, Time
from unshipped.web.shapes.incidents import Incident
from unshipped.web.shapes.past import Deploy
from unshipped.web.shapes.people import Bypass, Hold, Silence
from unshipped.web.shapes.rollouts import Lock


class Commit(BaseModel):
    """A commit, and its page where the repository has one."""

    commit: str | None
    page: str | None


class Row(BaseModel):
    """One target as it was seen last."""

    service: str
    environment: str
    owner: str | None
    state: State
    flags: list[Flag]
    severity: Severity
    quiet: bool
    """Whether nothing is to be done: in sync, held, in its grace, or retired."""
    headline: str
    """One line that says it all: `3 changes behind for 42 min`."""
    reasons: list[str]
    reason_code: str | None
    """Why it is unknown, where it is."""
    deployed: Commit
    expected: Commit
    compare: str | None
    """The page that shows what lies between the two."""
    behind: int | None
    changes_behind: int | None
    ahead: int | None
    cancelled: int | None
    behind_since: Time | None
    age_seconds: int | None
    """As of `as_of` of the document: count on from `behind_since`."""
    source: str | None
    since: Time | None
    """Since when it stands so."""
    checked_at: Time | None
    """When it was looked at last; null where it never was. Where that proves nothing any more it is unknown,
    with `stale-observation`.
    """
    checked_seconds_ago: int | None
    conclusive_at: Time | None
    hold: Hold | None
    deployed_at: Time | None
    """When what serves was first seen to serve, where that is in the log."""
    deployed_by: str | None
    incident: str | None
    """The id of its open incident; of two the drift."""
    acknowledged_by: str | None


class Overview(BaseModel):
    """How many stand how."""

    targets: int
    in_sync: int
    behind: int
    ahead: int
    diverged: int
    unknown: int
    troubled: int
    """How many need somebody."""
    worst: Severity | None
    """The worst of what needs somebody; null where nothing was looked at."""
    longest_wait_seconds: int | None
    checked_at: Time | None
    sentence: str
    """The same for people: `11 targets: 3 behind, 8 in sync; the longest wait is 14 h.`"""


class Targets(Document):
    """Targets, what wants somebody first."""

    as_of: Time
    """The moment that ages are counted up to: the answer was written then, and nothing has happened since."""
    summary: Overview
    """Over all that fit, also those of other pages."""
    total: int
    offset: int
    targets: list[Row]


class Why(BaseModel):
    """Why a path counts, or does not."""

    path: str
    counts_by: str | None
    link: str | None
    ignored_by: str | None


class Counted(BaseModel):
    """A change, with the reason why each of its paths counts. Its subject is a text of others: show it as
    text.
    """

    commit: str
    page: str | None
    subject: str
    author: str
    landed_at: Time
    pull_request: int | None
    commits: list[str]
    paths: list[Why]
    more_paths: int
    """How many paths are not listed."""


class Next(BaseModel):
    """What to do next."""

    why: str
    command: str


class Deploying(BaseModel):
    """Whether whoever asks may do it now, and the words on the button."""

    declared: bool
    """Whether anything is deployed to it from here at all."""
    allowed: bool
    caption: str
    """`Deploy`, `Held`, `Deploying`, `Frozen until 09:00 UTC`, …"""
    reason: str
    """Why not, as a sentence; empty where it is allowed."""


class Cause(BaseModel):
    """What an open incident began with, and which others began with the same."""

    landing: Commit | None
    """The landing, where it is about changes."""
    source: str | None
    """The source that did not answer, where it is about not knowing."""
    shared_with: list[str]
    """Other targets, as `api/production`."""


class Target(Document):
    """One target with everything that the log has of it now."""

    as_of: Time
    target: Row
    changes: list[Counted]
    """The missing changes, newest first, at most twenty; `changes_behind` is never cut."""
    incidents: list[Incident]
    cause: Cause | None
    """Of the open incident, where it is known."""
    holds: list[Hold]
    silences: list[Silence]
    """Those that fall on it."""
    locks: list[Lock]
    """Those that fall on it."""
    bypasses: list[Bypass]
    """By which work passes gates that ask for this service."""
    deployments: list[Deploy]
    """The last ones, newest first."""
    next: Next | None
    """Null where nothing is to be done."""
    deploy: Deploying
    rollback: Deploying


class Word(BaseModel):
    """One word of a source."""

    revision: str
    said_by: str | None
    part: str | None
    share: float
    weak: bool


class Signal(BaseModel):
    """What one source said."""

    source: str
    revision: str | None
    error: str | None
    words: list[Word]


class Link(BaseModel):
    """A symbolic link, and what it leads to."""

    link: str
    leads_to: str


class Explanation(Document):
    """One target, looked at now: its sources were asked and its history was walked for this answer."""

    looked_at: Time
    service: str
    environment: str
    state: State
    flags: list[Flag]
    severity: Severity
    headline: str
    reasons: list[str]
    reason_code: str | None
    hint: str | None
    remarks: list[dict[Literal["code", "message"], str]]
    expected: dict[Literal["commit", "ref", "why"], str] | None
    signals: list[Signal]
    missing: list[Counted]
    cancelled: list[Counted]
    """Changes that were made and taken back."""
    left_out: list[Counted]
    """Changes that touch the service only where `ignore` takes it out."""
    only_here: list[str]
    """Commits that only production has."""
    already_landed: list[str]
    elsewhere: int
    """Other changes of the branch, which touch nothing of the service."""
    more: int
    """How many changes are not listed."""
    links: list[Link]
    reproduce: list[str]
    """git commands that show the same."""


class Turn(BaseModel):
    """From that moment on it is that bad, as long as nothing is deployed."""

    at: Time
    severity: Severity
    reasons: list[str]


class Course(BaseModel):
    """Thresholds, and how the drift that is there goes by them. The first turn opens an incident, and a watch
    finds each at its next round. Nothing where it is not behind.
    """

    warning_changes: int
    warning_hours: float
    critical_changes: int
    critical_hours: float
    grace_minutes: float
    turns: list[Turn]


class Over(BaseModel):
    """An incident that is over, and how it would have gone by the other thresholds: the first turn would have
    opened it; without any it would not have opened.
    """

    incident: str
    opened_at: Time
    resolved_at: Time
    peak: Severity
    turns: list[Turn]


class WhatIf(Document):
    """One target by its own thresholds and by others."""

    looked_at: Time
    service: str
    environment: str
    own: Course
    other: Course
    over: list[Over]
    """The newest drift incidents of the target that are over, at most three."""


class Stands(BaseModel):
    """Where a change stands in one target."""

    service: str
    environment: str
    place: Literal["live", "waiting", "cancelled", "unmerged", "not_applicable", "unknown"]
    reason: str
    flags: list[Flag]
    deployed: str | None
    waiting_since: Time | None


class Where(Document):
    """Where a change stands: whether it is live."""

    commit: str
    title: str
    page: str | None
    targets: list[Stands]
    """Those that it concerns; of the others only the number is told."""
    not_concerned: int


class Origin(BaseModel):
    """What of one repository a service is made of."""

    repository: str
    paths: list[str]
    ignore: list[str]
    closure: str
    """`declared`, or derived from how it is built: `image`, `imports`."""
    dockerfile: str | None


class Mapped(BaseModel):
    """One service of the map."""

    service: str
    owner: str | None
    criticality: str | None
    environments: list[str]
    retired: bool
    origins: list[Origin]


class Map(Document):
    """Which services there are, and what each is made of."""

    services: list[Mapped]
