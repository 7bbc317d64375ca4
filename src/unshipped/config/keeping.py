"""Where the log lies, and for how long what is in it is kept: `store:`."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from unshipped.config.fields import Duration, Text, refusal
from unshipped.config.options import WrittenOrReferenced, written
from unshipped.config.strict import Strict
from unshipped.config.values import Keeping
from unshipped.core.logged.retention import Retention

_LEAST = 86400
_A_WEEK = 8 * _LEAST


def _long_enough(seconds: float) -> float:
    if seconds < _LEAST:
        raise refusal("what is written down is kept for at least `1d`: it is asked for again")
    return seconds


def _past_a_week(seconds: float) -> float:
    if seconds < _A_WEEK:
        raise refusal("what was said is kept for at least `8d`: by it, the report of a week is sent once")
    return seconds


Kept = Annotated[Duration, AfterValidator(_long_enough)]


class KeepSetting(Strict):
    """How long each kind of entry is kept, once it is over."""

    observations: Kept = Retention().observations
    """How targets stood."""
    rounds: Kept = Retention().rounds
    """The rounds of the watch."""
    notices: Annotated[Duration, AfterValidator(_past_a_week)] = Retention().notices
    """What was said, with every attempt."""
    incidents: Kept = Retention().incidents
    """Incidents with their transitions."""
    decisions: Kept = Retention().decisions
    """What gates answered."""
    deployments: Kept = Retention().deployments
    """Deployments that were told of."""
    people: Kept = Retention().people
    """Holds, silences and bypasses that people placed, and who did what."""


class StoreSetting(Strict):
    """The log: a file of SQLite, or a PostgreSQL database."""

    path: Text | None = None
    """The file, relative to this one; without it `.unshipped/log.db`."""
    url: WrittenOrReferenced | None = None
    """A PostgreSQL database in place of a file: `postgresql://USER@HOST/DATABASE`."""
    keep: KeepSetting | None = None
    """How long what was written down is kept."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.path is not None and self.url is not None:
            raise refusal("the log has a `path` or a `url`, not both")
        return self


def keeping(setting: StoreSetting | None) -> Keeping:
    """The setting as values."""
    made = setting or StoreSetting()
    keep = made.keep or KeepSetting()
    retention = Retention(**{name: getattr(keep, name) for name in Retention._fields})
    return Keeping(made.path or Keeping().path, written(made.url or ""), retention)
