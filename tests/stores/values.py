"""Made-up values for the log: targets of Ana and Ben, at minutes after a fixed moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from unshipped.core.alerting import Matcher, Notice, Silence, Told, Topic
from unshipped.core.gating import Answer, Bypass, Found, GateDecision, Mode, Purpose
from unshipped.core.incidents import Ending, Incident, Kind, Step, Transition
from unshipped.core.logged.journal import Claim, Delivery, Kept, Outcome, Round
from unshipped.core.logged.observations import Observation, Standing, stands
from unshipped.core.model import Change, Code, Flag, Hold, Severity, State
from unshipped.core.watching import Entries
from unshipped.ports.keeping import Store

BEGIN = datetime(2026, 2, 5, 16, 37, tzinfo=UTC)
LANDED = BEGIN - timedelta(hours=20, microseconds=123)


def at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def seen(service: str = "api", minutes: float = 0, **changed) -> Observation:
    """A service that waits for a deploy, with everything that can be known of it."""
    change = Change("c" * 40, LANDED, "Keep prices in cents (#9)", "Ben", ("shared/money.py",), False, (), 9)
    known = Observation(
        service=service,
        environment="production",
        at=at(minutes),
        state=State.BEHIND,
        severity=Severity.WARNING,
        flags=(Flag.UNPROVEN, Flag.SPLIT),
        reasons=("waiting 20 h", "weak evidence"),
        deployed="d" * 40,
        expected="e" * 40,
        changes=1,
        behind=3,
        ahead=0,
        cancelled=2,
        behind_since=LANDED,
        waiting=(change, change._replace(commit="b" * 40, commits=("1" * 40, "2" * 40))),
        owner="Ana",
        source="http+record",
        web="https://example.com/shop",
        map="0123456789abcdef",
    )
    return known._replace(**changed)


def unseen(service: str = "api", minutes: float = 0) -> Observation:
    """A service that could not be determined."""
    return Observation(
        service, "production", at(minutes), State.UNKNOWN, Severity.WARNING, code=Code.SOURCE_TIMEOUT
    )


def stood(*looks: Observation) -> Standing:
    """How a target stands after these looks."""
    standing = None
    for look in looks:
        standing = stands(standing, look)
    assert standing
    return standing


def incident(name: str = "one", service: str = "api", minutes: float = 0, **changed) -> Incident:
    known = Incident(
        id=name,
        service=service,
        environment="production",
        kind=Kind.DRIFT,
        opened_at=at(minutes),
        severity=Severity.WARNING,
        peak=Severity.CRITICAL,
        since=LANDED,
        deployed="d" * 40,
        map="0123456789abcdef",
        owner="Ana",
        cause="landing:" + "c" * 40,
        group=name,
        steps=1,
    )
    return known._replace(**changed)


def resolved(one: Incident, minutes: float) -> Incident:
    return one._replace(resolved_at=at(minutes), ending=Ending.DEPLOYED, steps=one.steps + 1)


def step(of: str = "one", number: int = 1, minutes: float = 0, kind: Step = Step.OPENED) -> Transition:
    return Transition(
        of, number, kind, at(minutes), Severity.NONE, Severity.WARNING, ("waiting 20 h",), "Ana"
    )


def told(of: str = "one", number: int = 1, kind: Step = Step.OPENED) -> Told:
    return Told(of, number, kind, Severity.WARNING)


def notice(name: str = "n1", receiver: str = "chat", minutes: float = 0, **changed) -> Notice:
    known = Notice(
        id=name,
        receiver=receiver,
        topic=Topic.INCIDENTS,
        at=at(minutes),
        group="one",
        told=(told(),),
        why="it began",
    )
    return known._replace(**changed)


def delivery(claim: Claim, outcome: Outcome = Outcome.SENT, minutes: float = 0) -> Delivery:
    return Delivery(claim.notice.id, claim.attempt, at(minutes), outcome, "200 OK")


def round_of(slot: float = 0, shard: str = "1/1", **changed) -> Round:
    known = Round(shard, at(slot), at(slot + 0.5), 1.25, declared=4, checked=2, conclusive=1, troubled=1)
    return known._replace(**changed)


def kept(name: str = "h1", service: str = "api", until: float | None = 60) -> Kept:
    hold = Hold("a release is tried", "Ana", None if until is None else at(until))
    return Kept(name, service, "production", hold, at(0))


def silence(name: str = "s1", since: float = 0, until: float = 60) -> Silence:
    match = Matcher(("api*",), (), ("Ana", "Ben"))
    return Silence(name, match, "Ana", "the move", at(since), at(until))


def bypass(name: str = "b1", since: float = 0, until: float = 60) -> Bypass:
    return Bypass(name, "nightly", "api", "Ben", "it has to run", at(since), at(until))


def decision(minutes: float = 0) -> GateDecision:
    found = (
        Found("api", "production", Answer.BLOCK, ("3 commits behind",), 12.5, "", "d" * 40),
        Found("worker", "production", Answer.WARN, ("it was never looked at",)),
    )
    answers = Answer.ALLOW, Answer.BLOCK, Mode.OBSERVE
    purpose = Purpose.DEPLOY
    return GateDecision("nightly", at(minutes), *answers, found, "Ben", purpose, "api/production")


def write(store: Store, **entries) -> None:
    """Write some entries in a turn of their own."""
    with store.turn() as turn:
        turn.write(Entries(**{name: tuple(values) for name, values in entries.items()}))
