"""What the use cases ask of the log: six small ports, one implementation behind all of them.

Every call is one transaction. What an adapter cannot do it says with `StoreError`, and then nothing of the
call has happened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from unshipped.core.alerting import Notice, Silence
from unshipped.core.gating import Bypass, GateDecision
from unshipped.core.incidents import Incident, Transition
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Action, Claim, Delivery, Kept, Newest, Round
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.retention import Retention
from unshipped.core.logged.rolling import Line
from unshipped.core.watching import Entries, Situation


class Turn(Protocol):
    """One writer's turn: what it reads stays so until what it writes is there, all of it or nothing."""

    def situation(self, targets: Sequence[str], now: datetime, *, whole: bool = True) -> Situation:
        """What is known of these targets, with every open incident; unless it is of the `whole` fleet, only
        with those of these targets, and those that opened just now and may be joined.
        """
        ...

    def write(self, entries: Entries) -> None:
        """Write it all down."""
        ...

    def done(self, shard: str, slot: datetime) -> Round | None:
        """The round that was finished for that share and moment, if one was."""
        ...

    def newest(self) -> datetime | None:
        """The latest moment at which any target was looked at."""
        ...

    def finish(self, done: Round) -> None:
        """Write down that a round is finished. Nobody finishes the same share and moment again."""
        ...


class Log(Protocol):
    """What was seen, and what followed from it."""

    def turn(self) -> AbstractContextManager[Turn]:
        """Wait for the turn and take it. Leaving with an exception undoes what was written in it."""
        ...

    def standings(self, targets: Iterable[str] | None = None) -> dict[str, Standing]:
        """How these targets stand, or all of them."""
        ...

    def served(self, targets: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """The commits that these targets are known to have served, newest first."""
        ...

    def last_round(self, shard: str) -> Round | None:
        """The round of a share that was finished last."""
        ...

    def mark(self) -> object:
        """Another one once a round is finished or a target was looked at beside one: how targets stand has to
        be read again.
        """
        ...


LEFT = timedelta(hours=1)
"""For so long what is for a receiver that a configuration lacks is left to others that share the log."""


class Outbox(Protocol):
    """Notices on their way. Those of one conversation leave it in the order in which they were written."""

    def claim(
        self,
        by: str,
        now: datetime,
        *,
        lease: float,
        most: int,
        away: Collection[str] = (),
        known: Collection[str] | None = None,
    ) -> list[Claim]:
        """Take notices that are due for `lease` seconds: the oldest of each receiver to whom this speaker is
        not talking already, without those that are `away`. So a speaker that dies leaves one thing to each of
        them that may have been said. With `known`, the receivers that it can tell, what is for another one is
        left for `LEFT` to whoever can.
        """
        ...

    def record(
        self, claim: Claim, delivery: Delivery, *, reference: str = "", again_at: datetime | None = None
    ) -> bool:
        """Write down how an attempt ended. False where the claim had run out and somebody else has it now."""
        ...

    def add(self, notices: Sequence[Notice]) -> None:
        """Put further notices in; one that is there already stays as it is."""
        ...


class Desk(Protocol):
    """What people decided."""

    def hold(self, kept: Kept) -> None: ...

    def holds(self, now: datetime) -> list[Kept]:
        """Those that hold."""
        ...

    def unhold(self, service: str, environment: str, by: str, now: datetime) -> list[Kept]:
        """End every hold of that target. Answers those that ended."""
        ...

    def silence(self, silence: Silence) -> None: ...

    def silences(self, now: datetime) -> list[Silence]: ...

    def unsilence(self, identity: str, now: datetime) -> Silence | None:
        """End it now. None where none of that id holds."""
        ...

    def bypass(self, bypass: Bypass) -> None: ...

    def bypasses(self, now: datetime) -> list[Bypass]: ...

    def revoke(self, identity: str, by: str, now: datetime) -> Bypass | None: ...

    def acted(self, action: Action) -> None:
        """Write down what somebody is about to do."""
        ...


class Journal(Protocol):
    """What was written down, to be read back; and what others tell of."""

    def deployed(self, deployment: Deployment) -> bool:
        """Write down a deployment. False where it is known already."""
        ...

    def decided(self, *decisions: GateDecision) -> None:
        """Write down what gates answered, all of it or nothing."""
        ...

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
        """Incidents that were open after `since`, the newest first: all that are named by `ids` or `groups`,
        else at most that many.
        """
        ...

    def transitions(self, incidents: Sequence[str]) -> list[Transition]:
        """Their transitions, in order."""
        ...

    def stretches(
        self, *, since: datetime, until: datetime, target: str = "", unknown: bool = False
    ) -> list[Standing]:
        """How targets stood: every stretch that touches that time, the oldest first, or only those in which
        it was `unknown`. `since` of a standing is when the stretch began, `checked_at` when it was last seen
        so.
        """
        ...

    def rounds(self, *, since: datetime, until: datetime | None = None) -> list[Round]:
        """The rounds that were begun in that time, which ends before `until`."""
        ...

    def deliveries(self, *, since: datetime, until: datetime | None = None) -> list[tuple[Notice, Delivery]]:
        """The attempts in that time to say something, the oldest first."""
        ...

    def undelivered(self) -> list[Notice]:
        """What still has to be said, or never could be."""
        ...

    def deployments(self, *, since: datetime, target: str = "") -> list[Deployment]: ...

    def decisions(
        self, *, since: datetime, until: datetime | None = None, gate: str | None = None
    ) -> list[GateDecision]:
        """What gates answered in that time, or that one, the oldest first."""
        ...

    def actions(self, *, since: datetime, most: int = 1000) -> list[Action]:
        """What people did since then, the newest first."""
        ...


class News(Protocol):
    """What has come since somebody read it last."""

    def newest(self) -> Newest:
        """How far the log has come. Costs next to nothing: it is asked again and again."""
        ...

    def stretched(self, after: int, most: int) -> list[Standing]:
        """The newest stretches behind that number, as `Newest` counts them, the oldest first."""
        ...

    def printed(self, after: int, most: int) -> list[tuple[str, Line]]:
        """What rollouts printed behind that number, each with its rollout."""
        ...


class Keeper(Protocol):
    """Looks after it."""

    def prune(self, retention: Retention, now: datetime) -> Mapping[str, int]:
        """Take out what was kept for long enough, and answer how much of each kind that was. What is still
        so stays, and so does what still has to be said.
        """
        ...


class Store(Log, Outbox, Desk, Journal, News, Keeper, Protocol):
    """The whole of it."""

    def close(self) -> None:
        """Give back what it holds: files, connections."""
        ...
