"""What was seen of a target, as the log keeps it: a verdict without the world that it was made in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unshipped.core.model import Change, Code, Flag, Severity, State, Verdict
from unshipped.core.value import Value

_MOST_LISTED = 20
_MOST_PAST = 5


class Observation(Value):
    """One target, at one look."""

    service: str
    environment: str
    at: datetime
    state: State
    severity: Severity
    flags: tuple[Flag, ...] = ()
    quiet: bool = False
    """Whether nothing is to be done: in sync, held, in its grace, or retired."""
    code: Code | None = None
    """Why it is unknown, where it is."""
    reasons: tuple[str, ...] = ()
    deployed: str = ""
    """The commit that serves; of several the one that was judged. Empty where nothing tells."""
    expected: str = ""
    changes: int | None = None
    behind: int | None = None
    ahead: int | None = None
    cancelled: int | None = None
    behind_since: datetime | None = None
    waiting: tuple[Change, ...] = ()
    """The missing changes, newest first, at most twenty of them."""
    owner: str = ""
    source: str = ""
    """The kinds of source that were asked: what several targets may fail with together."""
    web: str = ""
    """The page of its repository; empty where there is none."""
    map: str = ""
    """Names what the service was said to be made of: another text is another map."""

    @property
    def target(self) -> str:
        return f"{self.service}/{self.environment}"

    @property
    def unproven(self) -> bool:
        """Whether it is in sync by what is said alone."""
        return self.state is State.IN_SYNC and Flag.UNPROVEN in self.flags

    @property
    def matter(self) -> str:
        """What is the matter, by the first reason: of what is in sync that says what is right about it."""
        first = self.state is State.IN_SYNC and not self.quiet and len(self.reasons) > 1
        return self.reasons[first] if self.reasons else ""

    @property
    def missing(self) -> int | None:
        """How many commits are not live, or changes where commits were not counted. Those that cancel out are
        commits too, and nothing of them is missing.
        """
        if self.state is State.IN_SYNC:
            return 0
        return self.changes if self.behind is None else self.behind

    @property
    def oldest(self) -> str:
        """The landing that waits for longest; empty where none does."""
        return self.waiting[-1].commit if self.waiting else ""

    @property
    def conclusive(self) -> bool:
        """Whether it could be determined."""
        return self.state is not State.UNKNOWN


class Standing(Value):
    """How a target stands: what was seen last, since when it is so, and when it was last looked at."""

    seen: Observation
    since: datetime
    """When it was first seen so: what was seen since then differs in nothing that matters."""
    checked_at: datetime
    conclusive_at: datetime | None
    """When it could last be determined."""
    inconclusive_since: datetime | None = None
    """From when on it could not be determined, without a break; None where it could."""
    past: tuple[str, ...] = ()
    """Other commits that served before this one, newest first, at most five of them."""

    @property
    def served(self) -> tuple[str, ...]:
        """The commits that it is known to have served, newest first."""
        return served(self.seen.deployed, self.past)


def observed(verdict: Verdict, at: datetime, *, described: str = "", web: str = "") -> Observation:
    """What a verdict says. `described` names what the service was said to be made of, `web` is the page of
    its repository.
    """
    drift, facts = verdict.drift, verdict.drift.facts
    worst = drift.worst or (drift.served[0] if drift.served else None)
    return Observation(
        service=drift.target.service,
        environment=drift.target.environment,
        at=at,
        state=drift.state,
        severity=verdict.severity,
        flags=verdict.flags,
        quiet=verdict.quiet,
        code=drift.problem.code if drift.problem else None,
        reasons=verdict.reasons,
        deployed=worst.commit if worst else "",
        expected=drift.expected.commit if drift.expected else "",
        changes=facts.changes if facts else None,
        behind=facts.behind if facts else None,
        ahead=len(facts.ahead) if facts else None,
        cancelled=facts.cancelled if facts else None,
        behind_since=facts.oldest.landed_at if facts and facts.oldest else None,
        waiting=_waiting(verdict),
        owner=drift.target.owner,
        source="+".join(dict.fromkeys(signal.source for signal in drift.signals)),
        web=web,
        map=described,
    )


def _waiting(verdict: Verdict) -> tuple[Change, ...]:
    """The oldest is always among them: it is what the age is counted from."""
    facts = verdict.drift.facts
    if facts is None:
        return ()
    listed = tuple(one for one in facts.listed if not one.cancelled)[:_MOST_LISTED]
    if facts.oldest and all(one.commit != facts.oldest.commit for one in listed):
        return (*listed[: _MOST_LISTED - 1], facts.oldest)
    return listed


def stands(before: Standing | None, seen: Observation) -> Standing:
    """How a target stands after one more look."""
    conclusive = seen.at if seen.conclusive else (before.conclusive_at if before else None)
    unbroken = before.inconclusive_since if before else None
    return Standing(
        seen=seen,
        since=before.since if before and same(before.seen, seen) else seen.at,
        checked_at=seen.at,
        conclusive_at=conclusive,
        inconclusive_since=None if seen.conclusive else unbroken or seen.at,
        past=tuple(one for one in before.served if one != seen.deployed)[:_MOST_PAST] if before else (),
    )


def served(deployed: str, past: Sequence[str]) -> tuple[str, ...]:
    """The commits that a target is known to have served, newest first."""
    return tuple(one for one in (deployed, *past) if one)


def same(one: Observation, other: Observation) -> bool:
    """Whether two looks saw the same, whatever time passed and whatever landed that is not of this target."""
    return _gist(one) == _gist(other)


def _gist(seen: Observation) -> tuple[object, ...]:
    return (
        seen.state,
        seen.severity,
        seen.flags,
        seen.quiet,
        seen.code,
        seen.deployed,
        seen.changes,
        seen.ahead,
        seen.cancelled,
        seen.behind_since,
        seen.map,
    )
