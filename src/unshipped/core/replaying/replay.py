"""A time that is over, watched again: what the watch would have seen, said and stopped, by any rules.

Nothing is looked at in between: a target is judged at the moments of the schedule at which something can
have changed for it. That is what a watch that looks at every moment would have written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush

from unshipped.core import drift as drifts
from unshipped.core.alerting import JOIN_WITHIN, Notice, Route, Said
from unshipped.core.gating import GateDecision, Guard, decide
from unshipped.core.history.regression import Pair, regressed, to_ask
from unshipped.core.history.retrace import Lacking
from unshipped.core.history.times import AHEAD
from unshipped.core.hours import openings
from unshipped.core.incidents import Incident, Kind, Transition
from unshipped.core.logged.arrival import first_seen
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Delivery, Outcome
from unshipped.core.logged.observations import Standing, observed, same
from unshipped.core.logged.past import Past
from unshipped.core.model import Change, Code, Expected, Facts, Problem, Served, Target, Verdict
from unshipped.core.policy import judge, order, turns, worst
from unshipped.core.replaying.record import Deployed, Head, Line, Part, Record
from unshipped.core.rules import Rules
from unshipped.core.signals import Serving
from unshipped.core.value import Value
from unshipped.core.watching import Entries, Situation, follow

_TICK = timedelta(microseconds=1)

Slots = Callable[[datetime], datetime]
"""The first moment of the schedule after one."""


class Setting(Value):
    """The rules by which it is watched."""

    slots: Slots
    rules: Rules = Rules()
    routes: tuple[Route, ...] = ()
    guards: tuple[Guard, ...] = ()


def replay(record: Record, setting: Setting, described: Callable[[Target], str] = lambda _: "") -> Past:
    """What the log would have of that time. `described` names what a target is said to be made of."""
    return _Replay(record, setting, described).run()


class _Life:
    """One target while time goes by."""

    def __init__(self, parts: Sequence[Part], lines: Sequence[Line], holding: AbstractSet[Pair]) -> None:
        self.target, self._parts, self._holding = parts[0].target, parts, holding
        self._lines = [lines[part.line] for part in parts]
        self._origins = [part.origin for part in parts]
        self._lacking = [
            Lacking(
                line.chronicle.reaches[part.reach], line.chronicle.landings, may_lag=line.heads is not None
            )
            for part, line in zip(parts, self._lines, strict=True)
        ]
        self._tips = [0] * len(parts)
        self._heads: list[Head | None] = [None] * len(parts)
        self._serving = [Serving()] * len(parts)
        self._places: Sequence[Mapping[str, int]] = ()

    @property
    def begun(self) -> bool:
        """Whether anything was ever deployed."""
        return bool(self._places)

    def serve(self, commit: str, places: Sequence[Mapping[str, int]]) -> None:
        """From now on it serves that commit; `places` say where each part's line has which commit."""
        self._places = places
        beside = [any(commit == served for _, served, _ in line.beside) for line in self._lines]
        gone = not any(beside) and not any(commit in line for line in places)
        for at, line in enumerate(places):
            if commit in line:
                self._lacking[at].serve(line[commit])
            if commit in line or beside[at]:
                self._serving[at] = Serving((Served(commit, 1.0, ()),))
            elif gone:
                message = f"{commit} is not on the branch that is replayed"
                self._serving[at] = Serving(problem=Problem(Code.UNRESOLVED_REVISION, message))

    def land(self, part: int, place: int) -> None:
        """From now on that landing is the tip of a part's line."""
        self._tips[part] = place
        self._lacking[part].land(place)

    def head(self, part: int, head: Head) -> None:
        """From now on that tag is what a part should serve."""
        self._heads[part] = head
        if head.place is not None:
            self.land(part, head.place)

    def look(self, now: datetime, stood: Standing | None) -> tuple[Verdict, list[datetime]]:
        """The verdict now, and when it may be another one though nothing happens. `stood` is what the log
        knows of it.
        """
        target, policy = self.target, self.target.policy
        before = stood.served if stood else ()
        found = [
            drift
            for at, origin in enumerate(self._origins)
            for drift in drifts.measure(
                target, origin, self._expected(at), self._served(at, before), self._facts(at, now), now
            )
        ]
        verdict = first_seen(worst([judge(drift, policy, now) for drift in found]), stood, now)
        wakes = [wake for one in (verdict, *verdict.others) for wake in turns(one.drift, policy)]
        return verdict, wakes

    def _expected(self, part: int) -> Expected | Problem:
        line, head = self._lines[part], self._heads[part]
        if head:
            return Expected(head.commit, head.name, line.why)
        if line.heads is not None:
            return Problem(Code.EXPECTED_UNRESOLVED, f"no tag matches {line.ref!r}")
        return Expected(line.chronicle.landings[self._tips[part]].commit, line.ref, line.why)

    def _served(self, part: int, before: Sequence[str]) -> Serving:
        serving = self._serving[part]
        if not before or len(self._origins) > 1:  # of several origins nobody knows which of them it was
            return serving
        line = self._places[part]
        later = {p for p in to_ask(serving, before) if p in self._holding or _newer(line, *p)}
        return regressed(serving, before, later)

    def _facts(self, part: int, now: datetime) -> dict[str, Facts | Problem]:
        expected, reach = self._expected(part), self._parts[part].reach
        tip = expected.commit if isinstance(expected, Expected) else ""
        head, beside = self._heads[part], self._lines[part].beside
        if head and head.place is None:
            otherwise: Facts | Problem = Problem(Code.EXPECTED_UNRESOLVED, f"{head.name} names no commit")
        else:
            otherwise = self._lacking[part].facts()
        return {
            one.commit: _as_of(beside.get((tip, one.commit, reach), otherwise), now)
            for one in self._serving[part].served
        }


