"""What a time was like, from what was written down of it: every figure with what it was counted from.

The definitions are those of `docs/concepts/measures.md`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from unshipped.core.alerting import Notice, Topic
from unshipped.core.counting.figures import Ratio, Span, Spread, ratio, spread
from unshipped.core.counting.waits import Wait, waits
from unshipped.core.gating import LONGEST_BYPASS, Answer, GateDecision
from unshipped.core.incidents import ACTIONABLE, HOLD_OVER, Incident, Kind, Step
from unshipped.core.logged.deploys import Deploy, deploys
from unshipped.core.logged.journal import Delivery, Outcome, Round
from unshipped.core.logged.observations import Observation
from unshipped.core.logged.past import Course, Past, held, seconds
from unshipped.core.model import Severity, State
from unshipped.core.value import Value

REPEAT_WITHIN = timedelta(days=7)
LATE = 120.0
"""A round that began more seconds than that after its moment was late."""


class Watched(Value):
    """For how long, in seconds, targets were known, unknown, or not looked at; added up over all of them."""

    known: float
    unknown: float
    blind: float
    targets: tuple[str, ...]

    @property
    def unknown_rate(self) -> float | None:
        """The share of the watched time; None where nothing was watched."""
        return self.unknown / (self.known + self.unknown) if self.known + self.unknown else None


class Service(Value):
    """One service, over all its environments."""

    name: str
    known: float
    in_order: float
    incidents: tuple[str, ...]
    waits: Spread

    @property
    def share(self) -> float:
        """The share of the known time in which nothing was to be done about it."""
        return self.in_order / self.known


class Measures(Value):
    """The figures of one time. Ids are those of incidents where nothing else is said."""

    span: Span
    watched: Watched
    drifts: Ratio
    """Incidents of drift, of all that opened."""
    drifted_at: tuple[tuple[str, datetime], ...]
    """When each of those opened."""
    baselines: Ratio
    """Those that were there at the first look, of all that opened."""
    returned: tuple[str, ...]
    """Transitions by which a resolved incident came back; the end of a hold is none."""
    repeats: Ratio
    """Those whose target had one of the same kind in the seven days before, of all that opened."""
    ages: Spread
    """How old each drift became: how long its oldest change had then waited."""
    seen_after: Spread
    """From the landing to the first look that saw it missing."""
    opened_after: Spread
    """From the landing to the opening of the incident."""
    acknowledged_after: Spread
    actionable: Ratio
    """Those that somebody's doing ended, or a deploy came before, of all that were resolved."""
    messages: Ratio
    """New messages that were sent (notices), for the incidents that they told of."""
    failures: Ratio
    """Attempts to say something that failed, of all attempts (by notice)."""
    waits: Spread
    """From merged to live, by target and landing."""
    deploys: tuple[Deploy, ...]
    by_hand: Ratio
    """Deploys that this product did not make, of all."""
    late: Ratio
    """Rounds (by share and moment) that began late, of all."""
    failed: Ratio
    """Rounds in which nothing could be looked at, of all."""
    missed: Ratio | None
    """Rounds that never were, of all that should have been; None where nobody says which those are."""
    would_block: Ratio
    """Decisions of gates that would have blocked, of all."""
    bypassed: Ratio
    """Those that were let through, then or later, of those that would have blocked."""
    services: tuple[Service, ...]
    """The best first."""


def measure(
    past: Past,
    span: Span,
    *,
    slots: Iterable[tuple[str, datetime]] | None = None,
    late_after: float = LATE,
) -> Measures:
    """The figures of that time. `slots` are the shares and moments that should have had a round."""
    opened = [one for one in past.incidents if span.holds(one.opened_at)]
    names = [one.id for one in opened]
    rounds = [one for one in past.rounds if span.holds(one.slot)]
    # The first round of a share is for a moment before anybody watched: nobody was late for it.
    begun = {one.shard: one.slot for one in sorted(past.rounds, key=lambda one: one.slot, reverse=True)}
    limit = timedelta(seconds=late_after)
    late = [one for one in rounds if one.slot > begun[one.shard] and one.at > one.slot + limit]
    every = deploys(past)
    made = tuple(one for one in every if span.holds(one.at))
    ended = [one for one in waits(past) if span.holds(one.live_at)]
    return Measures(
        span=span,
        watched=_watched(past, past.whole(span)),
        drifts=ratio((one.id for one in opened if one.kind is Kind.DRIFT), names),
        drifted_at=tuple(sorted((one.id, one.opened_at) for one in opened if one.kind is Kind.DRIFT)),
        baselines=ratio((one.id for one in opened if one.baseline), names),
        returned=_returned(past, span),
        repeats=ratio(_repeats(opened, past.incidents), names),
        ages=spread((one.id, age) for one in past.incidents if (age := _age(one, past, span)) is not None),
        seen_after=spread(_seen_after(opened, past)),
        opened_after=spread(
            (one.id, (one.opened_at - since).total_seconds()) for one, since, _ in _from_landing(opened, past)
        ),
        acknowledged_after=spread(_acknowledged(past, span)),
        actionable=_actionable(past, every, span),
        messages=_messages(past.deliveries, span),
        failures=_failures(past.deliveries, span),
        waits=spread((one.id, one.seconds) for one in ended),
        deploys=made,
        by_hand=ratio((one.id for one in made if one.by_hand), (one.id for one in made)),
        late=ratio(map(_round, late), map(_round, rounds)),
        failed=ratio((_round(one) for one in rounds if one.error), map(_round, rounds)),
        missed=None if slots is None else _missed(past.rounds, slots, span),
        would_block=_would_block(past.decisions, span),
        bypassed=_bypassed(past.decisions, span),
        services=_services(past, past.whole(span), opened, ended),
    )


