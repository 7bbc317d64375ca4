"""Where one commit stands in one target."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from unshipped.core.model import Flag, Target
from unshipped.core.value import Value


class Place(str, Enum):
    """The answers to "is my change live?"."""

    LIVE = "live"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    UNMERGED = "unmerged"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class Evidence(Value):
    """What history says about one commit and one closure."""

    touches: bool
    in_deployed: bool
    in_expected: bool
    same_content: bool
    """At every path that the commit touched, what it made of it is deployed, or the branch since then."""
    still_differs: bool
    """Some path that it touched differs between the deployed and the expected tree."""
    landed_at: datetime | None = None
    """When it reached the expected branch."""
    undone: bool = False
    """The deployed tree has, at every path that the commit touched, what lay there before it."""
    cut_short: bool = False
    """The clone is shallow, and where its history ends the commit may be."""


class Standing(Value):
    """The place of a commit in one target, with the reason."""

    target: Target
    place: Place
    reason: str
    deployed: str = ""
    since: datetime | None = None
    flags: tuple[Flag, ...] = ()


NOT_CONCERNED = (Place.NOT_APPLICABLE, "it touches nothing of this service")


def place(evidence: Evidence) -> tuple[Place, str]:
    """The place that the evidence proves, and why."""
    if not evidence.touches:
        return NOT_CONCERNED
    if evidence.in_deployed and evidence.undone:
        return Place.CANCELLED, "a later change, which is deployed as well, took it back"
    if evidence.in_deployed:
        return Place.LIVE, "the deployed commit contains it"
    if evidence.same_content:
        return Place.LIVE, "the deployed tree has the same content, by another commit"
    if evidence.cut_short:
        return Place.UNKNOWN, "the clone is shallow and its history ends too early: git fetch --unshallow"
    if not evidence.in_expected:
        return Place.UNMERGED, "it is neither deployed nor in what should serve"
    if not evidence.still_differs:
        return Place.CANCELLED, "a later change on the branch took it back"
    return Place.WAITING, "it is on the branch and not deployed"
