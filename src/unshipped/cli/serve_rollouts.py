"""Rollouts beside the watch: what waits is asked for, what may begin is begun, what is open is kept going."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from unshipped.app.reconcile import reconcile
from unshipped.app.take_up import take_up
from unshipped.engine.clockwork import Every, Job, log
from unshipped.errors import UnshippedError
from unshipped.ports.rolling import Book
from unshipped.wiring import Fleet
from unshipped.wiring.deploying import Foreman, Keeper

_LOOK_EVERY = 2.0
_ASK_EVERY = 10.0


class Rollouts:
    """The rollouts of one process."""

    def __init__(self, anew: Callable[[], Fleet], book: Book, clock: Callable[[], datetime]) -> None:
        self._book, self._clock = book, clock
        self._foreman = Foreman(anew, book, clock)
        self._keeper = Keeper(anew, self._foreman)
        self._said: set[tuple[str, str]] = set()

    def look(self, _moment: datetime) -> None:
        """Begin what may begin, and keep going what is open. Where another process of this machine keeps them
        going, that is tried again at the next look. Nothing is begun where nothing is deployed from here, and
        nothing while the configuration is wrong.
        """
        try:
            self._begin()
        finally:
            if engine := self._keeper.engine:
                for one in self._book.rollouts(open_only=True):
                    engine.start(one.id)

    def _begin(self) -> None:
        crew = self._foreman.crew()
        if not crew.recipes and not self._keeper.engine:
            return
        self._keeper.take()
        begun = take_up(crew)
        for rollout in begun:
            log.info("rollout %s begins", rollout)

    def ask(self, _moment: datetime) -> None:
        """Ask for what waits, as far as it is deployed by itself."""
        crew = self._foreman.crew()
        if not crew.recipes:
            return
        found = reconcile(crew, self._book.standings(crew.recipes), self._clock())
        for one in found.asked:
            log.info("%s: %s is asked for: %s", one.target, one.commit[:9], one.reason)
        for one in found.would:
            if (one.target, one.commit) not in self._said:
                self._said.add((one.target, one.commit))
                log.info("%s: %s would be deployed", one.target, one.commit[:9])

    def close(self) -> None:
        """Let go."""
        self._keeper.close()


@contextmanager
def rollouts(anew: Callable[[], Fleet], book: Book, clock: Callable[[], datetime]) -> Iterator[list[Job]]:
    """The jobs; where nothing is deployed from here they wait until something is."""
    made = Rollouts(anew, book, clock)
    try:
        made.look(clock())
    except UnshippedError as error:  # the watch goes on without it, and says so
        log.warning("rollouts are not kept going: %s (%s)", error.message, error.hint)
    try:
        yield [
            Job("rollouts", Every(_LOOK_EVERY), made.look),
            Job("reconcile", Every(_ASK_EVERY), made.ask),
        ]
    finally:
        made.close()
