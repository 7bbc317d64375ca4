"""The watch, driven by schedules of a real Temporal server: it wakes, the product knows what is due."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unshipped.schedule import Schedule

pytest.importorskip("temporalio")

from temporalio.client import (
    Client,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleDescription,
)
from temporalio.client import Schedule as Declared

from unshipped.engine.temporal_watch import TemporalWatch, waking
from unshipped.engine.temporal_worker import Place
from unshipped.errors import StoreError

WAIT = 60.0
OFTEN = Schedule(["*/2 * * * * *"])
PACIFIC = "America/Los_Angeles"


class Rounds:
    """Which rounds were asked for, and how many at once."""

    def __init__(self, length: float = 0.0) -> None:
        self.done: list[tuple[str, datetime]] = []
        self.inside, self.most = 0, 0
        self.length = length
        self.trouble: list[Exception] = []
        self.failed: list[tuple[str, datetime]] = []
        self._lock = threading.Lock()

    def look(self, share: str, slot: datetime) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        try:
            time.sleep(self.length)
            if self.trouble:
                self.failed.append((share, slot))
                raise self.trouble.pop()
            with self._lock:
                self.done.append((share, slot))
        finally:
            with self._lock:
                self.inside -= 1


def clock() -> datetime:
    return datetime.now(UTC)


def comes(true: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture
def make(temporal):
    """Makes a worker, as one more process would."""
    made: list[TemporalWatch] = []
    queue = f"watch-{uuid.uuid4().hex[:8]}"

    def start(rounds: Rounds, moments: Schedule = OFTEN, silence: float = 1.0) -> TemporalWatch:
        made.append(
            TemporalWatch(rounds.look, moments, Place(temporal.address, queue=queue), clock, silence=silence)
        )
        return made[-1]

    start.queue = queue  # type: ignore[attr-defined]
    yield start
    for one in made:
        one.close()


def described(address: str, name: str) -> ScheduleDescription:
    async def ask() -> ScheduleDescription:
        return await (await Client.connect(address)).get_schedule_handle(name).describe()

    return asyncio.run(ask())


@pytest.mark.slow
def test_each_moment_is_looked_at_by_one_of_several_workers(make):
    rounds = Rounds()
    for _ in range(2):  # two processes of the same share
        make(rounds, silence=30.0).declare("1/1", 0)  # as dead as it is on a busy machine
    comes(lambda: len(rounds.done) >= 4)
    slots = [slot for _, slot in rounds.done]
    assert {share for share, _ in rounds.done} == {"1/1"}
    assert slots == sorted(set(slots))
    assert all(slot == OFTEN.latest(slot) for slot in slots)


@pytest.mark.slow
def test_a_round_that_takes_long_is_not_overlapped_and_its_newest_missed_moment_is_made_up_for(make):
    rounds = Rounds(length=3.0)
    make(rounds, silence=30.0).declare("1/1", 0)  # on a busy machine a worker is not dead after a second
    make(rounds, silence=30.0)
    comes(lambda: len(rounds.done) >= 3)
    assert rounds.most == 1
    gaps = [later - earlier for (_, earlier), (_, later) in zip(rounds.done, rounds.done[1:], strict=False)]
    assert all(gap <= timedelta(seconds=15) for gap in gaps)


@pytest.mark.slow
def test_shares_are_looked_at_side_by_side_by_whichever_worker_lives(make):
    rounds = Rounds()
    first, second = make(rounds), make(rounds)
    first.declare("1/2", 0)
    second.declare("2/2", 0)
    first.close()
    rounds.done.clear()
    comes(lambda: {share for share, _ in rounds.done} == {"1/2", "2/2"})


@pytest.mark.slow
def test_what_was_missed_while_no_worker_lived_is_made_up_for_once(make):
    rounds = Rounds()
    first = make(rounds)
    first.declare("1/1", 0)
    comes(lambda: bool(rounds.done))
    first.close()
    rounds.done.clear()
    time.sleep(7)
    before = clock()
    make(rounds)
    comes(lambda: len(rounds.done) >= 1)
    assert rounds.done[0][1] >= before - timedelta(seconds=2), "the newest moment, not those that are over"


@pytest.mark.slow
def test_a_round_that_fails_is_tried_again(make):
    rounds = Rounds()
    rounds.trouble = [OSError("the log is being written by somebody else")]
    make(rounds, Schedule(["*/20 * * * * *"])).declare("1/1", 0)
    comes(lambda: len(rounds.done) >= 1)
    assert rounds.done[0] == rounds.failed[0]


@pytest.mark.slow
def test_a_share_that_begins_later_is_for_the_same_moments(make):
    rounds = Rounds()
    make(rounds).declare("1/1", 1.5)
    comes(lambda: len(rounds.done) >= 2)
    assert all(slot == OFTEN.latest(slot) for _, slot in rounds.done)


@pytest.mark.slow
def test_what_is_declared_anew_replaces_what_was_and_leaves_a_pause_alone(make, temporal):
    plan = Schedule(["0 8,10,12,14,16 * * *"], PACIFIC)
    make(Rounds(), plan).declare("1/1", 0)
    name = f"{make.queue}-1-of-1"

    async def pause() -> None:
        await (await Client.connect(temporal.address)).get_schedule_handle(name).pause(note="a freeze")

    asyncio.run(pause())
    make(Rounds(), Schedule(["0 9 * * *"], PACIFIC)).declare("1/1", 0)
    known = described(temporal.address, name).schedule
    assert (known.state.paused, known.state.note) == (True, "a freeze")
    assert [[one.start for one in calendar.hour] for calendar in known.spec.calendars[:1]] == [[9]]


@pytest.mark.slow
@pytest.mark.parametrize("day", [datetime(2027, 3, 14), datetime(2027, 11, 7)], ids=["spring", "autumn"])  # noqa: DTZ001
@pytest.mark.parametrize("expression", ["0 8,10,12,14,16 * * *", "30 2 * * *", "30 1 * * *", "15 9 1 * MON"])
def test_the_server_wakes_whenever_something_is_due_also_where_the_clock_is_changed(
    expression, day, temporal
):
    plan, since = Schedule([expression], PACIFIC), day.replace(tzinfo=ZoneInfo(PACIFIC)).astimezone(UTC)

    async def ask() -> list[datetime]:
        client = await Client.connect(temporal.address)
        action = ScheduleActionStartWorkflow("nothing", id="none", task_queue="nobody")
        spec = replace(waking(plan), start_at=since - timedelta(seconds=1))
        found: list[datetime] = []
        for _ in range(6):  # it tells ten at once
            handle = await client.create_schedule(uuid.uuid4().hex, Declared(action=action, spec=spec))
            found += (await handle.describe()).info.next_action_times
            await handle.delete()
            spec = replace(spec, start_at=found[-1] + timedelta(seconds=1))
        return found

    wakes = asyncio.run(ask())
    due, moment = [], since - timedelta(seconds=1)
    while (moment := plan.next(moment)) <= wakes[-1]:
        due.append(moment)
    assert due or expression.endswith("MON")
    assert set(due) <= set(wakes)


def test_a_server_that_is_not_there_is_said_to_be_so_with_the_setting_that_names_it():
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1") as refused:
        TemporalWatch(Rounds().look, OFTEN, Place("127.0.0.1:1"), clock)
    assert "watch.engine" in refused.value.hint


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        ["*/10 * * * *", "5 0,12 L * *", "0 9 * * MON#2", "0 0 13 * FRI", "*/20 30 8-10 * * 1-5"]
    ),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_every_moment_of_a_schedule_is_among_the_times_of_day_at_which_it_wakes(expression, now):
    plan = Schedule([expression], "UTC")
    moment = plan.next(now)
    assert any(_holds(one, moment) for one in waking(plan).calendars)


def _holds(calendar: ScheduleCalendarSpec, moment: datetime) -> bool:
    ranges = (
        (calendar.second, moment.second),
        (calendar.minute, moment.minute),
        (calendar.hour, moment.hour),
    )
    return all(any(one.start <= value <= one.end for one in each) for each, value in ranges)
