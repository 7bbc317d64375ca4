"""One message of each sort, of a shop that nobody has: to look at before anything is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

from unshipped.core import words
from unshipped.core.alerting import Notice, Told, Topic
from unshipped.core.incidents import Ending, Incident, Kind, Step
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.messages import Message, compose
from unshipped.core.model import Change, Code, Severity, State

_WEB = "https://github.com/acme/shop"
_RUNS, _SHOULD = "e8b017d7e80aa80cf7fb48eb6c18fe87da22496f", "6f2c25f5dfbf9419470fdd34aabe394e67e446ee"
_CHANGES = (
    ("6f2c25f5dfbf9419470fdd34aabe394e67e446ee", 0.75, "Keep prices in cents (#9)", "Ben", 9),
    ("8abe1cd36b1e5b4f2a6d7c8e9f0a1b2c3d4e5f60", 9.0, "Retry a receipt that bounced (#4)", "Ben", 4),
    ("4295938d99f1e2d3c4b5a69788796a5b4c3d2e1f", 20.0, "Round half a cent to even (#3)", "Ana", 3),
)
_FLEET = (
    *("api", "worker", "mail", "search", "billing", "site", "export", "import", "stock", "invoices"),
    *(f"report-{number:02}" for number in range(1, 31)),
)


def samples(now: datetime) -> dict[str, Message]:
    """By name."""
    one = (_drift("worker", now, Severity.WARNING),)
    drifting, standing = _drift("worker", now, Severity.CRITICAL)
    worse = ((drifting._replace(steps=2), standing),)
    three = tuple(_drift(name, now, Severity.WARNING) for name in ("worker", "api", "billing"))
    many = tuple(_drift(name, now, Severity(1 + at % 3)) for at, name in enumerate(_FLEET))
    return {
        "opened": _message(one, Step.OPENED, "it began", now),
        "escalated": _message(worse, Step.ESCALATED, "it became worse", now),
        "grouped": _message(three, Step.OPENED, "it began", now),
        "first-look": _message(many, Step.OPENED, "it was there at the first look", now),
        "resolved": _message((_over(worse[0], now),), Step.RESOLVED, "it is over", now),
        "unknown": _message((_unknown(now),), Step.OPENED, "it began", now),
    }


def test_message(receiver: str, identity: str, now: datetime) -> Message:
    """What `unshipped notify test` says."""
    title = f"This is a test of unshipped: receiver {receiver} is reached"
    body = "Nothing is wrong, and there is nothing to do."
    return compose(Notice(identity, receiver, Topic.TEST, now, why=title, body=body), (), {}, now)


_Seen = tuple[Incident, Standing]


def _drift(service: str, now: datetime, severity: Severity) -> _Seen:
    changes = int(severity)
    waiting = tuple(
        Change(commit, now - timedelta(hours=hours), subject, author, pull_request=number)
        for commit, hours, subject, author, number in _CHANGES[:changes]
    )
    oldest = waiting[-1]
    reasons = {
        Severity.INFO: words.count(changes, "change") + " behind",
        Severity.WARNING: "waiting 9 h (warning from 6 h)",
        Severity.CRITICAL: "waiting 20 h (critical past 12 h)",
    }
    seen = Observation(
        service,
        "production",
        now,
        State.BEHIND,
        severity,
        reasons=(reasons[severity],),
        deployed=_RUNS,
        expected=_SHOULD,
        changes=changes,
        behind_since=oldest.landed_at,
        waiting=waiting,
        owner="team-shop",
        source="cloud-run",
        web=_WEB,
    )
    incident = _incident(service, Kind.DRIFT, severity, now)
    opened = incident._replace(since=oldest.landed_at, cause=f"landing:{oldest.commit}", owner=seen.owner)
    return opened, Standing(seen, seen.at, now, now)


def _unknown(now: datetime) -> _Seen:
    since = now - timedelta(minutes=40)
    seen = Observation(
        "search",
        "production",
        now,
        State.UNKNOWN,
        Severity.WARNING,
        code=Code.SOURCE_DENIED,
        reasons=("the source refused to answer: Cloud Run answered 403 Forbidden",),
        source="cloud-run",
        owner="team-search",
        web=_WEB,
    )
    incident = _incident("search", Kind.UNKNOWN, Severity.WARNING, now)
    return incident._replace(since=since, owner=seen.owner), Standing(seen, since, now, None, since)


def _incident(service: str, kind: Kind, severity: Severity, now: datetime) -> Incident:
    opened = now - timedelta(minutes=10)
    group = f"{kind.value}:{service}/production:{opened:%Y%m%dT%H%M%SZ}"
    return Incident(group, service, "production", kind, opened, severity, severity, group=group, steps=1)


def _over(worst: _Seen, now: datetime) -> _Seen:
    incident, standing = worst
    seen = standing.seen._replace(
        state=State.IN_SYNC,
        severity=Severity.NONE,
        reasons=("same content as expected",),
        deployed=_SHOULD,
        changes=0,
        waiting=(),
    )
    over = incident._replace(
        opened_at=now - timedelta(hours=20), resolved_at=now, ending=Ending.DEPLOYED, steps=3
    )
    return over, standing._replace(seen=seen)


def _message(seen: tuple[_Seen, ...], step: Step, why: str, now: datetime) -> Message:
    incidents = [incident for incident, _ in seen]
    told = tuple(Told(one.id, one.steps, step, one.severity) for one in incidents)
    first = incidents[0]
    notice = Notice(f"chat/{first.id}/{first.steps}", "chat", Topic.INCIDENTS, now, first.group, told, why)
    return compose(notice, incidents, {standing.seen.target: standing for _, standing in seen}, now)
