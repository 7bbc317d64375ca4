"""What rollouts ask of the log, and of whoever keeps them going.

Every call is one transaction, as in `keeping`. Of each target at most one rollout is open at a time, and at
most one process at a time changes what serves there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from unshipped.core.logged.rolling import Ended, Fate, Line, Rollout, Taken, Wish
from unshipped.core.rollout import Result
from unshipped.core.windows import Asked, Lock
from unshipped.ports.keeping import Store


class Turnstile(Protocol):
    """The right to change what serves for one target. It ends with the process that has it."""

    def holds(self) -> bool:
        """Whether it is still so: a connection may have been cut, and then somebody else may have it."""
        ...


class Queue(Protocol):
    """What people and triggers ask for."""

    def wish(self, *asked: Asked) -> bool:
        """Ask for all of these at once: what goes first is there before what comes after it. False where a
        wish of such an id is known already: it stays as it is.
        """
        ...

    def wishes(self, *, ids: Sequence[str] | None = None, batch: str = "") -> list[Wish]:
        """Those that wait, in the order in which they were asked for; with ids or a batch also what became
        of those that do not.
        """
        ...

    def waits(self, reasons: Mapping[str, str]) -> None:
        """Why some of them wait."""
        ...

    def drop(self, identity: str, why: str, now: datetime, fate: Fate = Fate.DROPPED) -> bool:
        """Take it out of the queue. False where it does not wait any more."""
        ...

    def approve(self, identity: str, by: str, now: datetime) -> Wish | None:
        """Somebody approves of it. None where none of that id waits."""
        ...


class Rollouts(Protocol):
    """What is carried out, and what was."""

    def begin(self, rollout: Rollout, width: int) -> bool:
        """Write it down and settle its wish. False where the wish does not wait any more, where another one
        of the same target is open, or where as many as `width` are.
        """
        ...

    def rollouts(
        self,
        *,
        ids: Sequence[str] | None = None,
        target: str = "",
        batch: str = "",
        since: datetime | None = None,
        open_only: bool = False,
        most: int = 1000,
    ) -> list[Rollout]:
        """Rollouts that were begun after `since`, the newest first."""
        ...

    def pasts(self, targets: Collection[str], most: int) -> dict[str, list[Rollout]]:
        """Of each of these targets that has any, its rollouts, the newest first, so many at most. Those that
        touched nothing are not among them, however many there are.
        """
        ...

    def steps(self, rollout: str) -> list[Taken]:
        """What was begun of it, by number."""
        ...

    def take(self, rollout: str, number: int, by: str, now: datetime) -> Taken:
        """Begin with a step, or begin with it again. Written down before anything is done."""
        ...

    def went(self, rollout: str, result: Result) -> bool:
        """How a step went. False where that is known already: what was written first stays."""
        ...

    def cancel(self, rollout: str, by: str, reason: str, now: datetime) -> bool:
        """Somebody wants it ended. False where it has ended, or where somebody wanted that before."""
        ...

    def end(self, ended: Ended) -> bool:
        """The end of it, with all that follows. False where it had ended before: nothing is written then."""
        ...

    def say(self, rollout: str, number: int, text: str, now: datetime) -> None:
        """A piece of output."""
        ...

    def output(self, rollout: str, *, after: int = 0, most: int = 1000) -> list[Line]:
        """Pieces of output after that one, in order."""
        ...

    def alone(self, target: str, seconds: float) -> AbstractContextManager[Turnstile | None]:
        """Be the only one who changes what serves there; None where others are, for so many seconds."""
        ...


class Locks(Protocol):
    """What nobody may deploy to."""

    def lock(self, lock: Lock) -> None: ...

    def locks(self, now: datetime) -> list[Lock]:
        """Those that hold."""
        ...

    def unlock(self, identity: str, by: str, now: datetime) -> Lock | None:
        """End it. None where none of that id holds."""
        ...


class Rolling(Queue, Rollouts, Locks, Protocol):
    """All that rollouts ask of the log."""


class Book(Store, Rolling, Protocol):
    """The whole log, with what is deployed."""


Advance = Callable[[str], float | None]
"""Carries out what is next of the rollout with that id, and answers after how many seconds to ask again;
None where it has ended. It can be called again at any time, by anybody, after any crash.
"""


class Engine(Protocol):
    """Keeps rollouts going until they have ended, whatever dies in between. It decides nothing."""

    def start(self, rollout: str) -> None:
        """See to it that this rollout is kept going: the same one any number of times."""
        ...

    def wait(self, rollout: str, seconds: float) -> bool:
        """Whether it has ended, at the latest after so many seconds."""
        ...

    def close(self) -> None:
        """Let go. What is not finished is taken up again by the next one."""
        ...
