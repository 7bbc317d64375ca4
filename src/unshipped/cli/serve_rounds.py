"""The rounds of `unshipped serve`: begun by the clock of this process, or by the schedules of Temporal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic

from unshipped.app.aftermath import unseen
from unshipped.app.measuring import Tally
from unshipped.app.tell import untold
from unshipped.app.watch import Checked, Shard, check, look_again, shard
from unshipped.cli.metrics import leave
from unshipped.cli.moments import Current
from unshipped.core import words
from unshipped.core.value import Value
from unshipped.engine.clockwork import Every, Job, log
from unshipped.ports.rolling import Book
from unshipped.schedule import jittered
from unshipped.wiring import Fleet
from unshipped.wiring.spooled import take_spooled
from unshipped.wiring.verdicts import leave_verdicts
from unshipped.wiring.watching import beat, schedule, watching

TELL_EVERY = 5.0
_AGAIN_EVERY = 2.0
_BEHIND = timedelta(seconds=15)
"""So much later than who looks fetches who does not: both may have the same checkout."""
TALLY = Tally()

Clock = Callable[[], datetime]


class _Rounds(Value):
    """What each of them needs."""

    anew: Callable[[], Fleet]
    store: Book
    fetch: bool
    clock: Clock
    whole: bool = False
    """Whether all of the fleet has to be up to date here, and not only what is looked at."""

    def look(self, share: Shard, slot: datetime) -> None:
        """The round of a share for a moment, by the configuration as it is now."""
        fleet, store, now = self.anew(), self.store, self.clock()
        watched = watching(fleet, now, fetch=fleet.config.watch.fetch and self.fetch)
        checked = check(store, watched, share, slot, now=now, clock=monotonic)
        if checked.ahead:
            log.warning("%s", words.clock_back(checked.ahead, now))
        if self.whole and (checked.before or share.of > 1):
            bring(fleet, fetch=self.fetch)
        done = not checked.before or checked.ahead
        if done:
            log.info("%s", words.round_done(checked.round))
        self._leave(fleet, now)
        if done:
            self._beat(fleet, checked, now)

    def _beat(self, fleet: Fleet, checked: Checked, now: datetime) -> None:
        """Tell whoever waits for the heartbeat of a round that was done."""
        missed = untold(self.store, fleet.config.telling.receivers, self.clock())
        if silent := beat(fleet, checked, missed, now):
            log.warning("the heartbeat was not told: %s", silent)

    def _leave(self, fleet: Fleet, now: datetime) -> None:
        """What this machine has, whoever did the round: its files, and what programs left on it."""
        if unmeasured := leave(fleet, self.store, fleet.metrics_file(), TALLY):
            log.warning("no metrics are written: %s", unmeasured)
        for said in take_spooled(fleet, self.store, now):
            log.warning("%s", said)
        if unwritten := leave_verdicts(fleet, self.store, now):
            log.warning("programs do not hear of it: %s", unwritten)

    def look_again(self, share: Shard) -> None:
        """Look at what a rollout has just changed: nobody has to wait for the next round to see it live."""
        now = self.clock()
        if not (ended := unseen(self.store, now)):
            return
        fleet = self.anew()
        if names := ended & {one.name for one in share.part(fleet.config.targets)}:
            look_again(self.store, watching(fleet, now, fetch=False), names, now)


def bring(fleet: Fleet, *, fetch: bool) -> None:
    """Bring the repositories of the whole fleet up to date."""
    if fetch and fleet.config.watch.fetch:
        for error in fleet.fetch(fleet.config.targets):
            log.warning("%s: what is read of it may be over", error.message)


def fetching(anew: Callable[[], Fleet], *, fetch: bool) -> Job:
    """For a process that does not look: another one does, in repositories of its own. What is deployed here,
    or shown, is read from those of this process.
    """
    moments = Current(anew, schedule)
    return Job("fetch", moments, lambda _: bring(anew(), fetch=fetch), lambda moment: moment + _BEHIND)


@contextmanager
def rounds(
    anew: Callable[[], Fleet], store: Book, share: Shard, *, fetch: bool, whole: bool, clock: Clock
) -> Iterator[list[Job]]:
    """The jobs of this process; none where Temporal begins the rounds. Raises `StoreError` where that is not
    there.
    """
    fleet, made = anew(), _Rounds(anew, store, fetch, clock, whole)
    watch, moments = fleet.config.watch, Current(anew, schedule)

    def later(moment: datetime) -> datetime:
        return jittered(moment, watch.jitter, str(share))

    again = Job("look again", Every(_AGAIN_EVERY), lambda _: made.look_again(share))
    many = words.count(len(fleet.config.targets), "target")
    by = "Temporal, " if watch.engine.kind == "temporal" else ""
    log.info("watching %s by %s%s", many, by, ", ".join(watch.schedule))
    if not by:
        yield [Job("watch", moments, lambda slot: made.look(share, slot), later), again]
        return
    from unshipped.wiring.temporal import rounds_by

    looks = rounds_by(
        watch.engine, lambda name, slot: made.look(shard(name), slot), schedule(fleet.config), clock
    )
    with looks as driver:
        now = clock()
        driver.declare(str(share), (later(now) - now).total_seconds())
        yield [again]
