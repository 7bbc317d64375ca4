"""Tells everybody who listens that the log has moved on: one look for all, and none where nobody listens.

A piece of news says what changed, not how it is now: whoever wants to know asks. Its id says how far the log
had come, so that whoever was cut off names it and is told what they missed, by whichever process.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from unshipped.core.logged.journal import Newest
from unshipped.core.logged.observations import Standing
from unshipped.core.messages import stands
from unshipped.core.value import Value
from unshipped.core.words import stamp
from unshipped.errors import StoreError
from unshipped.ports.keeping import Store
from unshipped.web.answers import dumped

EVERY, PATIENCE = 1.0, 10.0
_SAID_EVERY = 60.0
_MOST_TARGETS, _MOST_LINES, _MOST_WAITING = 100, 500, 100
_BEYOND = 2**63
"""No log counts so far, and no database could be asked for it."""
_TOPICS = {
    "rounds": "targets",
    "stretches": "targets",
    "deployments": "deployments",
    "actions": "people",
    "rollouts": "rollouts",
    "lines": "output",
}
"""What moves on, and what somebody who shows it asks for anew; an incident goes with its target."""

log = logging.getLogger("unshipped")


class News(Value):
    """What changed up to a point."""

    upto: Newest
    document: dict[str, Any]

    @property
    def text(self) -> bytes:
        """As an event of the stream."""
        return b"id: " + named(self.upto).encode() + b"\ndata: " + dumped(self.document) + b"\n\n"


def named(newest: Newest) -> str:
    """A point as an id."""
    return json.dumps(newest, separators=(",", ":"))


def understood(text: str) -> Newest | None:
    """The point of an id; None where it is none of ours."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    kinds = [type(one) for one in Newest()]
    if not isinstance(found, list) or [type(one) for one in found] != kinds:
        return None
    if any(not 0 <= one < _BEYOND for one in found if isinstance(one, int)):
        return None
    return Newest(*found)


def news(store: Store, since: Newest, upto: Newest) -> News:
    """What changed between two points. Raises `StoreError`."""
    moved = [name for name in Newest._fields if getattr(since, name) != getattr(upto, name)]
    few = store.stretched(since.stretches, _MOST_TARGETS) if "stretches" in moved else []
    lines = store.printed(since.lines, _MOST_LINES) if "lines" in moved else []
    document = {
        "topics": list(dict.fromkeys(_TOPICS[name] for name in moved)),
        "targets": [_target(one) for one in few],
        "output": [{"rollout": rollout, **one._asdict(), "at": stamp(one.at)} for rollout, one in lines],
    }
    return News(upto, document)


def _target(one: Standing) -> dict[str, Any]:
    seen = one.seen
    return {
        "service": seen.service,
        "environment": seen.environment,
        "state": seen.state.value,
        "severity": seen.severity.word,
        "headline": stands(seen, one.checked_at),
    }


class Listener:
    """Somebody who listens, in their own loop, and knows what was so up to a point. Who does not keep up is
    let go: they come back and name that point.
    """

    def __init__(self, upto: Newest) -> None:
        self.upto = upto
        self._loop = asyncio.get_running_loop()
        self.waiting: asyncio.Queue[News | None] = asyncio.Queue()

    def tell(self, one: News | None) -> None:
        """From any thread: a piece of news, or that it is over."""

        def put() -> None:
            late = self.waiting.qsize() >= _MOST_WAITING
            self.waiting.put_nowait(None if late else one)

        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(put)


class Herald:
    """Looks for as long as somebody listens."""

    def __init__(
        self, store: Store, moved: Callable[[], None], every: float = EVERY, patience: float = PATIENCE
    ) -> None:
        self._store, self._moved, self._every, self._patience = store, moved, every, patience
        self._seen, self._said = 0.0, float("-inf")
        """When the log could be looked at last, and when it was said that it cannot."""
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.looks = 0
        """How often the log was looked at."""

    def listen(self, upto: Newest) -> Listener:
        """Be told of what is new since then, until `leave`."""
        made = Listener(upto)
        with self._lock:
            if self._stop.is_set():
                made.tell(None)
                return made
            self._listeners.add(made)
            if self._thread is None:
                self._seen = monotonic()
                self._thread = threading.Thread(target=self._look, name="unshipped-herald", daemon=True)
                self._thread.start()
        return made

    def leave(self, listener: Listener) -> None:
        """No more."""
        with self._lock:
            self._listeners.discard(listener)

    def close(self) -> None:
        """It is over for everybody."""
        self._stop.set()
        with self._lock:
            for one in self._listeners:
                one.tell(None)
            thread = self._thread
        if thread:
            thread.join()

    @property
    def blind(self) -> bool:
        """Whether the log could not be looked at for a while, also where it just does not answer: who listens
        to nothing for long would take it for good news.
        """
        return monotonic() - self._seen >= self._patience

    def _look(self) -> None:
        while self._wanted():
            try:
                self.looks += 1
                self._tell(self._store.newest())
                self._seen, self._said = monotonic(), float("-inf")
            except StoreError as error:
                self._cannot(error.message)
            except Exception:
                log.exception("nobody can be told of news")
            self._stop.wait(self._every)

    def _cannot(self, why: str) -> None:
        """Whoever listens is let go after a while, and sees it when they come back."""
        now = monotonic()
        if now - self._said >= _SAID_EVERY:
            log.warning("nobody can be told of news: %s", why)
            self._said = now
        if self.blind:
            with self._lock:
                for one in self._listeners:
                    one.tell(None)

    def _tell(self, newest: Newest) -> None:
        with self._lock:
            behind = [one for one in self._listeners if one.upto != newest]
        if behind:
            self._moved()
        told: dict[Newest, News] = {}
        for one in behind:
            if one.upto not in told:
                told[one.upto] = news(self._store, one.upto, newest)
            one.tell(told[one.upto])
            one.upto = newest

    def _wanted(self) -> bool:
        with self._lock:
            wanted = bool(self._listeners) and not self._stop.is_set()
            if not wanted:
                self._thread = None
            return wanted
