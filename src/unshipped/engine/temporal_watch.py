"""Keeps the watch going with a Temporal server: its schedules wake, any worker looks.

Which moment a round is for is not asked of Temporal: it knows other cron expressions, leaves out times that
the clock skips, and takes those twice that come twice. It wakes at the times of day of the schedule, and
every half hour besides; the newest moment that is due is looked at then, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
)

from unshipped.engine.temporal_flow import LOOK, Watch
from unshipped.engine.temporal_worker import SILENCE, Place, TemporalWorker, alive
from unshipped.schedule import Schedule as Moments

_MISSED = timedelta(days=1)
"""What was to begin while the server was away, for so long, is made up for: once."""
_GRACE = 300.0
"""A round that goes on may end when the process is told to stop."""
_EVERY_HALF_HOUR = ScheduleCalendarSpec(
    minute=[ScheduleRange(0), ScheduleRange(30)], hour=[ScheduleRange(0, 23)], comment="what was left out"
)

Clock = Callable[[], datetime]
Look = Callable[[str, datetime], None]
"""Does the round of a share for a moment. Doing it twice has to be harmless."""


class TemporalWatch:
    """A worker in a thread of this process. Raises `StoreError` where the server is not there."""

    def __init__(
        self, look: Look, moments: Moments, place: Place, clock: Clock, *, silence: float = SILENCE
    ) -> None:
        self._moments, self._silence = moments, silence
        step = _step(look, moments, clock, silence)
        self._worker = TemporalWorker(place, Watch, step, setting="watch.engine", width=1, grace=_GRACE)

    def declare(self, share: str, later: float) -> None:
        """Have that share looked at by the schedule, each time so many seconds later, by any worker."""
        self._worker.asked(lambda client: self._declare(client, share, later))

    def close(self) -> None:
        """Let go, when the round that goes on has ended. The schedule stays: another worker looks."""
        self._worker.close()

    async def _declare(self, client: Client, share: str, later: float) -> None:
        queue = self._worker.place.queue
        name = f"{queue}-{share.replace('/', '-of-')}"
        made = Schedule(
            action=ScheduleActionStartWorkflow(
                Watch.run, args=[share, later, self._silence], id=name, task_queue=queue
            ),
            spec=waking(self._moments),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE, catchup_window=_MISSED),
        )
        try:
            await client.create_schedule(name, made)
        except ScheduleAlreadyRunningError:  # a person may have paused it: that stays
            await client.get_schedule_handle(name).update(
                lambda known: ScheduleUpdate(replace(made, state=known.description.schedule.state))
            )


def waking(moments: Moments) -> ScheduleSpec:
    """When Temporal wakes: at least whenever something is due."""
    calendars = [
        ScheduleCalendarSpec(second=_each(one.seconds), minute=_each(one.minutes), hour=_each(one.hours))
        for one in moments.times()
    ]
    return ScheduleSpec(calendars=[*calendars, _EVERY_HALF_HOUR], time_zone_name=moments.zone)


def _each(values: Iterable[int]) -> list[ScheduleRange]:
    return [ScheduleRange(one) for one in sorted(values)]


def _step(look: Look, moments: Moments, clock: Clock, silence: float) -> Any:
    @activity.defn(name=LOOK, no_thread_cancel_exception=True)
    def looked(share: str, woken: datetime) -> None:
        # A clock here that is behind that of the server would still see the moment before.
        slot = moments.latest(max(clock(), woken))
        if slot:
            with alive(silence):
                look(share, slot)

    return looked
