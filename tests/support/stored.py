"""A log in a few dictionaries: what the use cases are tested with where no database matters."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unshipped.core.alerting import Notice, Said, Silence
from unshipped.core.deployments import Deployment
from unshipped.core.gating import Bypass, GateDecision
from unshipped.core.incidents import Incident, Transition
from unshipped.core.journal import Action, Claim, Delivery, Kept, Newest, Outcome, Round
from unshipped.core.observations import Standing
from unshipped.core.retention import Retention
from unshipped.core.rolling import Line
from unshipped.core.watching import Entries, Situation


@dataclass
class DictStore:
    """Everything that was written down, in memory."""

    standing: dict[str, Standing] = field(default_factory=dict)
    known: dict[str, Incident] = field(default_factory=dict)
    steps: list[Transition] = field(default_factory=list)
    notices: dict[str, Notice] = field(default_factory=dict)
    said: dict[tuple[str, str], Said] = field(default_factory=dict)
    attempts: list[Delivery] = field(default_factory=list)
    references: dict[tuple[str, str], str] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)
    """Notices that need not be said any more."""
    taken: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    pauses: dict[str, datetime] = field(default_factory=dict)
    done_rounds: dict[tuple[str, datetime], Round] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    quiet: list[Silence] = field(default_factory=list)
    passes: list[Bypass] = field(default_factory=list)
    acts: list[Action] = field(default_factory=list)
    decided_: list[GateDecision] = field(default_factory=list)
    deployed_: list[Deployment] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    # ------------------------------------------------------------ log

    @contextmanager
    def turn(self) -> Iterator[DictStore]:
        with self.lock:
            yield self

    def situation(self, targets: Sequence[str], now: datetime) -> Situation:
        names = frozenset(targets)
        newest = {
            (one.target, one.kind): one
            for one in sorted(self.known.values(), key=lambda one: one.opened_at)
            if one.target in names and not one.open
        }
        incidents = [*(one for one in self.known.values() if one.open), *newest.values()]
        ids = {one.id for one in incidents}
        return Situation(
            {name: one for name, one in self.standing.items() if name in names},
            tuple(incidents),
            tuple(self.silences(now)),
            {key: said for key, said in self.said.items() if key[0] in ids},
        )

    def write(self, entries: Entries) -> None:
        self.standing |= {one.seen.target: one for one in entries.standings}
        self.known |= {one.id: one for one in entries.incidents}
        self.steps += entries.transitions
        self.add(entries.notices)

    def done(self, shard: str, slot: datetime) -> Round | None:
        return self.done_rounds.get((shard, slot))

    def finish(self, done: Round) -> None:
        assert (done.shard, done.slot) not in self.done_rounds
        self.done_rounds[done.shard, done.slot] = done

    def standings(self, targets: Iterable[str] | None = None) -> dict[str, Standing]:
        names = None if targets is None else frozenset(targets)
        return {name: one for name, one in self.standing.items() if names is None or name in names}

    def mark(self) -> object:
        return len(self.done_rounds)

    def last_round(self, shard: str) -> Round | None:
        mine = [done for (name, _), done in self.done_rounds.items() if name == shard]
        return max(mine, key=lambda one: one.slot, default=None)

    # ------------------------------------------------------------ outbox

    def add(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            if notice.id not in self.notices:
                self.notices[notice.id] = notice
                self.said |= {(one.incident, notice.receiver): one.said for one in notice.told}

    def claim(self, by: str, now: datetime, *, lease: float, most: int) -> list[Claim]:
        with self.lock:
            claims: list[Claim] = []
            busy: set[tuple[str, str]] = set()
            for notice in self.notices.values():
                key = (notice.receiver, notice.group or notice.id)
                if notice.id in self.over or key in busy:
                    continue
                busy.add(key)
                held = self.taken.get(notice.id)
                resting = self.pauses.get(notice.id)
                if (held and held[1] > now) or (resting and resting > now) or len(claims) == most:
                    continue
                self.taken[notice.id] = (by, now + timedelta(seconds=lease))
                number = 1 + sum(one.notice == notice.id for one in self.attempts)
                claims.append(Claim(notice, number, self.references.get(key, ""), self._heard(notice), by))
            return claims

    def _heard(self, notice: Notice) -> tuple[str, ...]:
        return tuple(
            one.id
            for one in self.known.values()
            if one.group == notice.group and (one.id, notice.receiver) in self.said
        )

    def record(
        self, claim: Claim, delivery: Delivery, *, reference: str = "", again_at: datetime | None = None
    ) -> bool:
        with self.lock:
            if self.taken.get(claim.notice.id, ("",))[0] != claim.by:
                return False
            self.taken.pop(claim.notice.id)
            self.attempts.append(delivery)
            if delivery.outcome is Outcome.SENT:
                self.references[claim.notice.receiver, claim.notice.group or claim.notice.id] = reference
            if delivery.outcome is Outcome.FAILED and again_at:
                self.pauses[claim.notice.id] = again_at
            else:
                self.over.add(claim.notice.id)
            return True

    # ------------------------------------------------------------ desk

    def hold(self, kept: Kept) -> None:
        self.kept.append(kept)

    def holds(self, now: datetime) -> list[Kept]:
        return [one for one in self.kept if one.holds(now)]

    def unhold(self, service: str, environment: str, by: str, now: datetime) -> list[Kept]:
        mine = [one for one in self.holds(now) if (one.service, one.environment) == (service, environment)]
        ended = [one._replace(ended_at=now, ended_by=by) for one in mine]
        self.kept = [one for one in self.kept if one not in mine] + ended
        return ended

    def silence(self, silence: Silence) -> None:
        self.quiet.append(silence)

    def silences(self, now: datetime) -> list[Silence]:
        return [one for one in self.quiet if one.since <= now < one.until]

    def unsilence(self, identity: str, now: datetime) -> Silence | None:
        for at, one in enumerate(self.quiet):
            if one.id == identity and one.since <= now < one.until:
                self.quiet[at] = one._replace(until=now)
                return self.quiet[at]
        return None

    def bypass(self, bypass: Bypass) -> None:
        self.passes.append(bypass)

    def bypasses(self, now: datetime) -> list[Bypass]:
        return [one for one in self.passes if one.since <= now < one.until and not one.revoked_at]

    def revoke(self, identity: str, by: str, now: datetime) -> Bypass | None:
        for at, one in enumerate(self.passes):
            if one.id == identity and one in self.bypasses(now):
                self.passes[at] = one._replace(revoked_at=now, revoked_by=by)
                return self.passes[at]
        return None

    def acted(self, action: Action) -> None:
        self.acts.append(action)

    def actions(self, *, since: datetime, most: int = 1000) -> list[Action]:
        return [one for one in reversed(self.acts) if one.at >= since][:most]

    def newest(self) -> Newest:
        return Newest(len(self.done_rounds), len(self.standing), len(self.deployed_), len(self.acts))

    def stretched(self, after: int, most: int) -> list[Standing]:
        return list(self.standing.values())[after:][-most:]

    def printed(self, after: int, most: int) -> list[tuple[str, Line]]:
        return []

    # ------------------------------------------------------------ journal

    def deployed(self, deployment: Deployment) -> bool:
        self.deployed_.append(deployment)
        return self.deployed_.count(deployment) == 1

    def decided(self, *decisions: GateDecision) -> None:
        self.decided_ += decisions

    def incidents(
        self,
        *,
        since: datetime | None = None,
        ids: Sequence[str] | None = None,
        groups: Sequence[str] | None = None,
        target: str = "",
        open_only: bool = False,
        most: int = 1000,
    ) -> list[Incident]:
        found = [
            one
            for one in self.known.values()
            if (ids is None or one.id in ids)
            and (groups is None or one.group in groups)
            and (not target or one.target == target)
            and (not open_only or one.open)
            and (since is None or one.resolved_at is None or one.resolved_at >= since)
        ]
        return sorted(found, key=lambda one: one.opened_at, reverse=True)[:most]

    def transitions(self, incidents: Sequence[str]) -> list[Transition]:
        return [one for one in self.steps if one.incident in incidents]

    def stretches(self, *, since: datetime, until: datetime, target: str = "") -> list[Standing]:
        return [
            one
            for one in self.standing.values()
            if one.since < until and one.checked_at >= since and target in ("", one.seen.target)
        ]

    def rounds(self, *, since: datetime) -> list[Round]:
        return [one for one in self.done_rounds.values() if one.at >= since]

    def deliveries(self, *, since: datetime) -> list[tuple[Notice, Delivery]]:
        return [(self.notices[one.notice], one) for one in self.attempts if one.at >= since]

    def undelivered(self) -> list[Notice]:
        sent = {one.notice for one in self.attempts if one.outcome is Outcome.SENT}
        return [one for one in self.notices.values() if one.id not in sent]

    def deployments(self, *, since: datetime, target: str = "") -> list[Deployment]:
        return [one for one in self.deployed_ if one.when >= since]

    def decisions(self, *, since: datetime) -> list[GateDecision]:
        return [one for one in self.decided_ if one.at >= since]

    def prune(self, retention: Retention, now: datetime) -> dict[str, int]:
        return {}

    def close(self) -> None:
        """There is nothing to give back."""
