"""What happened to some targets, as one story: how they stood, incidents, who was told, what was deployed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from unshipped.core.incidents import Transition
from unshipped.core.logged.journal import Outcome
from unshipped.core.logged.observations import Standing
from unshipped.core.value import Value
from unshipped.core.words import moment
from unshipped.ports.keeping import Journal


class Event(Value):
    """One thing that happened."""

    at: datetime
    target: str
    what: str
    """In one word: `behind`, `opened`, `told`, `deployed`."""
    text: str


def recall(journal: Journal, targets: Sequence[str], since: datetime, until: datetime) -> list[Event]:
    """Everything that was written down about these targets in that time, the newest first."""
    found = [event for target in targets for event in _of(journal, target, since, until)]
    return sorted(found, key=lambda one: (one.at, one.target), reverse=True)


def _of(journal: Journal, target: str, since: datetime, until: datetime) -> Iterator[Event]:
    for stretch in journal.stretches(since=since, until=until, target=target):
        if since <= stretch.since <= until:
            yield Event(stretch.since, target, stretch.seen.state.value.replace("_", " "), _stood(stretch))
    incidents = {one.id: one for one in journal.incidents(since=since, target=target)}
    for step in journal.transitions(list(incidents)):
        if since <= step.at <= until:
            yield Event(step.at, target, step.step.value, _went(step))
    for notice, attempt in journal.deliveries(since=since):
        if attempt.at <= until and any(one.incident in incidents for one in notice.told):
            sent = attempt.outcome is Outcome.SENT
            what, text = (
                ("told", notice.receiver) if sent else ("not told", f"{notice.receiver}: {attempt.detail}")
            )
            yield Event(attempt.at, target, what, text)
    for one in journal.deployments(since=since, target=target):
        if one.when <= until:
            yield Event(one.when, target, one.kind, f"{one.commit[:9]}{f' by {one.by}' if one.by else ''}")


def _stood(stretch: Standing) -> str:
    """The reasons are those of the newest look: a wait grows while everything else stays as it is."""
    seen = stretch.seen
    runs = f"runs {seen.deployed[:9]}; " if seen.deployed else ""
    later = f" (last seen so {moment(stretch.checked_at)})" if stretch.checked_at > stretch.since else ""
    return f"{runs}{'; '.join(seen.reasons)}{later}"


def _went(step: Transition) -> str:
    grade = f"{step.after.word}: " if step.after else ""
    by = f" (by {step.by})" if step.by else ""
    return f"{grade}{'; '.join(step.reasons)}{by}"
