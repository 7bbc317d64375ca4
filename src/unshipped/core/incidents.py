"""An unbroken stretch of drift, or of not knowing, for one target: how it opens, changes and ends.

An incident is the fact. That somebody is told of it is another matter: `core/alerting.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum

from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.model import Flag, Severity
from unshipped.core.rules import Rules
from unshipped.core.value import Value


class Kind(str, Enum):
    """What it is about."""

    DRIFT = "drift"
    UNKNOWN = "unknown"


class Step(str, Enum):
    """What happened to an incident."""

    OPENED = "opened"
    ESCALATED = "escalated"
    EASED = "eased"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    RESOLVED = "resolved"
    REOPENED = "reopened"


class Ending(str, Enum):
    """What ended it. The first four are somebody's doing; the others came by themselves."""

    DEPLOYED = "deployed"
    HELD = "held"
    REMAPPED = "remapped"
    RETIRED = "retired"
    LANDED = "landed"
    PASSED = "passed"


HOLD_OVER = "its hold is over"
"""Why something is told of that was held until now."""
ACTIONABLE = frozenset({Ending.DEPLOYED, Ending.HELD, Ending.REMAPPED, Ending.RETIRED})


class Incident(Value):
    """One stretch, from when it opened to when it was resolved."""

    id: str
    service: str
    environment: str
    kind: Kind
    opened_at: datetime
    severity: Severity
    """How bad it is now; once it is resolved, how bad it was last."""
    peak: Severity
    """How bad it was at its worst."""
    since: datetime | None = None
    """For a drift, from when on the oldest change waits; for an unknown, since when it is so."""
    deployed: str = ""
    """What served when it was seen last."""
    map: str = ""
    owner: str = ""
    cause: str = ""
    """What it may share with others: the landing, or what could not be asked."""
    group: str = ""
    """Those of one group are told in one message. It is the id of the one that opened the group."""
    baseline: bool = False
    """Whether it was there already when its target was looked at for the first time."""
    acknowledged_by: str = ""
    """Who knows of it. That holds until it becomes worse, or nothing of what waited then does any more."""
    resolved_at: datetime | None = None
    ending: Ending | None = None
    returns: int = 0
    """How often it was resolved and came back."""
    calm_since: datetime | None = None
    """While it flaps: since when it has been in order."""
    steps: int = 0
    """How many transitions it has had."""

    @property
    def target(self) -> str:
        return f"{self.service}/{self.environment}"

    @property
    def open(self) -> bool:
        return self.resolved_at is None


class Transition(Value):
    """One step of one incident. Written down before anybody is told."""

    incident: str
    number: int
    """The first step of an incident is number 1."""
    step: Step
    at: datetime
    before: Severity
    after: Severity
    reasons: tuple[str, ...] = ()
    by: str = ""
    """Who did it, where somebody did."""


Outcome = tuple[Incident, tuple[Transition, ...]]


def advance(
    standing: Standing,
    known: Iterable[Incident],
    rules: Rules,
    now: datetime,
    before: Standing | None,
) -> list[Outcome]:
    """What a look makes of a target's incidents: those that opened or changed, each with its transitions.

    `known` are the target's open ones and the newest resolved one of each kind; `before` is how it stood
    until now, and None where it was never looked at.
    """
    latest = {one.kind: one for one in sorted(known, key=lambda one: one.opened_at)}
    outcomes = [
        _unknown(standing, latest.get(Kind.UNKNOWN), rules, now, before),
        _drift(standing.seen, latest.get(Kind.DRIFT), rules, now, before),
    ]
    return [outcome for outcome in outcomes if outcome]


def gone(incident: Incident, now: datetime) -> Outcome:
    """The target was taken out of the map."""
    return _resolve(incident, Ending.REMAPPED, now, ("it is declared no longer",))


def acknowledge(incident: Incident, by: str, now: datetime, reason: str = "") -> Outcome:
    """Somebody says that they know of it."""
    known = incident._replace(acknowledged_by=by)
    return _step(known, Step.ACKNOWLEDGED, incident.severity, now, (reason,) if reason else (), by)


def outlived(outcome: Outcome, known: Iterable[Incident], at: datetime | None, now: datetime) -> Outcome:
    """Who knew then of what waited until now knows nothing of what landed since: that is nobody's yet."""
    incident, steps = outcome
    before = next((one.since for one in known if one.id == incident.id), None)
    if not (incident.acknowledged_by and at and before and before <= at < (incident.since or at)):
        return outcome
    freed = incident._replace(acknowledged_by="")
    why = f"what {incident.acknowledged_by} knew of waits no longer"
    return (freed, steps) if steps else _step(freed, Step.EASED, freed.severity, now, (why,))


def silence(incident: Incident, by: str, now: datetime, reason: str = "") -> Outcome:
    """Somebody says that nobody shall be told of it for a time."""
    return _step(incident, Step.SILENCED, incident.severity, now, (reason,) if reason else (), by)


def _unknown(
    standing: Standing, last: Incident | None, rules: Rules, now: datetime, before: Standing | None
) -> Outcome | None:
    """Not to know is an incident once it lasts. It says nothing about the drift, which stays as it was."""
    seen, since = standing.seen, standing.inconclusive_since
    if since is None or Flag.RETIRED in seen.flags:
        if last is None or not last.open:
            return None
        if Flag.RETIRED in seen.flags:
            return _resolve(last, Ending.RETIRED, now, ("it is retired",))
        remapped = "" not in (seen.map, last.map) and seen.map != last.map
        ending = Ending.REMAPPED if remapped else Ending.PASSED
        return _resolve(last, ending, now, ("it can be determined again",))
    if (now - since).total_seconds() < rules.unknown_after or not (seen.severity or (last and last.open)):
        return None
    if last and last.open:
        nobodys = ("not to know is nobody's trouble",)
        return _graded(last, seen, now) if seen.severity else _resolve(last, Ending.REMAPPED, now, nobodys)
    opened = _opened(seen, Kind.UNKNOWN, now, first=before is None)._replace(since=since)
    return _begin(opened, last, seen.reasons, rules, now)


