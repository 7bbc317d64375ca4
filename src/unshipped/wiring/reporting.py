"""Reports of a fleet, put together: what a person asks for, and what is written by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from unshipped.app.aftermath import hold_name
from unshipped.app.around import frozen
from unshipped.app.decide import held
from unshipped.app.report import due, notice, past
from unshipped.config.values import Config
from unshipped.core import report
from unshipped.core.alerting import Notice, Topic
from unshipped.core.counting import digest
from unshipped.core.counting.digest import DAY, Digest
from unshipped.core.counting.figures import Span
from unshipped.core.counting.summary import Summary
from unshipped.core.logged.deploys import PRODUCT
from unshipped.core.logged.journal import Kept
from unshipped.core.measures import LATE
from unshipped.core.report import Health
from unshipped.core.rollout import End
from unshipped.ports.keeping import Journal, Store
from unshipped.ports.rolling import Book
from unshipped.wiring import Fleet
from unshipped.wiring.watching import schedule

_MOST_TRIED = 100
"""So many rollouts of a target may have touched nothing since one stopped halfway."""


def health(config: Config, log: Journal, span: Span, now: datetime) -> Health:
    """What that time was like, as far as it is over. Raises `StoreError`."""
    if span.since < now:  # so that it is held against as long a time before
        span = span._replace(until=min(span.until, now))
    watch, keeps = config.watch, config.store.retention.observations
    known = past(log, span, whole_since=now - timedelta(seconds=keeps))
    begun = now - timedelta(seconds=watch.jitter)  # what is for a later moment may be yet to begin
    moments = due(known, schedule(config), span, begun)
    return report.health(known, span, slots=moments, late_after=LATE + watch.jitter)


def today(fleet: Fleet, log: Book, now: datetime) -> Digest:
    """What is open or held, and what happened in the day before. Raises `StoreError`."""
    targets = frozen(fleet.config.targets, fleet.config.deploying.recipes, now)
    known = past(log, Span(now - DAY, now))
    # Another configuration may share the log: how its targets stand is known too.
    open_for = {one.target for one in known.incidents if one.open}
    standings = log.standings(open_for.union(target.name for target in targets))
    declared = [target.name for target in targets if not target.retired]
    holds = [one for one in held(log.holds(now), targets, now) if one.target in declared]
    return digest.digest(known, standings, now, declared, holds, _stopped(log, holds))


def _stopped(log: Book, holds: Sequence[Kept]) -> set[str]:
    """The targets of which nobody knows whether the newest rollout serves: it holds them until a person has
    looked. One that was proven since then says what serves; one that touched nothing does not.
    """
    own = {one.id: one.target for one in holds if one.hold.by == PRODUCT}
    found = set()
    for target, rollouts in log.pasts(set(own.values()), _MOST_TRIED).items():
        ends = ((one.id, one.outcome.end) for one in rollouts if one.outcome)
        newest = next(((name, end) for name, end in ends if end is not End.REFUSED), None)
        if newest and hold_name(newest[0]) in own and newest[1] is End.STOPPED:
            found.add(target)
    return found


def write_week(fleet: Fleet, log: Store, moment: datetime) -> Sequence[Notice]:
    """Put the report of the last whole week before that moment into the outbox, for whoever gets it. It is
    the same notice each time and whoever writes it, and nobody is told the same notice twice.
    """
    # Where it is Monday already: to wait for UTC would be to write of the week before that one.
    local = moment.astimezone(ZoneInfo(fleet.config.watch.zone)).replace(tzinfo=UTC)
    span = report.last_week(max(moment, local))
    if not (fleet.config.reports.week.to and _watched(log, span)):
        return ()
    summary = report.summary(health(fleet.config, log, span, moment))
    return _handed(log, fleet.config.reports.week.to, summary, Topic.REPORT, span, moment)


def write_day(fleet: Fleet, log: Book, moment: datetime) -> Sequence[Notice]:
    """Put the digest of the day before that moment into the outbox, likewise."""
    span = Span(moment - DAY, moment)
    if not (fleet.config.reports.day.to and _watched(log, span)):
        return ()
    summary = digest.summary(today(fleet, log, moment))
    return _handed(log, fleet.config.reports.day.to, summary, Topic.DIGEST, span, moment)


def _watched(log: Store, span: Span) -> bool:
    """Whether anybody looked in that time: a watch that has just begun has nothing to tell of it."""
    return any(one.at < span.until for one in log.rounds(since=span.since))


def _handed(
    log: Store, receivers: Sequence[str], summary: Summary, topic: Topic, span: Span, now: datetime
) -> Sequence[Notice]:
    notices = [notice(summary, topic, span, receiver, now) for receiver in receivers]
    log.add(notices)
    return notices
