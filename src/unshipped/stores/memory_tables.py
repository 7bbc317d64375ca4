"""The tables of a log in memory, and how a change of them is undone."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from unshipped.core.alerting import Notice, Said, Silence
from unshipped.core.gating import Bypass, GateDecision
from unshipped.core.incidents import Incident, Kind, Transition
from unshipped.core.logged.deployments import Deployment
from unshipped.core.logged.journal import Action, Delivery, Kept, Outcome, Round
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.rolling import Line, Rollout, Taken, Wish
from unshipped.core.value import Value
from unshipped.core.windows import Lock

_NOTHING = object()


class Posted(Value):
    """A notice in the outbox."""

    notice: Notice
    outcome: Outcome | None = None
    """None for as long as it has to be said."""
    attempts: int = 0
    held_by: str = ""
    until: datetime | None = None
    again_at: datetime | None = None


class Locked(Value):
    """A lock, and its end where somebody ended it."""

    lock: Lock
    ended_at: datetime | None = None


class Tables:
    """Dictionaries. What is written by `put` and `drop` is undone where the change fails."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._before: list[tuple[dict[Any, Any], Any, object]] = []
        self.standings: dict[str, Standing] = {}
        self.stretches: dict[tuple[str, int], Standing] = {}
        """Those that are over."""
        self.rounds: dict[tuple[str, datetime], Round] = {}
        self.incidents: dict[str, Incident] = {}
        self.opened: dict[tuple[str, Kind], str] = {}
        self.transitions: dict[tuple[str, int], Transition] = {}
        self.notices: dict[str, Posted] = {}
        self.said: dict[tuple[str, str], Said] = {}
        self.references: dict[tuple[str, str], str] = {}
        self.deliveries: dict[tuple[str, int], Delivery] = {}
        self.holds: dict[str, Kept] = {}
        self.silences: dict[str, Silence] = {}
        self.bypasses: dict[str, Bypass] = {}
        self.actions: dict[int, Action] = {}
        self.decisions: dict[int, GateDecision] = {}
        self.deployments: dict[tuple[object, ...], Deployment] = {}
        self.wishes: dict[str, Wish] = {}
        self.rollouts: dict[str, Rollout] = {}
        self.steps: dict[tuple[str, int], Taken] = {}
        self.lines: dict[tuple[str, int], Line] = {}
        self.locks: dict[str, Locked] = {}
        self.turns: dict[str, threading.Lock] = {}

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One change: all of it, or, where it is left with an exception, nothing."""
        with self.lock:
            begun = len(self._before)
            try:
                yield
            except BaseException:
                self._undo(begun)
                raise
            finally:
                del self._before[begun:]

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """Write one row."""
        self._before.append((table, key, table.get(key, _NOTHING)))
        table[key] = value

    def number(self) -> int:
        """One that was never given out before."""
        return next(self._numbers)

    def drop(self, table: dict[Any, Any], key: Any) -> None:
        """Take one row out."""
        self._before.append((table, key, table.pop(key)))

    def _undo(self, begun: int) -> None:
        for table, key, value in reversed(self._before[begun:]):
            if value is _NOTHING:
                del table[key]
            else:
                table[key] = value
