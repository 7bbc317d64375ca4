"""What a gate answers. Pure, and on the standard library alone: other people's programs carry this file.

`core.gating` says of a standing in the log what has to be known here; the library `gate` says it of a line
in a verdict file. Both are answered by the one rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum
from typing import NamedTuple

from unshipped.carried.lengths import told

CRITICAL = 3
"""The worst severity, by its number."""

LONGEST_BYPASS = 24 * 3600
USUAL_BYPASS = 4 * 3600
LONGEST_REASON = 1000
"""So many characters, whoever asks: the command line, the interface and the library."""

_SKEW = 60
"""So many seconds another clock may be ahead of this one."""


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


MOST = {
    Mode.OFF: Answer.ALLOW,
    Mode.OBSERVE: Answer.ALLOW,
    Mode.WARN: Answer.WARN,
    Mode.ENFORCE: Answer.BLOCK,
}
"""What a gate answers at most, by its mode."""


class Purpose(str, Enum):
    """What the work is that is asked for."""

    WORK = "work"
    """It runs with what is deployed."""
    DEPLOY = "deploy"
    """It deploys a target: that this one is stale is no reason against it."""
    ROLLBACK = "rollback"
    EMERGENCY = "emergency"


FREE = (Purpose.ROLLBACK, Purpose.EMERGENCY)
"""What is never stopped because something is stale."""


class Excuse(str, Enum):
    """Why nothing is to be done about what is missing."""

    HELD = "held"
    PENDING = "pending"
    RETIRED = "retired"


_EXCUSED = {
    Excuse.PENDING: "within its grace, or a deploy is on its way",
    Excuse.RETIRED: "it is retired",
}
_AGAINST_A_LIMIT = "within its grace, or a deploy is on its way: a limit that somebody set holds all the same"


class Gate(NamedTuple):
    """What one gate asks of the services that it guards."""

    name: str
    mode: Mode = Mode.OBSERVE
    max_behind: int | None = None
    """More commits than that block."""
    max_age: float | None = None
    """A wait of more seconds than that blocks."""
    severity: int = CRITICAL
    """Without `max_behind` and `max_age`: from this severity on it blocks."""
    on_unknown: Answer = Answer.WARN
    """What a target gets that could not be determined, or not of late."""
    max_verdict_age: float = 3600
    """What was seen longer ago, in seconds, counts as unknown."""

    @property
    def limited(self) -> bool:
        """Whether somebody said what is too much."""
        return self.max_behind is not None or self.max_age is not None


class Bypass(NamedTuple):
    """Somebody's decision to let work through one gate, for one service, for a time."""

    id: str
    gate: str
    """Empty is every gate."""
    service: str
    by: str
    reason: str
    since: datetime
    until: datetime
    revoked_at: datetime | None = None
    revoked_by: str = ""

    def holds(self, gate: str, service: str, now: datetime) -> bool:
        """Whether it lets that service through that gate now. None holds for longer than a day."""
        meant = self.gate in ("", gate) and self.service == service
        end = min(self.until, self.since + timedelta(seconds=LONGEST_BYPASS))
        return meant and self.since <= now < end and self.revoked_at is None


class Seen(NamedTuple):
    """What is known of one target when the gate is asked."""

    service: str
    environment: str
    checked_at: datetime | None = None
    """When it was looked at; None where it never was."""
    known: bool = True
    """Whether it could be determined then."""
    severity: int = 0
    behind: int | None = 0
    """How many commits are missing; None where nobody counted them."""
    behind_since: datetime | None = None
    excuse: Excuse | None = None
    reasons: tuple[str, ...] = ()
    deployed: str = ""


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
    unknown: bool = False
    """Whether it could not be said how it stands."""

    @property
    def target(self) -> str:
        return f"{self.service}/{self.environment}"

    def plain(self) -> dict[str, object]:
        """The same as a program reads it."""
        return {
            "service": self.service,
            "environment": self.environment,
            "answer": self.answer.word,
            "unknown": self.unknown,
            "reasons": list(self.reasons),
            "verdict_age_seconds": None if self.verdict_age is None else round(self.verdict_age, 3),
            "deployed": self.deployed or None,
            "bypass": self.bypass or None,
        }


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
    purpose: Purpose = Purpose.WORK
    deploys: str = ""
    """The target that the work deploys, as `service/environment`."""

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


def looked(age: float | None, mode: str) -> str:
    """How old the verdicts of an answer are, and how much it means: `looked at 46 s ago; mode enforce`."""
    when = "not all was looked at" if age is None else f"looked at {told(age)} ago"
    return f"{when}; mode {mode}"


class Work(NamedTuple):
    """What is asked for: by whom, what it is, and what it deploys."""

    purpose: Purpose = Purpose.WORK
    deploys: str = ""
    by: str = ""


