"""Jobs at their moments, in one process: each waits for its next one, does it, and waits again.

A job never overlaps itself. What was missed while it ran, or while the process was away, is made up for
once: its newest moment is done, the older ones are over. A job that fails is tried again at its next
moment; whoever watches the watch hears of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from unshipped.core.value import Value
from unshipped.errors import UnshippedError

log = logging.getLogger("unshipped")

LONGEST_NAP = 60.0
"""At most so many seconds are slept at once: a clock that is set forward, or back, is noticed by then."""
_AGAIN = timedelta(minutes=1)
_SET_BACK = timedelta(minutes=1)
"""By less than that a clock is only put right."""

Clock = Callable[[], datetime]


class Moments(Protocol):
    """When something is due."""

    def next(self, after: datetime) -> datetime: ...

    def latest(self, now: datetime) -> datetime | None: ...


class Every(Value):
    """Every so many seconds, in step with the clock."""

    seconds: float

    def next(self, after: datetime) -> datetime:
        return self._before(after) + timedelta(seconds=self.seconds)

    def latest(self, now: datetime) -> datetime:
        return self._before(now)

    def _before(self, now: datetime) -> datetime:
        return now - timedelta(seconds=now.timestamp() % self.seconds)


class Job(Value):
    """What is done, and when."""

    name: str
    moments: Moments
    run: Callable[[datetime], None]
    """Does it for that moment. Doing it twice for one moment has to be harmless."""
    later: Callable[[datetime], datetime] = lambda moment: moment
    """When it is begun: at its moment, or a little later."""


def run(jobs: Sequence[Job], stop: threading.Event, clock: Clock) -> None:
    """Run the jobs until `stop` is set; answers when every one of them has come to its end."""
    threads = [
        threading.Thread(target=_keep, args=(job, stop, clock), name=f"unshipped-{job.name}") for job in jobs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class _Trouble:
    """What a person can mend is said once a minute as long as it lasts, and not every two seconds."""

    def __init__(self, job: str) -> None:
        self._job = job
        self._said: tuple[str, datetime] | None = None

    def say(self, error: UnshippedError, now: datetime) -> None:
        if self._said and self._said[0] == error.message and abs(now - self._said[1]) < _AGAIN:
            return
        self._said = (error.message, now)
        hint = f" ({error.hint})" if error.hint else ""
        log.error("%s failed; it is tried again at its next moment: %s%s", self._job, error.message, hint)


def _keep(job: Job, stop: threading.Event, clock: Clock) -> None:
    trouble = _Trouble(job.name)
    moment, done = job.moments.latest(clock()) or job.moments.next(clock()), None
    while due := _wait(job, moment, done, stop, clock):
        try:
            job.run(due)
        except UnshippedError as error:
            trouble.say(error, clock())
        except Exception:
            log.exception("%s failed; it is tried again at its next moment", job.name)
        moment, done = _following(job.moments, due, clock()), due


def _following(moments: Moments, done: datetime, now: datetime) -> datetime:
    """The moment after the one that is done; of several that have passed the newest. A clock that was set
    back is followed: a job that waited until the clock is where it was would be silent for as long.
    """
    latest = moments.latest(now)
    if latest and latest > done:
        return latest
    return moments.next(now if now < done - _SET_BACK else max(done, now))


def _wait(
    job: Job, moment: datetime, done: datetime | None, stop: threading.Event, clock: Clock
) -> datetime | None:
    """Wait for that moment; for the next one of a clock that is set back meanwhile, or for an earlier one
    after `done` where the moments became others. None where it was said to stop.
    """
    before = clock()
    while not stop.is_set():
        now = clock()
        if now < before - _SET_BACK:
            moment = job.moments.next(now)
        elif done:
            moment = min(moment, _following(job.moments, done, now))
        before = now
        left = (job.later(moment) - now).total_seconds()
        if left <= 0:
            return moment
        stop.wait(min(left, LONGEST_NAP))
    return None
