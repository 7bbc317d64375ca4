"""How the fleet stands, kept in memory: written down once for everybody, and anew when the log has moved on.

Ages are counted up to the moment in which it was written down. It is written anew after a minute at the
latest, and a second after something happened; whoever asks meanwhile is answered what is there.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from time import monotonic
from typing import Any

from unshipped.app.decide import held
from unshipped.app.opened import still_open
from unshipped.core.incidents import Incident, Kind
from unshipped.core.logged import documents
from unshipped.core.logged.journal import Kept, Newest
from unshipped.core.logged.observations import Standing
from unshipped.core.logged.vouched import unseen, vouched
from unshipped.core.model import Target
from unshipped.core.value import Value
from unshipped.core.words import stamp
from unshipped.errors import StoreError
from unshipped.ports.keeping import Store
from unshipped.web.answers import dumped
from unshipped.web.arrivals import Arrivals

FRESH, OLDEST = 1.0, 60.0
PATIENCE = 30.0
"""For so many seconds it is waited for a view that is made for somebody else already."""
_MOST_PAGES, _LONGEST_QUERY = 64, 1000


class Page(Value):
    """An answer as it goes over the wire, with its tag."""

    body: bytes
    packed: bytes
    tag: str


class Line(Value):
    """One target: how it stands, and the same as text."""

    standing: Standing
    document: dict[str, Any]
    text: bytes


class Question(Value):
    """Which targets somebody wants to see. An empty list means any."""

    services: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    offset: int = 0
    limit: int = 1000

    def fits(self, one: Line) -> bool:
        """Whether it is about this target."""
        seen = one.standing.seen
        return (
            (not self.services or seen.service in self.services)
            and (not self.environments or seen.environment in self.environments)
            and (not self.owners or seen.owner in self.owners)
            and (not self.states or seen.state in self.states)
            and (not self.severities or seen.severity.word in self.severities)
        )


class View:
    """The fleet at one moment. Nothing in it changes any more."""

    def __init__(
        self, lines: Iterable[Line], targets: dict[str, Target], as_of: datetime, mark: Newest
    ) -> None:
        self.lines = sorted(lines, key=lambda one: _order(one.standing))
        self.targets, self.as_of, self.mark = targets, as_of, mark
        self.named = {one.standing.seen.target: one for one in self.lines}
        self._pages: dict[Question, Page] = {}
        self._asked: dict[bytes, Question] = {}
        self._wanted: set[bytes] = set()

    def known(self, query: bytes) -> Page | None:
        """What is answered to that very question, where somebody has asked it before."""
        question = self._asked.get(query)
        if question is None:
            return None
        self._wanted.add(query)
        return self._pages.get(question)

    def answer(self, query: bytes, question: Question) -> Page:
        """What is answered to a question, as it stands in an address: written down once."""
        if len(self._asked) >= _MOST_PAGES:
            self._asked, self._pages, self._wanted = {}, {}, set()
        if question not in self._pages:
            self._pages[question] = self._written(question)
        if len(query) <= _LONGEST_QUERY:
            self._asked[query] = question
            self._wanted.add(query)
        return self._pages[question]

    def follow(self, before: View) -> None:
        """Write down beforehand what was wanted of the view before: it will be asked again."""
        for query in tuple(before._wanted):
            if question := before._asked.get(query):
                self.answer(query, question)
        self._wanted = set()

    def _written(self, question: Question) -> Page:
        fitting = [one for one in self.lines if question.fits(one)]
        offset = question.offset
        head = {
            "schema_version": 1,
            "as_of": stamp(self.as_of),
            "summary": documents.overview([one.standing for one in fitting], self.as_of),
            "total": len(fitting),
            "offset": offset,
        }
        rows = b",".join(one.text for one in fitting[offset : offset + question.limit])
        return packed(dumped(head)[:-1] + b',"targets":[' + rows + b"]}")


def packed(body: bytes) -> Page:
    """The answer with its tag, and packed for whoever takes it so."""
    return Page(body, gzip.compress(body, 5, mtime=0), f'"{sha256(body).hexdigest()[:32]}"')


class Board:
    """Shows the newest view. Whoever asks while it is renewed gets the one of before; where that is too old,
    or it is known that the log has moved on, they wait: they may have heard of it, and would not ask again.
    """

    def __init__(
        self,
        store: Store,
        targets: Callable[[], Iterable[Target]],
        clock: Callable[[], datetime],
        fresh: float = FRESH,
        due: Callable[[datetime], datetime | None] = lambda _: None,
        patience: float = PATIENCE,
    ) -> None:
        """`due` says for which moment somebody should have looked by now."""
        self._store, self._targets, self._clock, self._fresh = store, targets, clock, fresh
        self._due, self.patience = due, patience
        self._arrivals = Arrivals(store)
        self._renewing = threading.Lock()
        self._view: View | None = None
        self._looked = float("-inf")
        self.moves = self._heeded = 0
        """How often it was said that the log has moved on, and how much of that the view knows."""

    def at_hand(self) -> View | None:
        """The view where it need not be looked whether there is a newer one: takes no time."""
        fresh = self._heeded == self.moves and monotonic() - self._looked < self._fresh
        return self._view if fresh else None

    def view(self) -> View:
        """The newest view. Raises `StoreError` where the log cannot be read, or does not answer."""
        before = self._good_enough()
        if not self._renewing.acquire(timeout=0 if before else self.patience):
            if before is None:
                raise StoreError("the log does not answer", "it is asked again with the next question")
            return before
        try:
            if self.at_hand() is None:
                self._renew()
            assert self._view is not None  # noqa: S101 - for the checker of types: it was made above
            return self._view
        finally:
            self._renewing.release()

    def recent(self) -> View | None:
        """The view while it is looked whether there is a newer one, where nobody says that there is."""
        good = self._heeded == self.moves and monotonic() - self._looked < 2 * self._fresh
        return self._view if good else None

    def moved(self) -> None:
        """Somebody wrote to the log: look before the next answer."""
        self.moves += 1

    def _good_enough(self) -> View | None:
        """The view of before, where it may still be shown. How old it is says the clock: a machine that slept
        has no other one that went on.
        """
        view = self._view
        old = view is None or abs(self._clock() - view.as_of).total_seconds() >= OLDEST
        return None if old or self._heeded != self.moves else view

    def _renew(self) -> None:
        moves = self.moves
        began, mark = monotonic(), self._store.newest()
        before = self._view
        # Who said that it moved on may have written more under a mark that is known: an action stands before
        # what it does.
        good = self._good_enough()
        if good is None or not self._fresh or mark != good.mark:
            found = self._read(self._clock(), mark)
            if before:
                found.follow(before)
            self._view = found
        self._looked, self._heeded = began, moves

    def _read(self, now: datetime, mark: Newest) -> View:
        targets = {one.name: one for one in self._targets()}
        known = self._store.standings(targets)
        due = self._due(now)
        standings = {
            name: _standing(known.get(name), one, due, now) for name, one in targets.items() if known
        }
        holds = _holds(self._store.holds(now), targets.values(), now)
        opened = _opened(still_open(self._store))
        arrived = self._arrivals.of(standings.values(), now, mark.deployments)
        lines = []
        for name, one in standings.items():
            held, incident, arrival = holds.get(name), opened.get(name), arrived.get(name)
            row = documents.standing(one, now) | {
                "hold": documents.hold(held[0]) if held else None,
                "deployed_at": stamp(arrival.at) if arrival else None,
                "deployed_by": (arrival.by or None) if arrival else None,
                "incident": incident.id if incident else None,
                "acknowledged_by": (incident.acknowledged_by or None) if incident else None,
            }
            lines.append(Line(one, row, dumped(row)))
        return View(lines, targets, now, mark)


def _standing(known: Standing | None, target: Target, due: datetime | None, now: datetime) -> Standing:
    """As it was seen last, as far as that proves anything; what nobody has looked at is not left out."""
    return vouched(known, target, due, now) if known else unseen(target)


def _holds(kept: Iterable[Kept], targets: Iterable[Target], now: datetime) -> dict[str, list[Kept]]:
    found: dict[str, list[Kept]] = {}
    for one in held(kept, targets, now):
        found.setdefault(one.target, []).append(one)
    return found


def _opened(incidents: Iterable[Incident]) -> dict[str, Incident]:
    ordered = sorted(incidents, key=lambda one: one.kind is Kind.DRIFT)
    return {one.target: one for one in ordered}


def _order(one: Standing) -> tuple[bool, int, bool, int, str]:
    """What wants somebody first, then by how bad it is."""
    seen = one.seen
    return seen.quiet, -seen.severity, seen.conclusive, -(seen.changes or 0), seen.target
