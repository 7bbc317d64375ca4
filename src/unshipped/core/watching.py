"""What one look changes in the log: how targets stand, their incidents, and who has to be told.

`follow` decides all of it from values; whoever keeps the log reads `Situation` and writes `Entries` in one
turn, so that nobody is told of what is not written down, and nothing written down goes untold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from unshipped.core.alerting import Notice, Outlook, Route, Said, Silence, due, gathered, grouped
from unshipped.core.incidents import Incident, Outcome, Step, Transition, advance, gone, outlived
from unshipped.core.logged.observations import Observation, Standing, stands
from unshipped.core.rules import Rules
from unshipped.core.value import Value


class Situation(Value):
    """What the log knows before a look is written down."""

    standings: Mapping[str, Standing] = {}
    """By target; of those that are looked at."""
    incidents: tuple[Incident, ...] = ()
    """Every open one, and of each target that is looked at the newest resolved one of each kind."""
    silences: tuple[Silence, ...] = ()
    """Those that hold."""
    said: Mapping[tuple[str, str], Said] = {}
    """By incident and receiver; of the incidents above."""
    acknowledged: Mapping[str, datetime] = {}
    """When somebody said last that they know of it; by incident, of the open ones above."""


class Entries(Value):
    """What is to be written down, all of it or nothing."""

    standings: tuple[Standing, ...] = ()
    incidents: tuple[Incident, ...] = ()
    """Each as it is from now on."""
    transitions: tuple[Transition, ...] = ()
    notices: tuple[Notice, ...] = ()

    def and_also(self, other: Entries) -> Entries:
        """Both, in their order."""
        return Entries(
            self.standings + other.standings,
            self.incidents + other.incidents,
            self.transitions + other.transitions,
            self.notices + other.notices,
        )


def follow(
    situation: Situation,
    seen: Sequence[Observation],
    rules: Rules,
    routes: tuple[Route, ...],
    now: datetime,
    *,
    declared: Iterable[str] | None = None,
) -> Entries:
    """What follows from what was seen. What was seen later than this look is not overwritten by it.

    `declared` are the names of all targets, of which this look has a share: what is open for any other is
    over, and of what is open for the other shares these tell.
    """
    stood = situation.standings
    fresh = [one for one in seen if one.target not in stood or one.at > stood[one.target].checked_at]
    standings = tuple(stands(stood.get(one.target), one) for one in fresh)
    outcomes = _outcomes(situation, standings, rules, now)
    open_for = situation
    if declared is not None:
        names, looked_at = frozenset(declared), {one.target for one in seen}
        outcomes += [gone(one, now) for one in situation.incidents if one.open and one.target not in names]
        mine = tuple(one for one in situation.incidents if one.target in looked_at)
        open_for = situation._replace(incidents=mine)
    changed = _grouped(situation, outcomes, now)
    transitions = tuple(transition for _, steps in outcomes for transition in steps)
    changed, notices = _due(open_for, changed, transitions, routes, now)
    return Entries(standings, changed, transitions, notices)


def told(
    situation: Situation,
    outcomes: Sequence[Outcome],
    routes: tuple[Route, ...],
    now: datetime,
) -> Entries:
    """What follows from what somebody did, for that alone: an acknowledgement, a silence."""
    steps = tuple(step for _, several in outcomes for step in several)
    mine, notices = _due(situation._replace(incidents=()), [one for one, _ in outcomes], steps, routes, now)
    return Entries((), mine, steps, notices)


def _outcomes(
    situation: Situation, standings: Sequence[Standing], rules: Rules, now: datetime
) -> list[Outcome]:
    by_target: dict[str, list[Incident]] = {}
    for incident in situation.incidents:
        by_target.setdefault(incident.target, []).append(incident)
    outcomes = []
    for standing in standings:
        known = by_target.get(standing.seen.target, ())
        stood = situation.standings.get(standing.seen.target)
        outcomes += [
            outlived(outcome, known, situation.acknowledged.get(outcome[0].id), now)
            for outcome in advance(standing, known, rules, now, stood)
        ]
    return outcomes


def _grouped(situation: Situation, outcomes: Sequence[Outcome], now: datetime) -> tuple[Incident, ...]:
    """Every incident that changed; those that just opened with the group they belong to."""
    opened = [one for one, steps in outcomes if any(step.step is Step.OPENED for step in steps)]
    groups = {one.id: one for one in grouped(opened, [one for one in situation.incidents if one.open], now)}
    return tuple(groups.get(one.id, one) for one, _ in outcomes)


def _due(
    situation: Situation,
    changed: Sequence[Incident],
    transitions: Sequence[Transition],
    routes: tuple[Route, ...],
    now: datetime,
) -> tuple[tuple[Incident, ...], tuple[Notice, ...]]:
    """Who has to be told: of what changed, and of what is open and could not be told before. With what
    changed, and what is put together to be told.
    """
    incidents = {one.id: one for one in situation.incidents if one.open} | {one.id: one for one in changed}
    outlook = Outlook(routes, situation.silences, situation.said)
    notices = due(tuple(incidents.values()), transitions, outlook, now)
    if together := {one.id: one for one in gathered(tuple(incidents.values()), notices, situation.said)}:
        incidents |= together
        notices = due(tuple(incidents.values()), transitions, outlook, now)
    written = dict.fromkeys((*(one.id for one in changed), *together))
    return tuple(incidents[one] for one in written), notices
