"""Which reports are written by themselves, and who gets them: `reports:`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from unshipped.config.fields import Name
from unshipped.config.strict import Strict
from unshipped.config.values import Regular, Reports
from unshipped.config.watching import Crons


class WeekSetting(Strict):
    """The report of the last whole week."""

    to: Annotated[tuple[Name, ...], Field(min_length=1)]
    """The receivers, by their names under `receivers`."""
    at: Crons = Reports().week.at
    """When, in the time zone of `watch`: a cron expression, or several of them."""


class DaySetting(Strict):
    """What is open, and what happened in the 24 hours before."""

    to: Annotated[tuple[Name, ...], Field(min_length=1)]
    """The receivers, by their names under `receivers`."""
    at: Crons = Reports().day.at
    """When, in the time zone of `watch`: a cron expression, or several of them."""


class ReportsSetting(Strict):
    """What `unshipped serve` writes and hands to receivers by itself."""

    week: WeekSetting | None = None
    """The report of the week."""
    day: DaySetting | None = None
    """The digest of the day."""


def reports(setting: ReportsSetting | None) -> Reports:
    """The setting as values."""
    made, usual = setting or ReportsSetting(), Reports()
    return Reports(
        Regular(made.week.to, made.week.at) if made.week else usual.week,
        Regular(made.day.to, made.day.at) if made.day else usual.day,
    )
