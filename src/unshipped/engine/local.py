"""Keeps rollouts going in threads of this process. What is not finished when it dies, the next one takes up:
how far each came stands in the log.
"""

from __future__ import annotations

import logging
import threading

from unshipped.ports.rolling import Advance

log = logging.getLogger("unshipped")

_AFTER_TROUBLE = 2.0


class LocalEngine:
    """One thread for each rollout."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}

    def start(self, rollout: str) -> None:
        """Keep it going, unless that is done already."""
        with self._lock:
            known = self._threads.get(rollout)
            if self._stop.is_set() or (known and known.is_alive()):
                return
            thread = threading.Thread(target=self._keep, args=(rollout,), name=f"rollout-{rollout}")
            thread.daemon = True
            self._threads[rollout] = thread
            thread.start()

    def wait(self, rollout: str, seconds: float) -> bool:
        """Whether it has ended."""
        with self._lock:
            thread = self._threads.get(rollout)
        if thread:
            thread.join(seconds)
        return thread is not None and not thread.is_alive() and not self._stop.is_set()

    def close(self) -> None:
        """Begin no further step. One that is under way goes on until it ends, or until the process does."""
        self._stop.set()

    def _keep(self, rollout: str) -> None:
        while not self._stop.is_set():
            try:
                pause = self._advance(rollout)
            except Exception:
                log.exception("rollout %s: a step was interrupted; it is tried again", rollout)
                pause = _AFTER_TROUBLE
            if pause is None:
                return
            self._stop.wait(pause)
