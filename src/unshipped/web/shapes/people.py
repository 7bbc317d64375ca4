"""What people decided, and who somebody is."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from unshipped.web.shapes._words import Document, Time


class Hold(BaseModel):
    """A target stays as it is."""

    id: str | None
    service: str
    environment: str
    reason: str
    by: str
    since: Time | None
    until: Time | None
    declared: bool
    """Whether the configuration holds it: that is ended there."""
    sentence: str


class Holds(Document):
    """The holds that hold."""

    holds: list[Hold]


class Silence(BaseModel):
    """Nobody is told of some targets for a time. Each list that is empty means all of them."""

    id: str
    services: list[str]
    environments: list[str]
    owners: list[str]
    reason: str
    by: str
    since: Time
    until: Time
    sentence: str


class Silences(Document):
    """The silences that hold."""

    silences: list[Silence]


class Bypass(BaseModel):
    """Work may pass a gate for a time."""

    id: str
    gate: str
    """Empty is every gate."""
    service: str
    by: str
    reason: str
    since: Time
    until: Time
    sentence: str


class Bypasses(Document):
    """The bypasses that hold."""

    bypasses: list[Bypass]


class Action(BaseModel):
    """Somebody did something. It was written down before it was done."""

    at: Time
    by: str
    what: str
    about: str
    reason: str | None
    door: str


class Actions(Document):
    """Who did what, the newest first."""

    actions: list[Action]


class Me(Document):
    """Whoever asks, and what they may do."""

    name: str
    """Empty for a stranger."""
    groups: list[str]
    scopes: list[Literal["read", "record", "hold", "gate", "deploy", "admin"]]
    """What they may do everywhere."""
    owned: dict[str, list[str]]
    """What else they may do, by `owner:NAME` or `service:GLOB`."""
    login: str | None
    """Where to go to be somebody else; null where that is not said here."""
    logout: str | None
