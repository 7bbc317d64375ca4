"""What was written down of a time, arranged to be counted: one course of stretches for each target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from unshipped.core.alerting import Notice
from unshipped.core.counting.figures import Span
from unshipped.core.gating import GateDecision
from unshipped.core.incidents import Incident, Transition
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Delivery, Round
from unshipped.core.logged.observations import Observation, Standing

VOUCHES = timedelta(hours=1)
"""For so long after it was last seen so a target is taken to stand as it did; after that, nobody knows."""

Course = tuple[Standing, ...]
"""How one target stood, stretch after stretch."""


@dataclass(frozen=True)
class Past:
    """What the log has from `since` on."""

    since: datetime
    incidents: tuple[Incident, ...] = ()
    transitions: tuple[Transition, ...] = ()
    stretches: tuple[Standing, ...] = ()
    rounds: tuple[Round, ...] = ()
    deliveries: tuple[tuple[Notice, Delivery], ...] = ()
    deployments: tuple[Deployment, ...] = ()
    decisions: tuple[GateDecision, ...] = ()
    whole_since: datetime | None = None
    """Before that looks were taken out, and the longest stretches are what is left; None: none were."""

    def whole(self, span: Span) -> Span:
        """That part of a time of which every look is kept."""
        return span if self.whole_since is None else span._replace(since=max(span.since, self.whole_since))

    @cached_property
    def courses(self) -> dict[str, Course]:
        """By target."""
        found: dict[str, list[Standing]] = {}
        for stretch in sorted(self.stretches, key=lambda one: (one.seen.target, one.since)):
            found.setdefault(stretch.seen.target, []).append(stretch)
        return {target: tuple(course) for target, course in found.items()}


def held(course: Course) -> Iterator[tuple[Observation, datetime, datetime]]:
    """What was seen, from when and until when it is taken to have held: to the next stretch, and not for
    longer than somebody who looked vouches for it. Two looks that saw the same are one stretch, however
    far apart they are.
    """
    for at, stretch in enumerate(course):
        end = stretch.checked_at + VOUCHES
        if at + 1 < len(course):
            end = min(end, course[at + 1].since)
        yield stretch.seen, stretch.since, end


def seconds(course: Iterable[tuple[Observation, datetime, datetime]], span: Span) -> float:
    """How much of a time these stretches take."""
    return sum(span.overlap(start, end) for _, start, end in course)


def known(course: Course, span: Span) -> float:
    """For how much of a time it was known how the target stands."""
    return seconds((one for one in held(course) if one[0].conclusive), span)