def _drift(
    seen: Observation, last: Incident | None, rules: Rules, now: datetime, before: Standing | None
) -> Outcome | None:
    if not seen.conclusive and Flag.RETIRED not in seen.flags:
        return None  # a failure to look is no recovery
    if not seen.quiet and seen.severity > Severity.NONE:
        if last and last.open:
            return _graded(last, seen, now)
        freed = (HOLD_OVER,) if before and Flag.HELD in before.seen.flags else ()
        opened = _opened(seen, Kind.DRIFT, now, first=before is None)
        return _begin(opened, last, (*freed, *seen.reasons), rules, now)
    if last is None or not last.open:
        return None
    ending = _ending(last, seen)
    if ending is None:
        return None  # a deploy is on its way: until it has arrived, nothing has changed
    if last.returns >= rules.flapping_from:
        calm_since = last.calm_since or now
        if (now - calm_since).total_seconds() < rules.settle:
            return None if last.calm_since else (last._replace(calm_since=now), ())
    return _resolve(last, ending, now, seen.reasons)


def _ending(last: Incident, seen: Observation) -> Ending | None:
    """What ended the trouble; None where nothing did yet."""
    if Flag.RETIRED in seen.flags:
        return Ending.RETIRED
    if Flag.HELD in seen.flags:
        return Ending.HELD
    if Flag.PENDING in seen.flags and not _moved(last, seen):
        return None
    if seen.deployed != last.deployed:
        return Ending.DEPLOYED
    return Ending.REMAPPED if seen.map != last.map else Ending.LANDED


def _moved(last: Incident, seen: Observation) -> bool:
    """Whether what waits now is younger than what it was about."""
    return last.since is None or seen.behind_since is None or seen.behind_since > last.since


def _opened(seen: Observation, kind: Kind, now: datetime, *, first: bool) -> Incident:
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    made = f"{kind.value}:{seen.target}:{stamp}"
    return Incident(
        id=made,
        service=seen.service,
        environment=seen.environment,
        kind=kind,
        opened_at=now,
        severity=seen.severity,
        peak=seen.severity,
        since=seen.behind_since,
        deployed=seen.deployed,
        map=seen.map,
        owner=seen.owner,
        cause=_cause(seen, kind),
        group=made,
        baseline=first,
    )


def _cause(seen: Observation, kind: Kind) -> str:
    """What others may have in common with it."""
    if kind is Kind.DRIFT:
        return f"landing:{seen.oldest}" if seen.oldest else ""
    return f"unknown:{seen.code.value if seen.code else ''}:{seen.source}"


def _begin(
    opened: Incident, last: Incident | None, reasons: tuple[str, ...], rules: Rules, now: datetime
) -> Outcome:
    """A new incident, or the last one if that ended a moment ago and it is about the same."""
    if last and last.resolved_at and _same(opened, last, (now - last.resolved_at).total_seconds(), rules):
        again = last._replace(
            severity=opened.severity,
            peak=max(last.peak, opened.severity),
            since=opened.since,
            deployed=opened.deployed,
            map=opened.map,
            owner=opened.owner,
            acknowledged_by="",
            resolved_at=None,
            ending=None,
            returns=last.returns + (HOLD_OVER not in reasons),
            calm_since=None,
        )
        return _step(again, Step.REOPENED, Severity.NONE, now, reasons)
    return _step(opened, Step.OPENED, Severity.NONE, now, reasons)


def _same(opened: Incident, last: Incident, seconds: float, rules: Rules) -> bool:
    """Whether it came back, and is not another one: what lands after a deploy is news."""
    if seconds >= rules.reopen_within:
        return False
    if opened.kind is Kind.UNKNOWN:
        return opened.cause == last.cause
    return opened.deployed == last.deployed or (opened.since is not None and opened.since == last.since)


def _graded(last: Incident, seen: Observation, now: datetime) -> Outcome | None:
    """It goes on: worse, better, or as before."""
    unknown = last.kind is Kind.UNKNOWN
    again = last._replace(
        severity=seen.severity,
        peak=max(last.peak, seen.severity),
        since=last.since if unknown else seen.behind_since,
        deployed=last.deployed if unknown else seen.deployed,
        map=last.map if unknown else seen.map,
        owner=seen.owner,
        calm_since=None,
    )
    if seen.severity == last.severity:
        return (again, ()) if again != last else None
    if seen.severity < last.severity:
        return _step(again, Step.EASED, last.severity, now, seen.reasons)
    return _step(again._replace(acknowledged_by=""), Step.ESCALATED, last.severity, now, seen.reasons)


def _resolve(incident: Incident, ending: Ending, now: datetime, reasons: tuple[str, ...]) -> Outcome:
    over = incident._replace(resolved_at=now, ending=ending, calm_since=None)
    return _step(over, Step.RESOLVED, incident.severity, now, reasons)


def _step(
    incident: Incident,
    step: Step,
    before: Severity,
    now: datetime,
    reasons: tuple[str, ...],
    by: str = "",
) -> Outcome:
    number = incident.steps + 1
    after = Severity.NONE if step is Step.RESOLVED else incident.severity
    transition = Transition(incident.id, number, step, now, before, after, reasons, by)
    return incident._replace(steps=number), (transition,)
