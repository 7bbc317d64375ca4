"""When the watch looks: cron expressions in a time zone, through every change of the clock."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from unshipped.core.value import Value


class Times(Value):
    """Times of a day: each second of each minute of each hour."""

    seconds: Collection[int]
    minutes: Collection[int]
    hours: Collection[int]


class Schedule:
    """The moments of several cron expressions together.

    An expression of a time that the clock skips is due when it has been skipped; one of a time that comes
    twice is due the first time. What runs every so many minutes does so through both.
    """

    def __init__(self, expressions: Sequence[str], zone: str = "UTC") -> None:
        """Raises `ValueError` where an expression is none, or is never due."""
        self.expressions, self.zone = tuple(expressions), zone
        for expression in self.expressions:
            _first(expression, datetime(2000, 1, 1, tzinfo=UTC), self.zone)

    def next(self, after: datetime) -> datetime:
        """The first moment after that one, in UTC."""
        return min(_first(expression, after, self.zone) for expression in self.expressions)

    def latest(self, now: datetime) -> datetime | None:
        """The newest moment that is not after `now`, in UTC; None where there was none for four years."""
        found = [_last(expression, now, self.zone) for expression in self.expressions]
        return max((one for one in found if one), default=None)

    def times(self) -> Iterator[Times]:
        """The times of the day at which each expression can be due, whatever it says of days."""
        for expression in self.expressions:
            made = CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC))
            yield Times(made.seconds, made.minutes, made.hours)


def _first(expression: str, after: datetime, zone: str) -> datetime:
    local = after.astimezone(ZoneInfo(zone))
    try:
        for moment in CronSim(expression, local):
            due: datetime = moment.astimezone(UTC)
            if due > after:  # around a change of the clock the same wall time comes again
                return due
    except CronSimError as error:
        raise ValueError(f"{expression!r} is no cron expression: {error}") from None
    raise ValueError(f"{expression!r} is never due")


def _last(expression: str, now: datetime, zone: str) -> datetime | None:
    """Found forwards, from ever longer ago, so that both ways agree on which moments there are. What is due
    each second would have a hundred thousand of them in a day.
    """
    for hours in (1 / 60, 1, *(24 * days for days in (1, 8, 32, 367, 4 * 366 + 1))):
        moment, found = now - timedelta(hours=hours), None
        while (moment := _first(expression, moment, zone)) <= now:
            found = moment
        if found:
            return found
    return None


def jittered(moment: datetime, most: float, whose: str) -> datetime:
    """A little after that moment: always the same for one name, and spread for several."""
    spread = crc32(whose.encode()) / 2**32
    return moment + timedelta(seconds=most * spread)
