"""Who is to be told what, and why now. To be told is decided by what was said before, not by what just
happened: what a silence or a crash kept back is said when it can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum

from unshipped.core.hours import WorkingHours, within
from unshipped.core.incidents import HOLD_OVER, Ending, Incident, Kind, Step, Transition
from unshipped.core.model import Severity
from unshipped.core.names import fits
from unshipped.core.value import Value

OVER, KEPT, BACK = "it is over", "it is held", "it came back"
"""Why something is said of what is resolved."""


class Matcher(Value):
    """Which targets are meant: every part that says something has to fit. Names may be globs."""

    services: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()

    def fits(self, incident: Incident) -> bool:
        return fits(
            (incident.service, self.services),
            (incident.environment, self.environments),
            (incident.owner, self.owners),
        )


class Route(Value):
    """Which incidents which receivers hear of."""

    receivers: tuple[str, ...]
    least: Severity = Severity.INFO
    """From which severity on."""
    match: Matcher = Matcher()
    kinds: tuple[Kind, ...] = ()
    """Only incidents of these kinds; without any, of all."""
    hours: WorkingHours | None = None
    """Only in these hours; what is still so when they begin is said then."""


class Silence(Value):
    """Somebody's decision that nobody is told of some targets for a time. It is shown all the same."""

    id: str
    match: Matcher
    by: str
    reason: str
    since: datetime
    until: datetime

    def holds(self, incident: Incident, now: datetime) -> bool:
        return now < self.until and self.match.fits(incident)  # from when it is written down, by any clock


class Said(Value):
    """What a receiver was told last of an incident."""

    number: int
    """The newest transition that it was told of."""
    severity: Severity
    resolved: bool = False


class Topic(str, Enum):
    """What a notice is about."""

    INCIDENTS = "incidents"
    DIGEST = "digest"
    REPORT = "report"
    BYPASS = "bypass"
    ROLLOUT = "rollout"
    DEPLOYMENT = "deployment"
    """A rollout as data, for other programs."""
    TEST = "test"


class Told(Value):
    """One incident in a notice: up to which transition, and which step matters most."""

    incident: str
    number: int
    step: Step
    severity: Severity
    """How bad it was then."""

    @property
    def said(self) -> Said:
        """What the receiver knows once it is told."""
        return Said(self.number, self.severity, self.step is Step.RESOLVED)


class Notice(Value):
    """Something to be said to one receiver, once. It is written down before it is said."""

    id: str
    """Made of what it tells: the same thing to the same receiver has the same id."""
    receiver: str
    topic: Topic
    at: datetime
    group: str = ""
    """Notices of one group to one receiver are one conversation: a message that is updated, a thread."""
    told: tuple[Told, ...] = ()
    why: str = ""
    """Why now, as a sentence."""
    loud: bool = True
    """Whether it is worth a new message; what is not only changes the one that is there."""
    body: str = ""
    """For what is not about incidents: what to say, as its topic writes it."""


class Outlook(Value):
    """What decides who is told: all that `due` looks at beside the incidents."""

    routes: tuple[Route, ...]
    silences: tuple[Silence, ...] = ()
    said: Mapping[tuple[str, str], Said] = {}
    """By incident and receiver."""


STORM = 10
"""So many incidents that open at one look, or of which somebody hears at one for the first time, are told in
one message, whatever they have in common.
"""


JOIN_WITHIN = timedelta(hours=1)
"""For so long what opens with the same cause joins a conversation."""


def grouped(opened: Sequence[Incident], others: Iterable[Incident], now: datetime) -> list[Incident]:
    """The incidents that just opened, put together: what was there at the first look, what shares a
    cause, or all of them where they are many. `others` are open already: their conversation is joined.
    """
    groups = {one.cause: one.group for one in others if one.cause and now - one.opened_at < JOIN_WITHIN}
    storm = len(opened) >= STORM
    together: list[Incident] = []
    for one in opened:
        key = "first look" if one.baseline else one.cause
        if storm and key not in groups and not one.baseline:
            key = "storm"
        group = groups.get(key, one.id)
        if key:
            groups[key] = group
        together.append(one._replace(group=group))
    return together


def gathered(
    incidents: Sequence[Incident], notices: Iterable[Notice], said: Mapping[tuple[str, str], Said]
) -> list[Incident]:
    """Those that are told together because they are many: what a silence or the hours of a route kept back
    until now. No conversation is broken off: nobody has heard of any of their groups.
    """
    heard_of = {incident for incident, _ in said}
    told = {one.incident for notice in notices for one in notice.told}
    taken = {one.group for one in incidents if one.id in heard_of}
    first = [one for one in incidents if one.id in told and one.group not in taken]
    if len({one.group for one in first}) < STORM:
        return []
    return [one._replace(group=first[0].id) for one in first]


