"""Jobs at their moments: twenty in a second, so that a test need not wait."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from unshipped.engine.clockwork import Every, Job, run
from unshipped.errors import UsageError
from unshipped.schedule import Schedule

OFTEN = Every(0.05)


def clock() -> datetime:
    return datetime.now(UTC)


def keep(jobs: Sequence[Job], seconds: float) -> None:
    """Keep the jobs for so many seconds."""
    stop = threading.Event()
    timer = threading.Timer(seconds, stop.set)
    timer.start()
    run(jobs, stop, clock)
    timer.join()


def test_a_job_is_done_at_each_of_its_moments_beginning_with_the_one_that_was_missed():
    done: list[datetime] = []
    while clock().timestamp() % 0.05 > 0.02:  # the next moment is not reached before it begins
        time.sleep(0.002)
    began = clock()
    keep([Job("watch", OFTEN, done.append)], 1)
    assert done[0] <= began
    assert len(done) > 8
    assert done == sorted(set(done))
    assert all(round(one.timestamp() / 0.05, 3).is_integer() for one in done)


def test_what_was_missed_while_it_ran_is_made_up_for_once():
    done: list[datetime] = []

    def slow(moment: datetime) -> None:
        done.append(moment)
        time.sleep(0.2)

    keep([Job("watch", OFTEN, slow)], 1)
    assert 2 <= len(done) <= 6
    gaps = [later - earlier for earlier, later in itertools.pairwise(done)]
    assert all(gap >= timedelta(seconds=0.14) for gap in gaps)


def test_a_job_that_fails_is_done_again_at_its_next_moment(caplog):
    done: list[datetime] = []

    def failing(moment: datetime) -> None:
        done.append(moment)
        raise RuntimeError("no")

    keep([Job("watch", OFTEN, failing)], 0.5)
    assert len(done) > 2
    assert "watch failed; it is tried again at its next moment" in caplog.text


def test_what_a_person_can_mend_is_said_in_a_line_and_not_each_time(caplog):
    done: list[datetime] = []

    def failing(moment: datetime) -> None:
        done.append(moment)
        raise UsageError("the file is wrong" if len(done) < 5 else "the log is away", "mend it")

    keep([Job("watch", OFTEN, failing)], 0.8)
    assert len(done) > 6
    told = [one.getMessage() for one in caplog.records]
    why = "watch failed; it is tried again at its next moment: "
    assert told == [f"{why}the file is wrong (mend it)", f"{why}the log is away (mend it)"]
    assert "Traceback" not in caplog.text


def test_a_clock_that_is_set_back_silences_no_job():
    done: list[datetime] = []
    back = timedelta()

    def shifted() -> datetime:
        return clock() - back

    def once(moment: datetime) -> None:
        nonlocal back
        done.append(moment)
        back = timedelta(hours=2)

    stop = threading.Event()
    threading.Timer(0.8, stop.set).start()
    run([Job("watch", OFTEN, once)], stop, shifted)
    assert len(done) > 4
    assert done[1] < done[0] - timedelta(hours=1)


def test_a_clock_that_is_set_back_while_a_job_waits_is_followed(monkeypatch):
    monkeypatch.setattr("unshipped.engine.clockwork.LONGEST_NAP", 0.02)
    began = clock()
    done: list[datetime] = []
    hourly = Every(3600.0)
    shift = [timedelta()]

    def back() -> None:
        shift[0] = hourly.latest(began) - timedelta(hours=1, milliseconds=50) - clock()

    stop = threading.Event()
    threading.Timer(0.2, back).start()
    threading.Timer(1.0, stop.set).start()
    run([Job("watch", hourly, done.append)], stop, lambda: clock() + shift[0])
    assert done == [hourly.latest(began), hourly.latest(began) - timedelta(hours=1)]


def test_moments_that_become_others_while_a_job_waits_are_followed(monkeypatch):
    monkeypatch.setattr("unshipped.engine.clockwork.LONGEST_NAP", 0.02)
    done: list[datetime] = []

    class Changing:
        every = Every(3600.0)

        def next(self, after: datetime) -> datetime:
            return self.every.next(after)

        def latest(self, now: datetime) -> datetime:
            return self.every.latest(now)

    moments = Changing()
    threading.Timer(0.3, lambda: setattr(moments, "every", OFTEN)).start()
    threading.Timer(0.6, lambda: setattr(moments, "every", Every(3600.0))).start()
    keep([Job("watch", moments, done.append)], 0.9)
    assert 4 < len(done) < 10
    assert done == sorted(set(done))


def test_a_job_keeps_to_its_own_time_whatever_another_does():
    done: list[datetime] = []
    hanging = Job("tell", OFTEN, lambda _: time.sleep(0.8))
    keep([hanging, Job("watch", OFTEN, done.append)], 0.8)
    assert len(done) > 4


def test_it_stops_at_once_while_it_waits():
    began = time.monotonic()
    weekly = Schedule(["0 8 * * 1"])
    keep([Job("report", weekly, lambda _: None)], 0.1)
    assert time.monotonic() - began < 10


def test_a_job_may_begin_a_little_after_its_moment():
    late: list[timedelta] = []
    a_little = timedelta(seconds=0.02)
    keep([Job("watch", OFTEN, lambda one: late.append(clock() - one), lambda one: one + a_little)], 0.4)
    assert late
    assert all(one >= a_little for one in late)
