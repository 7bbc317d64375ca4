"""What a replay comes to: incidents, messages, nights, gates, the worst stretches, and who makes the noise.

Every figure is made of ids, so that it can be followed to the incidents, notices and landings behind it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from unshipped.core.alerting import Notice
from unshipped.core.counting.figures import Ratio, Span, Spread, ratio, spread
from unshipped.core.counting.gate_report import Judgement, Record, records
from unshipped.core.gating import Guard
from unshipped.core.incidents import Incident, Kind, Step
from unshipped.core.logged.past import Past
from unshipped.core.model import Change, Severity
from unshipped.core.value import Value

NIGHT = (22, 7)
"""From which hour on, and until which, it is night."""
_MOST_NAMED = 10
_LIMITED = re.compile(r"[\d,]+ changes? behind\b|waiting ")
"""What `words.missing` says of a count, and of an age."""


class Stretch(Value):
    """An unbroken time in which a target lacked something."""

    target: str
    since: datetime
    """When the oldest change landed that it then lacked."""
    until: datetime
    peak: Severity
    oldest: Change | None
    told_at: datetime | None
    """When anybody was first told of it; None where nobody was."""

    @property
    def seconds(self) -> float:
        return (self.until - self.since).total_seconds()

    @property
    def untold(self) -> float:
        """For how long, in seconds, nobody knew."""
        return ((self.told_at or self.until) - self.since).total_seconds()


class Said(Value):
    """What one receiver would have got."""

    receiver: str
    loud: tuple[str, ...]
    """New messages, by the id of the notice."""
    quiet: tuple[str, ...]
    """Changes of a message that was there."""
    by_severity: tuple[tuple[Severity, int], ...]
    """Of the loud ones, the worst first."""
    nights: tuple[str, ...]
    """Of the loud ones those of a night."""


class Replayed(Value):
    """The figures of one set of rules."""

    span: Span
    incidents: Ratio
    """Drifts, of all incidents."""
    peaks: tuple[tuple[Severity, tuple[str, ...]], ...]
    """The drifts by how bad they became."""
    opened_after: Spread
    """From the landing to the incident; of those that were not there at the first look."""
    said: tuple[Said, ...]
    gates: tuple[Record, ...]
    stretches: tuple[Stretch, ...]
    """Of all targets, the longest first."""
    noisiest: tuple[tuple[str, int], ...]
    """Services by loud messages."""
    openers: tuple[tuple[str, int], ...]
    """What opened or worsened incidents, by how often."""
    past: Past
    """What all of it was counted from."""

    @property
    def loud(self) -> tuple[str, ...]:
        return tuple(notice for one in self.said for notice in one.loud)

    @property
    def nights(self) -> tuple[str, ...]:
        return tuple(notice for one in self.said for notice in one.nights)

    @property
    def a_week(self) -> float:
        """Loud messages a week."""
        return self.span.a_week(len(self.loud)) or 0.0

    def untold(self, limit: float) -> tuple[Stretch, ...]:
        """The stretches of which nobody knew for more than so many seconds."""
        return tuple(one for one in self.stretches if one.untold > limit)


def figures(past: Past, span: Span, guards: Sequence[Guard], zone: str = "UTC") -> Replayed:
    """What the replayed log comes to. Night is told by the clock of the zone."""
    drifts = [one for one in past.incidents if one.kind is Kind.DRIFT]
    notices = [notice for notice, _ in past.deliveries]
    stretches = _stretches(past, _first_told(notices), span)
    return Replayed(
        span=span,
        incidents=ratio((one.id for one in drifts), (one.id for one in past.incidents)),
        peaks=tuple(
            (severity, tuple(sorted(one.id for one in drifts if one.peak is severity)))
            for severity in (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
        ),
        opened_after=spread(_opened_after(drifts, past)),
        said=tuple(_said(notices, zone)),
        gates=records(past.decisions, past.deployments, guards, span.until),
        stretches=tuple(sorted(stretches, key=lambda one: (-one.seconds, one.target, one.since))),
        noisiest=tuple(_noisiest(notices, past.incidents)),
        openers=tuple(_openers(past)),
        past=past,
    )


def _opened_after(drifts: Iterable[Incident], past: Past) -> Iterable[tuple[str, float]]:
    since_when = {
        (target, stretch.since): stretch.seen.behind_since
        for target, course in past.courses.items()
        for stretch in course
    }
    for one in drifts:
        since = since_when.get((one.target, one.opened_at))
        if since and not one.baseline:
            yield one.id, (one.opened_at - since).total_seconds()


def _first_told(notices: Iterable[Notice]) -> dict[str, datetime]:
    first: dict[str, datetime] = {}
    for notice in notices:
        for told in notice.told:
            if notice.loud and told.step is not Step.RESOLVED:
                first[told.incident] = min(notice.at, first.get(told.incident, notice.at))
    return first


def _stretches(past: Past, told: dict[str, datetime], span: Span) -> list[Stretch]:
    incidents: dict[str, list[Incident]] = {}
    for one in past.incidents:
        if one.kind is Kind.DRIFT:
            incidents.setdefault(one.target, []).append(one)
    found = []
    for target, course in past.courses.items():
        runs: list[list[int]] = []
        for at, stretch in enumerate(course):
            if not stretch.seen.behind_since:
                continue
            if runs and runs[-1][-1] == at - 1:
                runs[-1].append(at)
            else:
                runs.append([at])
        for run in runs:
            own = [course[at] for at in run]
            since = min(one.seen.behind_since for one in own if one.seen.behind_since)
            until = min(course[run[-1]].checked_at, span.until)
            peak = max(own, key=lambda one: one.seen.severity).seen
            heard = [
                told[one.id]
                for one in incidents.get(target, ())
                if one.id in told and own[0].since <= one.opened_at <= until
            ]
            oldest = own[0].seen.waiting[-1] if own[0].seen.waiting else None
            found.append(Stretch(target, since, until, peak.severity, oldest, min(heard, default=None)))
    return found


def _said(notices: Sequence[Notice], zone: str) -> Iterable[Said]:
    for receiver in sorted({one.receiver for one in notices}):
        own = [one for one in notices if one.receiver == receiver]
        loud = [one for one in own if one.loud]
        worst = Counter(max(told.severity for told in one.told) for one in loud)
        yield Said(
            receiver,
            tuple(one.id for one in loud),
            tuple(one.id for one in own if not one.loud),
            tuple(sorted(worst.items(), reverse=True)),
            tuple(one.id for one in loud if _night(one.at, zone)),
        )


def _night(when: datetime, zone: str) -> bool:
    hour = when.astimezone(ZoneInfo(zone)).hour
    return hour >= NIGHT[0] or hour < NIGHT[1]


def _noisiest(notices: Iterable[Notice], incidents: Iterable[Incident]) -> list[tuple[str, int]]:
    services = {one.id: one.service for one in incidents}
    heard: Counter[str] = Counter()
    for notice in notices:
        if notice.loud:
            heard.update({services[told.incident] for told in notice.told})
    return sorted(heard.items(), key=lambda one: (-one[1], one[0]))[:_MOST_NAMED]


def _openers(past: Past) -> list[tuple[str, int]]:
    """By what incidents opened and became worse: the count, the age, or something else."""
    made: Counter[str] = Counter()
    for one in past.transitions:
        if one.step in (Step.OPENED, Step.ESCALATED, Step.REOPENED):
            made[f"{one.after.word} by {_rule(one.reasons)}"] += 1
    return sorted(made.items(), key=lambda one: (-one[1], one[0]))


def _rule(reasons: Sequence[str]) -> str:
    """By which limits, of those that `words.missing` tells of; where none was reached, by what there is."""
    rules = {"count" if " behind" in one else "age": one for one in reasons if _LIMITED.match(one)}
    reached = [rule for rule, one in rules.items() if "(" in one] or rules
    return " and ".join(reached) or "what else was seen"


class Tried(Value):
    """One set of thresholds, and what it comes to."""

    grace: float
    """At least so many seconds of grace."""
    factor: float
    """The thresholds, times this."""
    a_week: float
    untold: tuple[Stretch, ...]

    def fits(self, budget: float) -> bool:
        return self.a_week <= budget and not self.untold


GRACES = tuple(timedelta(hours=hours).total_seconds() for hours in (0, 1, 2, 4, 8, 24))
FACTORS = (1.0, 2.0, 4.0)


def chosen(tried: Sequence[Tried], budget: float) -> Tried | None:
    """The one that changes least, of those that keep to the budget and leave nothing untold."""
    fitting = [one for one in tried if one.fits(budget)]
    return min(fitting, key=lambda one: (one.factor, one.grace), default=None)


def right(record: Record) -> Ratio:
    """Blocks that were followed by a deploy, of those of which it is known."""
    cases = [f"{one.target}@{one.since:%Y%m%dT%H%M%SZ}" for one in record.cases]
    judged = [(name, one.judgement) for name, one in zip(cases, record.cases, strict=True)]
    known = [name for name, judgement in judged if judgement is not Judgement.OPEN]
    return ratio((name for name, judgement in judged if judgement is Judgement.RIGHT), known)