class _News(Value):
    """What a receiver does not know yet of one incident."""

    told: Told
    why: str
    loud: bool


def due(
    incidents: Sequence[Incident], transitions: Sequence[Transition], outlook: Outlook, now: datetime
) -> tuple[Notice, ...]:
    """What is to be said about these incidents, at most one notice for each receiver and group.

    `transitions` are those of this look; of what happened before them, the incidents say enough.
    """
    steps = {transition.incident: transition.step for transition in transitions}
    freed = {transition.incident for transition in transitions if HOLD_OVER in transition.reasons}
    knowing: dict[str, list[str]] = {}
    for incident_id, receiver in outlook.said:
        knowing.setdefault(incident_id, []).append(receiver)
    names = [name for route in outlook.routes for name in route.receivers]
    names += sorted({receiver for _, receiver in outlook.said})  # no route may lead to them any more
    order = {name: at for at, name in enumerate(dict.fromkeys(names))}
    waiting: dict[tuple[str, str], list[_News]] = {}
    for incident in incidents:
        silent = any(silence.holds(incident, now) for silence in outlook.silences)
        hearing = _hearing(incident, outlook.routes, now)
        concerned = hearing.union(knowing.get(incident.id, ()))
        for receiver in sorted(concerned, key=order.__getitem__):
            said = outlook.said.get((incident.id, receiver))
            if silent and (said is None or incident.open):
                continue  # only what is over is still said, to whoever heard that it began
            if news := _news(incident, steps.get(incident.id), said, heard=receiver in hearing):
                told = news._replace(why=HOLD_OVER) if news.loud and incident.id in freed else news
                waiting.setdefault((receiver, incident.group), []).append(told)
    return tuple(_notice(receiver, group, news, now) for (receiver, group), news in waiting.items())


def _hearing(incident: Incident, routes: Sequence[Route], now: datetime) -> set[str]:
    """The receivers to whom a route leads from the incident, as it is now."""
    return {
        receiver
        for route in routes
        if incident.severity >= route.least
        and (not route.kinds or incident.kind in route.kinds)
        and route.match.fits(incident)
        and (route.hours is None or within(route.hours, now))
        for receiver in route.receivers
    }


def _news(incident: Incident, step: Step | None, said: Said | None, *, heard: bool) -> _News | None:
    """What is new to a receiver who was told that much; None where nothing is."""
    if said is None or said.resolved:
        fresh = said is None or said.number < incident.steps
        if not (incident.open and heard and fresh) or incident.acknowledged_by or incident.calm_since:
            return None
        return _first(incident, Step.REOPENED if said else step)
    if not incident.open:
        why = KEPT if incident.ending is Ending.HELD else OVER
        return _News(_told(incident, Step.RESOLVED), why, loud=True)
    if incident.severity > said.severity:
        return _News(_told(incident, Step.ESCALATED), "it became worse", loud=True) if heard else None
    if said.number == incident.steps:
        return None
    return _quiet(incident, step, said)


def _quiet(incident: Incident, step: Step | None, said: Said) -> _News | None:
    """What changed and is worth no new message. After a silence it is what happened in it: that it was kept
    quiet is no news once it is told.
    """
    if step is None or step is Step.SILENCED:
        if incident.severity == said.severity and not incident.acknowledged_by:
            return None
        step = Step.EASED if incident.severity < said.severity else Step.ACKNOWLEDGED
    return _News(_told(incident, step), "it changed", loud=False)


def _first(incident: Incident, step: Step | None) -> _News:
    """A receiver hears of it for the first time, or again after it was over."""
    began = "it was there at the first look" if incident.baseline else "it began"
    whys = {Step.REOPENED: BACK, Step.ESCALATED: "it became worse", Step.OPENED: began}
    if step is None or step not in whys:
        return _News(_told(incident, Step.OPENED), "it is still so", loud=True)
    return _News(_told(incident, step), whys[step], loud=True)


def _told(incident: Incident, step: Step) -> Told:
    return Told(incident.id, incident.steps, step, incident.severity)


def _notice(receiver: str, group: str, news: Sequence[_News], now: datetime) -> Notice:
    most = next((one for one in news if one.loud), news[0])
    return Notice(
        id=f"{receiver}/{news[0].told.incident}/{news[0].told.number}",
        receiver=receiver,
        topic=Topic.INCIDENTS,
        at=now,
        group=group,
        told=tuple(one.told for one in news),
        why=most.why,
        loud=most.loud,
    )
