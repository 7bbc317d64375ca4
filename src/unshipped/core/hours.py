"""Working time between two moments: the age clock of teams that do not deploy at night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from unshipped.core.value import Value

TYPE_CHECKING = False

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_MOST_DAYS = 366


class WorkingHours(Value):
    """When the age clock runs. `days` are 0 (Monday) to 6; minutes count from local midnight."""

    days: tuple[int, ...]
    start: int
    end: int
    zone: str


def working_seconds(hours: WorkingHours, since: datetime, now: datetime) -> float:
    """Seconds of working time from `since` to `now`; real seconds, also where the clock is changed.

    Past a year each further day counts in full: by then no threshold is left to be reached.
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - most checks have no working hours

    zone = ZoneInfo(hours.zone)
    day, last = since.astimezone(zone).date(), now.astimezone(zone).date()
    total = timedelta()
    if (last - day).days > _MOST_DAYS:
        day = last - timedelta(days=_MOST_DAYS)
        total = _at(day, 0, zone) - since
        since = _at(day, 0, zone)
    while day <= last:
        if day.weekday() in hours.days:
            start, end = _at(day, hours.start, zone), _at(day, hours.end, zone)
            total += max(timedelta(), min(end, now) - max(start, since))
        day += timedelta(days=1)
    return total.total_seconds()


def worked(hours: WorkingHours, since: datetime, seconds: float) -> datetime:
    """The moment at which so many seconds of working time have gone by since then."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - as above

    zone, left = ZoneInfo(hours.zone), seconds
    day = since.astimezone(zone).date()
    for _ in range(_MOST_DAYS):
        start, end = max(since, _at(day, hours.start, zone)), _at(day, hours.end, zone)
        length = max(0.0, (end - start).total_seconds()) if day.weekday() in hours.days else 0.0
        if length >= left:
            return start + timedelta(seconds=left)
        left -= length
        day += timedelta(days=1)
    return _at(day, 0, zone) + timedelta(seconds=left)


def openings(hours: WorkingHours, since: datetime, until: datetime) -> Iterator[datetime]:
    """The moments between two at which working time begins."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - as above

    zone = ZoneInfo(hours.zone)
    day = since.astimezone(zone).date()
    while (start := _at(day, hours.start, zone)) < until:
        if start >= since and day.weekday() in hours.days:
            yield start
        day += timedelta(days=1)


def within(hours: WorkingHours, now: datetime) -> bool:
    """Whether it is working time."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - as above

    local = now.astimezone(ZoneInfo(hours.zone))
    minutes = local.hour * 60 + local.minute
    return local.weekday() in hours.days and hours.start <= minutes < hours.end


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """That minute of the day in the zone, as a moment (UTC), so that differences are real seconds."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    return local.astimezone(UTC)