def _as_of(facts: Facts | Problem, now: datetime) -> Facts | Problem:
    """As a look at that moment takes what is dated yet to come."""

    def dated(one: Change) -> Change:
        late = (one.landed_at - now).total_seconds() > AHEAD
        return one._replace(landed_at=min(one.landed_at, now), undated=late)

    if isinstance(facts, Problem) or all(one.landed_at <= now for one in facts.listed):
        return facts
    oldest = facts.oldest and dated(facts.oldest)
    return facts._replace(oldest=oldest, listed=tuple(map(dated, facts.listed)))


def _newer(line: Mapping[str, int], one: str, other: str) -> bool:
    return one in line and other in line and line[one] > line[other]


class _Log:
    """What is written down, with what the next look has to know of it at hand."""

    def __init__(self) -> None:
        self.incidents: dict[str, Incident] = {}
        self.transitions: list[Transition] = []
        self.notices: list[Notice] = []
        self.stretches: dict[str, list[Standing]] = {}
        self._standings: dict[str, Standing] = {}
        self._open: set[str] = set()
        self._newest: dict[tuple[str, Kind], str] = {}
        self._said: dict[tuple[str, str], Said] = {}

    def standing(self, target: str) -> Standing | None:
        return self._standings.get(target)

    def situation(self, targets: Iterable[str], now: datetime, *, whole: bool) -> Situation:
        """What a look at these targets has to know; with `whole`, of everything that is open."""
        names = frozenset(targets)
        wanted = {
            one
            for one in self._open
            if whole
            or self.incidents[one].target in names
            or now - self.incidents[one].opened_at < JOIN_WITHIN
        }
        wanted |= {
            self._newest[name, kind] for name in names for kind in Kind if (name, kind) in self._newest
        }
        incidents = sorted((self.incidents[one] for one in wanted), key=lambda one: (one.opened_at, one.id))
        standings = {name: self._standings[name] for name in names if name in self._standings}
        return Situation(standings, tuple(incidents), (), self._said)

    def write(self, entries: Entries) -> None:
        for standing in entries.standings:
            self._stand(standing)
        for one in entries.incidents:
            self.incidents[one.id] = one
            if one.open:
                self._open.add(one.id)
            else:
                self._open.discard(one.id)
                self._newest[one.target, one.kind] = one.id
        self.transitions += entries.transitions
        for notice in entries.notices:
            self.notices.append(notice)
            self._said |= {(one.incident, notice.receiver): one.said for one in notice.told}

    def _stand(self, standing: Standing) -> None:
        """Stretch after stretch: until it was seen otherwise, it was looked at and stood as it did."""
        name = standing.seen.target
        course = self.stretches.setdefault(name, [])
        if course and same(course[-1].seen, standing.seen):
            course[-1] = standing
        else:
            if course:
                course[-1] = course[-1]._replace(checked_at=standing.seen.at)
            course.append(standing)
        self._standings[name] = standing


