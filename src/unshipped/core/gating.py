"""May work run with what is deployed? Asked before it, answered from what was seen last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, IntEnum
from typing import NamedTuple

from unshipped.core import words
from unshipped.core.model import Flag, Severity
from unshipped.core.observations import Standing


class Answer(IntEnum):
    """Ordered, so that "the worse of two" is `max`."""

    ALLOW = 0
    WARN = 1
    BLOCK = 2

    @property
    def word(self) -> str:
        return self.name.lower()


class Mode(str, Enum):
    """How much of its answer a gate means."""

    OFF = "off"
    OBSERVE = "observe"
    WARN = "warn"
    ENFORCE = "enforce"


LONGEST_BYPASS = 24 * 3600
USUAL_BYPASS = 4 * 3600


class Gate(NamedTuple):
    """What one gate asks of the services that it guards."""

    name: str
    mode: Mode = Mode.OBSERVE
    max_behind: int | None = None
    """More commits than that block."""
    max_age: float | None = None
    """A wait of more seconds than that blocks."""
    severity: Severity = Severity.CRITICAL
    """Without `max_behind` and `max_age`: from this severity on it blocks."""
    on_unknown: Answer = Answer.WARN
    """What a target gets that could not be determined, or not of late."""
    max_verdict_age: float = 3600
    """What was seen longer ago, in seconds, counts as unknown."""


class Bypass(NamedTuple):
    """Somebody's decision to let work through one gate, for one service, for a time."""

    id: str
    gate: str
    service: str
    by: str
    reason: str
    since: datetime
    until: datetime
    revoked_at: datetime | None = None
    revoked_by: str = ""

    def holds(self, gate: str, service: str, now: datetime) -> bool:
        """Whether it lets that service through that gate now."""
        meant = self.gate in ("", gate) and self.service == service
        return meant and self.since <= now < self.until and self.revoked_at is None


class Found(NamedTuple):
    """What the gate says of one target."""

    service: str
    environment: str
    answer: Answer
    reasons: tuple[str, ...]
    verdict_age: float | None = None
    """How many seconds ago it was looked at; None where it never was."""
    bypass: str = ""
    """The bypass that let it through."""
    deployed: str = ""


class GateDecision(NamedTuple):
    """The answer to one question, with what it would have been were it meant."""

    gate: str
    at: datetime
    answer: Answer
    would: Answer
    """What `enforce` would have answered without any bypass."""
    mode: Mode
    found: tuple[Found, ...]
    asked_by: str = ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, the worst target first."""
        worst = sorted(self.found, key=lambda one: -one.answer)
        return tuple(f"{one.service}: {reason}" for one in worst for reason in one.reasons)

    @property
    def verdict_age(self) -> float | None:
        """How old the oldest of the verdicts is, in seconds; None where one of them is missing."""
        ages = [one.verdict_age for one in self.found]
        return None if None in ages else max((age for age in ages if age is not None), default=None)


def decide(
    asked: Sequence[tuple[str, str]],
    standings: Sequence[Standing | None],
    gate: Gate,
    bypasses: Sequence[Bypass],
    now: datetime,
    *,
    asked_by: str = "",
) -> GateDecision:
    """The answer for some targets, each a service and its environment, in the order of `standings`."""
    plain = [_of(place, standing, gate, now) for place, standing in zip(asked, standings, strict=True)]
    would = max((one.answer for one in plain), default=gate.on_unknown)
    found = tuple(_let_through(one, gate, bypasses, now) for one in plain)
    meant = max((one.answer for one in found), default=gate.on_unknown)
    limit = {Mode.OFF: Answer.ALLOW, Mode.OBSERVE: Answer.ALLOW, Mode.WARN: Answer.WARN}
    answer = min(meant, limit.get(gate.mode, Answer.BLOCK))
    return GateDecision(gate.name, now, answer, would, gate.mode, found, asked_by)


def _of(place: tuple[str, str], standing: Standing | None, gate: Gate, now: datetime) -> Found:
    service, environment = place
    if standing is None:
        return Found(service, environment, gate.on_unknown, ("it was never looked at",))
    seen, age = standing.seen, (now - standing.checked_at).total_seconds()

    def found(answer: Answer, *reasons: str) -> Found:
        return Found(service, environment, answer, reasons, age, deployed=seen.deployed)

    if not seen.conclusive:
        return found(gate.on_unknown, *seen.reasons)
    if age > gate.max_verdict_age:
        limit = words.age(gate.max_verdict_age)
        return found(gate.on_unknown, f"it was looked at {words.age(age)} ago (at most {limit})")
    if age < -60:
        return found(gate.on_unknown, "it was looked at in the future: a clock is wrong")
    reasons = _exceeded(standing, gate, now)
    if not reasons:
        return found(Answer.ALLOW, *seen.reasons)
    if Flag.HELD in seen.flags:
        return found(Answer.WARN, *reasons, *seen.reasons)
    if Flag.PENDING in seen.flags:
        return found(Answer.ALLOW, *reasons, "within its grace, or a deploy is on its way")
    return found(Answer.BLOCK, *reasons)


def _exceeded(standing: Standing, gate: Gate, now: datetime) -> tuple[str, ...]:
    """Which of the gate's limits are exceeded."""
    seen, reasons = standing.seen, []
    if gate.max_behind is None and gate.max_age is None:
        return seen.reasons if seen.severity >= gate.severity else ()
    behind = seen.changes if seen.behind is None else seen.behind
    if gate.max_behind is not None and behind is not None and behind > gate.max_behind:
        reasons.append(f"{words.count(behind, 'commit')} behind (at most {gate.max_behind})")
    if gate.max_age is not None and seen.behind_since is not None:
        waiting = (now - seen.behind_since).total_seconds()
        if waiting > gate.max_age:
            reasons.append(f"waiting {words.age(waiting)} (at most {words.age(gate.max_age)})")
    return tuple(reasons)


def _let_through(found: Found, gate: Gate, bypasses: Sequence[Bypass], now: datetime) -> Found:
    """A bypass lets work through that would be stopped; it changes nothing else."""
    if found.answer is not Answer.BLOCK:
        return found
    for bypass in bypasses:
        if bypass.holds(gate.name, found.service, now):
            reason = f"let through by {bypass.by} until {words.moment(bypass.until)}: {bypass.reason}"
            return found._replace(answer=Answer.ALLOW, reasons=(*found.reasons, reason), bypass=bypass.id)
    return found
