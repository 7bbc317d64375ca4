"""Hours of the week, as a file says them: when the age clock runs, when somebody is told."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from unshipped.config.fields import AsWritten, TimeOfDay, Zone, refusal
from unshipped.config.strict import Strict
from unshipped.core.hours import WorkingHours

Day = Annotated[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], AsWritten]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class HoursSetting(Strict):
    """Hours of the week in a time zone, such as those in which people are there."""

    days: Annotated[tuple[Day, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri")
    """The days of the week."""
    start: Annotated[TimeOfDay, Field(alias="from", json_schema_extra={"default": "09:00"})] = 9 * 60
    """When they begin, as `09:00`."""
    end: Annotated[TimeOfDay, Field(alias="to", json_schema_extra={"default": "17:00"})] = 17 * 60
    """When they end, as `17:00`; at midnight, as `24:00`."""
    zone: Zone
    """The time zone, by its IANA name, such as `America/Los_Angeles`."""

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start >= self.end:
            raise refusal("`to` is not later than `from`; past midnight they are other hours, from `00:00`")
        return self


def working_hours(setting: HoursSetting) -> WorkingHours:
    """The setting as a value."""
    days = tuple(sorted({DAYS.index(day) for day in setting.days}))
    return WorkingHours(days, setting.start, setting.end, setting.zone)
