"""A watch that is told what it sees: the log as a few dictionaries, minutes in place of a clock.

watch = Watch()
watch.look(0, behind("worker", changes=1))
watch.look(10, in_sync("worker")).transitions
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from unshipped.core.alerting import Notice, Route, Said, Silence
from unshipped.core.incidents import Incident, Outcome, Step, Transition
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.model import Change, Code, Flag, Severity, State
from unshipped.core.rules import Rules
from unshipped.core.watching import Entries, Situation, follow, told

START = datetime(2026, 2, 5, 12, 0, tzinfo=UTC)
OLD, NEW, FIX = "a" * 40, "b" * 40, "c" * 40
CHAT = Route(("chat",))
RULES = Rules()


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def in_sync(service: str = "worker", deployed: str = NEW) -> Observation:
    return Observation(
        service,
        "production",
        START,
        State.IN_SYNC,
        Severity.NONE,
        quiet=True,
        reasons=("same content as expected",),
        deployed=deployed,
        expected=NEW,
        changes=0,
        ahead=0,
        source="http",
    )


def behind(
    service: str = "worker",
    severity: Severity = Severity.INFO,
    *,
    changes: int = 1,
    since: float = -60,
    deployed: str = OLD,
    landing: str = FIX,
    flags: tuple[Flag, ...] = (),
    owner: str = "",
) -> Observation:
    return in_sync(service, deployed)._replace(
        state=State.BEHIND,
        severity=severity,
        flags=flags,
        quiet=bool({Flag.HELD, Flag.PENDING, Flag.RETIRED} & set(flags)),
        reasons=(f"{changes} behind",),
        changes=changes,
        behind_since=at(since),
        waiting=(Change(landing, at(since), "Keep prices in cents", "Ben"),),
        owner=owner,
    )


def unknown(service: str = "worker", code: Code = Code.SOURCE_DENIED) -> Observation:
    return Observation(
        service,
        "production",
        START,
        State.UNKNOWN,
        Severity.WARNING,
        code=code,
        reasons=("the source refused to answer",),
        source="cloud-run",
    )


@dataclass
class Watch:
    """What the log would hold after every look so far."""

    routes: tuple[Route, ...] = (CHAT,)
    rules: Rules = RULES
    standings: dict[str, Standing] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    said: dict[tuple[str, str], Said] = field(default_factory=dict)

    def look(self, minutes: float, *seen: Observation, declared: Iterable[str] | None = None) -> Entries:
        """One look, at that minute."""
        now = at(minutes)
        fresh = [one._replace(at=now) for one in seen]
        return self._keep(follow(self.situation(), fresh, self.rules, self.routes, now, declared=declared))

    def act(self, minutes: float, *outcomes: Outcome) -> Entries:
        """Somebody does something."""
        return self._keep(told(self.situation(), outcomes, self.routes, at(minutes)))

    def situation(self) -> Situation:
        return Situation(
            dict(self.standings),
            tuple(self.incidents.values()),
            tuple(self.silences),
            dict(self.said),
            {one.incident: one.at for one in self.transitions if one.step is Step.ACKNOWLEDGED},
        )

    def only(self) -> Incident:
        (incident,) = self.incidents.values()
        return incident

    def _keep(self, entries: Entries) -> Entries:
        self.standings |= {one.seen.target: one for one in entries.standings}
        self.incidents |= {one.id: one for one in entries.incidents}
        self.transitions += entries.transitions
        self.notices += entries.notices
        for notice in entries.notices:
            self.said |= {(one.incident, notice.receiver): one.said for one in notice.told}
        return entries


def steps(entries: Entries) -> list[str]:
    """What happened, in words."""
    return [transition.step.value for transition in entries.transitions]


def says(entries: Entries) -> list[str]:
    """Who is told what: `chat: opened`; in brackets where it only changes a message that is there."""
    return [
        f"{notice.receiver}: {'+'.join(one.step.value for one in notice.told)}"
        if notice.loud
        else f"({notice.receiver}: {'+'.join(one.step.value for one in notice.told)})"
        for notice in entries.notices
    ]
