"""When the fleet is looked at, and when what is seen is an incident: `watch:`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from unshipped.config.engines import WatchEngineSetting, engine
from unshipped.config.fields import Duration, Natural, Switch, Text, Zone, refusal
from unshipped.config.options import WrittenOrReferenced, written
from unshipped.config.strict import Strict
from unshipped.config.values import Watch
from unshipped.core.rules import Rules
from unshipped.schedule import Schedule

_CRON = r"^\S+( +\S+){4,5}$"


def _cron(text: str) -> str:
    try:
        Schedule([text])
    except ValueError as error:
        raise refusal(str(error).replace("'", "`")) from None
    return text


def _several(value: object) -> object:
    return value if isinstance(value, list) else [value]


Cron = Annotated[Text, AfterValidator(_cron), WithJsonSchema({"type": "string", "pattern": _CRON})]
_ONE = {"type": "string", "pattern": _CRON}
Crons = Annotated[
    tuple[Cron, ...],
    Field(min_length=1),
    BeforeValidator(_several),
    WithJsonSchema({"anyOf": [_ONE, {"type": "array", "minItems": 1, "items": _ONE}]}),
]


class WatchSetting(Strict):
    """The watch: its schedule, and what it takes for an incident."""

    schedule: Crons = ("*/10 * * * *",)
    """When to look: a cron expression, or several of them."""
    zone: Zone = "UTC"
    """The time zone of the schedule, by its IANA name."""
    jitter: Duration = 0.0
    """Each share of the fleet begins up to so much later than the schedule says, always by the same time."""
    fetch: Switch = True
    """Whether the repositories are fetched before each look."""
    heartbeat: WrittenOrReferenced | None = None
    """An address that is told after each round how it went, such as that of a check at healthchecks.io:
    it notices when nothing is told any more. `{share}` in it stands for the number of the share."""
    verdicts: Text = ""
    """A file of verdicts that is written after each round, for programs that ask a gate on their own machine,
    relative to this file. It is signed where `UNSHIPPED_VERDICTS_KEY` is set."""
    metrics: Text = ""
    """A file that each round writes metrics for Prometheus to, relative to this one."""
    unknown_after: Duration = Rules().unknown_after
    """How long a target may be unknown before that is an incident of its own."""
    reopen_within: Duration = Rules().reopen_within
    """The same drift that comes back within so much time is the same incident."""
    flapping_from: Natural = Rules().flapping_from
    """From so many returns on an incident is believed to be over only once it has settled."""
    settle: Duration = Rules().settle
    """For how long a target must be in order before an incident that keeps coming back is over."""
    engine: WatchEngineSetting | None = None
    """What begins the rounds of `unshipped serve`, and makes up for those that were missed."""


def watch(setting: WatchSetting | None) -> Watch:
    """The setting as values."""
    made = setting or WatchSetting()
    rules = Rules(made.unknown_after, made.reopen_within, made.flapping_from, made.settle)
    heartbeat = written(made.heartbeat or "")
    files = (made.verdicts, made.metrics)
    driver = engine(made.engine, Watch().engine)
    return Watch(made.schedule, made.zone, made.jitter, made.fetch, rules, heartbeat, *files, driver)
