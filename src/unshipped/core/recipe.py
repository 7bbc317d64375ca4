"""How one target is deployed, as it is declared."""

from __future__ import annotations

from enum import Enum

from unshipped.core.hours import WorkingHours
from unshipped.core.model import SourceSpec
from unshipped.core.value import Value
from unshipped.core.windows import Freeze


class Mode(str, Enum):
    """What happens by itself once something waits to be deployed."""

    OFF = "off"
    PREVIEW = "preview"
    """It is only said what would be deployed."""
    APPROVE = "approve"
    """It is asked for, and waits until somebody approves it."""
    AUTO = "auto"


class Identity(Value):
    """How it is proven that what serves is what was deployed."""

    within: float = 300.0
    """For how many seconds it may still be something else."""
    every: float = 2.0
    times: int = 2
    """So many looks in a row have to see it: what comes and goes does not serve."""


class Recipe(Value):
    """How one target is deployed."""

    by: SourceSpec
    """Who brings it, and how."""
    before: tuple[tuple[str, SourceSpec], ...] = ()
    """What is probed before anything is touched, such as whether the commit passed its tests."""
    checks: tuple[tuple[str, SourceSpec], ...] = ()
    """What is probed once it serves, each under a name."""
    identity: Identity = Identity()
    shares: tuple[float, ...] = ()
    """The shares of the traffic that it is given one after the other, before all of it."""
    bake: float = 0.0
    """For how many seconds it has to stay well."""
    rollback: bool = True
    after: tuple[str, ...] = ()
    """Services that are deployed before it, where they are waiting too."""
    windows: tuple[WorkingHours, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    mode: Mode = Mode.OFF
    another: bool = False
    """Whether what a person asks for waits until another one approves it."""
    schedule: tuple[str, ...] = ()
    """When what waits is deployed by itself: cron expressions; at any time where there are none."""
    zone: str = "UTC"
    promote: str = ""
    """The environment whose proven revision is what is deployed here; empty for what should serve."""
    wait: float = 0.0
    """How long a change may wait before it is deployed by itself."""
