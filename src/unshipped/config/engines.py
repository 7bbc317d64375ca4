"""What keeps things going: this process, something beside it, or a server of Temporal."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import model_validator

from unshipped.config.fields import AsWritten, Text, refusal
from unshipped.config.options import WrittenOrReferenced, written
from unshipped.config.strict import Strict
from unshipped.config.values import EngineSpec


class TemporalSetting(Strict):
    """Where a server of Temporal is."""

    address: Text | None = None
    """For `temporal`: where its server is, as `HOST:PORT`."""
    namespace: Text | None = None
    """For `temporal`: the namespace there."""
    queue: Text | None = None
    """For `temporal`: the name of the task queue, where several programs share a namespace."""
    key: WrittenOrReferenced | None = None
    """For `temporal`: the API key, if its server wants one."""

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        for name in TemporalSetting.model_fields:
            if getattr(self, "kind", "") != "temporal" and getattr(self, name) is not None:
                raise refusal(f"`{name}` goes with `kind: temporal`")
        return self


class EngineSetting(TemporalSetting):
    """What keeps rollouts going."""

    kind: Annotated[Literal["local", "dbos", "temporal"], AsWritten] = "dbos"
    """`local`: this process. `dbos`: embedded, its state beside the log. `temporal`: a server of yours."""


class WatchEngineSetting(TemporalSetting):
    """What begins the rounds of `unshipped serve`."""

    kind: Annotated[Literal["clock", "temporal"], AsWritten] = "clock"
    """`clock`: this process, by its clock. `temporal`: the schedules of a server of yours."""


def engine(setting: EngineSetting | WatchEngineSetting | None, usual: EngineSpec) -> EngineSpec:
    """The setting as a value; what it does not say is as usual."""
    if setting is None:
        return usual
    return EngineSpec(
        setting.kind,
        setting.address or usual.address,
        setting.namespace or usual.namespace,
        setting.queue or usual.queue,
        written(setting.key or ""),
    )