def _watched(past: Past, span: Span) -> Watched:
    known = unknown = blind = 0.0
    targets = []
    for target, course in past.courses.items():
        pieces = list(held(course))
        looked = seconds(pieces, span)
        sure = seconds((one for one in pieces if one[0].conclusive), span)
        known, unknown = known + sure, unknown + looked - sure
        gaps = ((one[2], other[1]) for one, other in pairwise(pieces))
        blind += sum(span.overlap(*gap) for gap in gaps)
        if looked:
            targets.append(target)
    return Watched(known, unknown, blind, tuple(sorted(targets)))


def _returned(past: Past, span: Span) -> tuple[str, ...]:
    back = (one for one in past.transitions if one.step is Step.REOPENED and HOLD_OVER not in one.reasons)
    return tuple(sorted(f"{one.incident}/{one.number}" for one in back if span.holds(one.at)))


def _repeats(opened: Iterable[Incident], incidents: Iterable[Incident]) -> Iterator[str]:
    before: dict[tuple[str, Kind], list[datetime]] = {}
    for one in incidents:
        before.setdefault((one.target, one.kind), []).append(one.opened_at)
    for one in opened:
        ages = (one.opened_at - other for other in before[one.target, one.kind])
        if any(timedelta(0) < age <= REPEAT_WITHIN for age in ages):
            yield one.id


def _age(incident: Incident, past: Past, span: Span) -> float | None:
    """How old a drift became in that time: None where it was not, or has nothing that waits."""
    over = incident.resolved_at
    if incident.kind is not Kind.DRIFT or incident.opened_at >= span.until or (over and over <= span.since):
        return None
    end = min(over or span.until, span.until)
    ages = [
        (min(stretch.checked_at, end) - stretch.seen.behind_since).total_seconds()
        for stretch in past.courses.get(incident.target, ())
        if stretch.seen.behind_since
        and stretch.since < end
        and stretch.checked_at >= max(incident.opened_at, span.since)
    ]
    return max(0.0, *ages) if ages else None


def _from_landing(opened: Iterable[Incident], past: Past) -> Iterator[tuple[Incident, datetime, str]]:
    """The drifts whose beginning was seen, each with when its oldest change landed, and which that is."""
    for incident in opened:
        if incident.kind is not Kind.DRIFT or incident.baseline:
            continue
        course = past.courses.get(incident.target, ())
        seen = [one.seen for one in course if one.since <= incident.opened_at <= one.checked_at]
        if seen and (since := seen[-1].behind_since):
            yield incident, since, seen[-1].oldest


def _seen_after(opened: Iterable[Incident], past: Past) -> Iterator[tuple[str, float]]:
    for incident, since, landing in _from_landing(opened, past):
        # It may have been missing behind an older one before it was the one that waits for longest.
        first = min(
            stretch.since
            for stretch in past.courses[incident.target]
            if stretch.seen.behind_since == since
            or any(one.commit == landing for one in stretch.seen.waiting)
        )
        yield incident.id, max(0.0, (first - since).total_seconds())


def _acknowledged(past: Past, span: Span) -> Iterator[tuple[str, float]]:
    opened = {one.id: one.opened_at for one in past.incidents}
    first: dict[str, datetime] = {}
    for one in past.transitions:
        if one.step is Step.ACKNOWLEDGED and one.incident in opened:
            first[one.incident] = min(one.at, first.get(one.incident, one.at))
    for name, when in first.items():
        if span.holds(when):
            yield name, (when - opened[name]).total_seconds()