def decided(
    targets: Sequence[Seen], gate: Gate, bypasses: Sequence[Bypass], now: datetime, work: Work | None = None
) -> GateDecision:
    """The answer for some targets. Where none is named, nothing is known."""
    work = work or Work()
    plain = [_freed(judged(seen, gate, now), work) for seen in targets]
    would = max((one.answer for one in plain), default=gate.on_unknown)
    found = tuple(_let_through(one, gate, bypasses, now) for one in plain)
    meant = max((one.answer for one in found), default=gate.on_unknown)
    answer = min(meant, MOST[gate.mode])
    return GateDecision(gate.name, now, answer, would, gate.mode, found, work.by, work.purpose, work.deploys)


def judged(seen: Seen, gate: Gate, now: datetime) -> Found:
    """What an enforcing gate says of one target. What is not known to be fine is never fine."""
    age = (now - seen.checked_at).total_seconds() if seen.checked_at else None

    def found(answer: Answer, *reasons: str) -> Found:
        shown = None if age is None else max(0.0, age)
        return Found(seen.service, seen.environment, answer, reasons, shown, deployed=seen.deployed)

    if why := _unknown(seen, age, gate):
        return found(gate.on_unknown, *why)._replace(unknown=True)
    reasons = _exceeded(seen, gate, now)
    if not reasons:
        return found(Answer.ALLOW, *seen.reasons)
    if seen.excuse is Excuse.HELD:
        return found(Answer.WARN, *dict.fromkeys((*reasons, *seen.reasons)))
    if seen.excuse is Excuse.PENDING and gate.limited:
        return found(Answer.BLOCK, *reasons, _AGAINST_A_LIMIT)
    if seen.excuse:
        return found(Answer.ALLOW, *reasons, _EXCUSED[seen.excuse])
    return found(Answer.BLOCK, *reasons)


def _unknown(seen: Seen, age: float | None, gate: Gate) -> tuple[str, ...]:
    """Why it cannot be said how the target stands; nothing where it can."""
    if age is None:
        return seen.reasons or ("it was never looked at",)
    if age < -_SKEW:
        return ("it was looked at in the future: a clock is wrong",)
    if not seen.known:
        return seen.reasons or ("it could not be determined",)
    if age > gate.max_verdict_age:
        return (f"it was looked at {told(age)} ago (at most {told(gate.max_verdict_age)})",)
    if gate.max_behind is not None and seen.behind is None:
        return ("nobody counted what is missing",)
    return ()


def _exceeded(seen: Seen, gate: Gate, now: datetime) -> tuple[str, ...]:
    """Which of the gate's limits are exceeded."""
    if not gate.limited:
        return (seen.reasons or ("it is stale",)) if seen.severity >= gate.severity else ()
    reasons = []
    if gate.max_behind is not None and seen.behind is not None and seen.behind > gate.max_behind:
        commits = f"{seen.behind:,} commit{'s' if seen.behind > 1 else ''}"
        reasons.append(f"{commits} behind (at most {gate.max_behind})")
    if gate.max_age is not None and seen.behind_since is not None:
        waiting = (now - seen.behind_since).total_seconds()
        if waiting > gate.max_age:
            reasons.append(f"waiting {told(waiting)} (at most {told(gate.max_age)})")
    return tuple(reasons)


def _freed(found: Found, work: Work) -> Found:
    """What ends staleness, or has to be done whatever is stale, is not stopped by it."""
    if found.answer is Answer.ALLOW:
        return found
    if work.purpose in FREE:
        what = "a rollback" if work.purpose is Purpose.ROLLBACK else "an emergency deploy"
        return found._replace(
            answer=Answer.ALLOW, reasons=(*found.reasons, f"{what} is never stopped for that")
        )
    if work.purpose is Purpose.DEPLOY and work.deploys == found.target:
        reason = "this is what gets deployed: to stop it would keep it stale"
        return found._replace(answer=Answer.ALLOW, reasons=(*found.reasons, reason))
    return found


def _let_through(found: Found, gate: Gate, bypasses: Sequence[Bypass], now: datetime) -> Found:
    """A bypass lets work through that would be stopped; it changes nothing else."""
    if found.answer is not Answer.BLOCK:
        return found
    for bypass in bypasses:
        if bypass.holds(gate.name, found.service, now):
            until = bypass.until.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            reason = f"let through by {bypass.by} until {until}: {bypass.reason}"
            return found._replace(answer=Answer.ALLOW, reasons=(*found.reasons, reason), bypass=bypass.id)
    return found


def flaw(by: str, reason: str, seconds: float) -> str:
    """Why a bypass cannot be given so; empty where it can."""
    if not reason.strip():
        return "a bypass needs a reason"
    if not by.strip():
        return "a bypass needs a person"
    if not seconds > 0:
        return "a bypass that lasts for no time is over at once"
    if seconds > LONGEST_BYPASS:
        return f"a bypass lasts at most {told(LONGEST_BYPASS)}"
    return ""


def tidy(text: str, most: int = LONGEST_REASON) -> str:
    """What somebody wrote, on one line, without what steers a terminal, and not longer than that."""
    shown = "".join(char if char.isprintable() else " " for char in text[: most * 4])
    plain = " ".join(shown.split())
    return plain if len(plain) <= most and len(text) <= most * 4 else plain[: most - 1] + "…"
