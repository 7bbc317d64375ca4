"""Writes down what gates answered, in groups: one transaction takes as long for one as for hundreds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from unshipped.core.gating import GateDecision
from unshipped.errors import StoreError

WITHIN = 5.0
"""So long, in seconds, an answer may wait to be written down: a crash loses that much."""
_MOST = 100_000
"""So many of them wait at most, where the log cannot be written."""

Known = Callable[..., Iterable[GateDecision]]

log = logging.getLogger("unshipped")


class Scribe:
    """Takes answers, and writes them in groups. `known` reads those since a moment that are written down."""

    def __init__(
        self, write: Callable[..., None], within: float = WITHIN, known: Known = lambda **_: ()
    ) -> None:
        self._put, self._within, self._known = write, within, known
        self._unsure = False
        """Whether the last group may be there all the same: its word alone may have been lost."""
        self._changing, self._writing = threading.Lock(), threading.Lock()
        self._noted: list[GateDecision] = []
        self._timer: threading.Timer | None = None

    def note(self, decision: GateDecision) -> None:
        """Have it written down with the others that are noted meanwhile."""
        with self._changing:
            self._noted.append(decision)
            self._remember()

    def write(self) -> None:
        """Write all of them now. Those who wait for somebody else's group find theirs written with the next
        one. Raises `StoreError`; then they are tried again later.
        """
        with self._writing:
            with self._changing:
                mine, self._noted = self._noted, []
                timer, self._timer = self._timer, None
            if timer:
                timer.cancel()
            try:
                if fresh := self._missing(mine) if mine and self._unsure else mine:
                    self._put(*fresh)
                self._unsure = False
            except StoreError:
                self._unsure = True
                with self._changing:
                    self._noted = [*mine, *self._noted][-_MOST:]
                    self._remember()
                raise

    def _missing(self, noted: list[GateDecision]) -> list[GateDecision]:
        there = set(self._known(since=min(one.at for one in noted)))
        return [one for one in noted if one not in there]

    def _remember(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._within, self._later)
            self._timer.daemon = True
            self._timer.start()

    def _later(self) -> None:
        try:
            self.write()
        except StoreError as error:
            log.warning("what gates answered is not written down yet: %s", error.message)