def _actionable(past: Past, every: Iterable[Deploy], span: Span) -> Ratio:
    """A deploy counts however its incident ended: what is unknown passes, whoever mended it."""
    times = sorted((one.target, one.at) for one in every)
    over = [(one, end) for one in past.incidents if (end := one.resolved_at) and span.holds(end)]
    acted = (
        one.id
        for one, end in over
        if one.ending in ACTIONABLE
        or bisect_right(times, (one.target, one.opened_at)) < bisect_right(times, (one.target, end))
    )
    return ratio(acted, (one.id for one, _ in over))


def _messages(deliveries: Iterable[tuple[Notice, Delivery]], span: Span) -> Ratio:
    arrived = (notice for notice, one in deliveries if one.outcome is Outcome.SENT and span.holds(one.at))
    sent = [one for one in arrived if one.topic is Topic.INCIDENTS and one.loud]
    return ratio((one.id for one in sent), {told.incident for one in sent for told in one.told})


def _failures(deliveries: Iterable[tuple[Notice, Delivery]], span: Span) -> Ratio:
    tried = [one for _, one in deliveries if span.holds(one.at)]
    failed = (f"{one.notice}#{one.attempt}" for one in tried if one.outcome is not Outcome.SENT)
    return ratio(failed, (f"{one.notice}#{one.attempt}" for one in tried))


def _round(one: Round) -> str:
    return _slot(one.shard, one.slot)


def _slot(shard: str, slot: datetime) -> str:
    return f"{shard}@{slot:%Y%m%dT%H%M%SZ}"


def _missed(rounds: Iterable[Round], slots: Iterable[tuple[str, datetime]], span: Span) -> Ratio:
    """A moment had its round where one of its share was for it, or for a time before the next moment."""
    due: dict[str, list[datetime]] = {}
    for shard, slot in sorted(set(slots)):
        due.setdefault(shard, []).append(slot)
    served: set[str] = set()
    for one in rounds:
        moments = due.get(one.shard, [])
        if at := bisect_right(moments, one.slot):
            served.add(_slot(one.shard, moments[at - 1]))
    every = {_slot(shard, slot) for shard, moments in due.items() for slot in moments if span.holds(slot)}
    return ratio(every - served, every)


def _would_block(decisions: Iterable[GateDecision], span: Span) -> Ratio:
    asked = [one for one in decisions if span.holds(one.at)]
    return ratio((_asked(one) for one in asked if one.would is Answer.BLOCK), map(_asked, asked))


def _bypassed(decisions: Sequence[GateDecision], span: Span) -> Ratio:
    """Let through in the same answer, or later, within the longest life of a bypass."""
    let: dict[tuple[str, str], list[datetime]] = {}
    for one in sorted(decisions, key=lambda one: one.at):
        for found in one.found:
            if found.bypass:
                let.setdefault((one.gate, found.service), []).append(one.at)

    def passed(one: GateDecision, service: str) -> bool:
        times = let.get((one.gate, service), [])
        soonest = bisect_left(times, one.at)
        return soonest < len(times) and (times[soonest] - one.at).total_seconds() <= LONGEST_BYPASS

    blocking = [one for one in decisions if one.would is Answer.BLOCK and span.holds(one.at)]
    later = [one for one in blocking if any(passed(one, found.service) for found in one.found)]
    return ratio(map(_asked, later), map(_asked, blocking))


def _asked(one: GateDecision) -> str:
    places = ",".join(f"{found.service}/{found.environment}" for found in one.found)
    return f"{one.gate}@{one.at:%Y%m%dT%H%M%S.%fZ}:{places}"


def _services(
    past: Past, span: Span, opened: Iterable[Incident], ended: Iterable[Wait]
) -> tuple[Service, ...]:
    courses: dict[str, list[Course]] = {}
    for course in past.courses.values():
        courses.setdefault(course[0].seen.service, []).append(course)
    incidents: dict[str, list[str]] = {}
    for incident in opened:
        incidents.setdefault(incident.service, []).append(incident.id)
    waited: dict[str, list[tuple[str, float]]] = {}
    for wait in ended:
        waited.setdefault(wait.target.rpartition("/")[0], []).append((wait.id, wait.seconds))
    found = []
    for name, own in courses.items():
        pieces = [piece for course in own for piece in held(course) if piece[0].conclusive]
        known = seconds(pieces, span)
        if known:
            calm = seconds((piece for piece in pieces if _calm(piece[0])), span)
            mine = tuple(sorted(incidents.get(name, ())))
            found.append(Service(name, known, calm, mine, spread(waited.get(name, ()))))
    return tuple(sorted(found, key=lambda one: (-one.share, one.waits.p90 or 0.0, one.name)))


def _calm(seen: Observation) -> bool:
    return seen.state is State.IN_SYNC or seen.quiet or seen.severity is Severity.NONE