class _Replay:
    def __init__(self, record: Record, setting: Setting, described: Callable[[Target], str]) -> None:
        self._record, self._setting = record, setting
        self._places = [
            {landed.commit: place for place, landed in enumerate(line.chronicle.landings)}
            for line in record.lines
        ]
        parts: dict[str, list[Part]] = {}
        for part in record.parts:
            parts.setdefault(part.target.name, []).append(part)
        self._parts = parts
        self._lives = {name: _Life(own, record.lines, record.holding) for name, own in parts.items()}
        self._described = described
        self._touched = list(self._whom())
        self._log = _Log()
        self._decisions: list[GateDecision] = []
        self._wakes: list[tuple[datetime, str]] = []
        self._pending: set[tuple[datetime, str]] = set()

    def _wake(self, when: datetime, target: str, now: datetime) -> None:
        """Look at the target again at that moment, and not before the next one; an empty name is everything.

        Some limits hold from a moment on, some only past it: where it is now, it may be otherwise at once.
        """
        wake = (max(when, now + _TICK), target)
        if when >= now and wake not in self._pending:
            self._pending.add(wake)
            heappush(self._wakes, wake)

    def _whom(self) -> Iterator[dict[int, list[tuple[str, int]]]]:
        """For each line, whom each of its landings touches: the target and its part."""
        for number in range(len(self._record.lines)):
            found: dict[int, list[tuple[str, int]]] = {}
            for name, own in self._parts.items():
                for at, part in enumerate(own):
                    if part.line == number:
                        reach = self._record.lines[number].chronicle.reaches[part.reach]
                        for place in {touch.place for touch in reach.touches} | set(reach.starts):
                            found.setdefault(place, []).append((name, at))
            yield found

    def run(self) -> Past:
        span, slots = self._record.span, self._setting.slots
        events = self._events()
        for route in self._setting.routes:
            for begins in openings(route.hours, span.since, span.until) if route.hours else ():
                self._wake(begins, "", span.since - _TICK)
        at = 0
        slot = slots(span.since - _TICK)
        while slot < span.until:
            changed: dict[str, None] = {}
            while at < len(events) and events[at][0] <= slot:
                changed |= dict.fromkeys(events[at][1]())
                at += 1
            woken = self._woken(slot)
            names = [name for name in (*changed, *woken) if name and self._lives[name].begun]
            if names or "" in woken:
                self._look(list(dict.fromkeys(names)), slot, whole="" in woken)
            coming = [events[at][0]] if at < len(events) else []
            coming += [self._wakes[0][0]] if self._wakes else []
            if not coming:
                break
            slot = slots(max(min(coming), slot + _TICK) - _TICK)
        return self._past()

    def _events(self) -> list[tuple[datetime, Callable[[], Iterable[str]]]]:
        """Everything that happens, in order: what landed and what was deployed."""
        landings: list[tuple[datetime, Callable[[], Iterable[str]]]] = []
        for number, line in enumerate(self._record.lines):
            if line.heads is None:
                landed = enumerate(line.chronicle.landings)
                landings += [(one.at, partial(self._land, number, place)) for place, one in landed]
            else:
                landings += [(head.at, partial(self._follow, number, head)) for head in line.heads]
        deploys = [(one.at, partial(self._deploy, one)) for one in self._record.deploys]
        return sorted([*landings, *deploys], key=lambda one: one[0])

    def _land(self, line: int, place: int) -> Iterable[str]:
        touched = self._touched[line].get(place, ())
        for name, part in touched:
            self._lives[name].land(part, place)
        return [name for name, _ in touched]

    def _follow(self, line: int, head: Head) -> Iterable[str]:
        found = [
            (name, at)
            for name, own in self._parts.items()
            for at, part in enumerate(own)
            if part.line == line
        ]
        for name, at in found:
            self._lives[name].head(at, head)
        return [name for name, _ in found]

    def _deploy(self, one: Deployed) -> Iterable[str]:
        if one.target not in self._lives:
            return ()
        places = [self._places[part.line] for part in self._parts[one.target]]
        self._lives[one.target].serve(one.commit, places)
        return (one.target,)

    def _woken(self, now: datetime) -> dict[str, None]:
        woken: dict[str, None] = {}
        while self._wakes and self._wakes[0][0] <= now:
            wake = heappop(self._wakes)
            self._pending.discard(wake)
            woken[wake[1]] = None
        return woken

    def _look(self, names: Sequence[str], now: datetime, *, whole: bool) -> None:
        verdicts = []
        for name in names:
            verdict, wakes = self._lives[name].look(now, self._log.standing(name))
            verdicts.append(verdict)
            for wake in wakes:
                self._wake(wake, name, now)
        seen = [
            observed(one, now, described=self._described(one.drift.target))
            for one in sorted(verdicts, key=order)
        ]
        situation = self._log.situation(names, now, whole=whole)
        entries = follow(situation, seen, self._setting.rules, self._setting.routes, now)
        self._log.write(entries)
        for incident in entries.incidents:
            if incident.calm_since:
                settled = incident.calm_since + timedelta(seconds=self._setting.rules.settle)
                self._wake(settled, incident.target, now)
        for standing in entries.standings:
            if since := standing.inconclusive_since:
                lasting = since + timedelta(seconds=self._setting.rules.unknown_after)
                self._wake(lasting, standing.seen.target, now)
        self._ask(names, now)

    def _ask(self, names: Sequence[str], now: datetime) -> None:
        """What the gates would have said of what changed."""
        for guard in self._setting.guards:
            for name in names:
                target = self._lives[name].target
                if target.service in guard.services and target.environment == guard.environment:
                    standing = self._log.standing(name)
                    place = (target.service, target.environment)
                    self._decisions.append(decide([place], [standing], guard.gate, (), now))
                    since = standing.seen.behind_since if standing else None
                    if since and guard.gate.max_age:
                        self._wake(since + timedelta(seconds=guard.gate.max_age), name, now)

    def _past(self) -> Past:
        """As the log would have it. Every notice is taken to have been said at once."""
        log, until = self._log, self._record.span.until
        for course in log.stretches.values():
            course[-1] = course[-1]._replace(checked_at=until)
        return Past(
            since=self._record.span.since,
            incidents=tuple(log.incidents.values()),
            transitions=tuple(log.transitions),
            stretches=tuple(one for course in log.stretches.values() for one in course),
            deliveries=tuple((one, Delivery(one.id, 1, one.at, Outcome.SENT)) for one in log.notices),
            deployments=tuple(
                Deployment(service, environment, one.commit, one.at, by=one.by)
                for one in self._record.deploys
                for service, _, environment in [one.target.rpartition("/")]
            ),
            decisions=tuple(self._decisions),
        )
