"""What it takes for an incident: apart from what goes by it, so that reading the settings costs little."""

from __future__ import annotations

from datetime import timedelta

from unshipped.core.value import Value

RESTS = timedelta(days=4)
"""For so long a watch may rest, as over a long weekend."""


class Rules(Value):
    """When an incident opens, when it is the same as one before, and when it is believed to be over."""

    unknown_after: float = 1800
    """For how long, in seconds, a target may be unknown before that is an incident of its own."""
    reopen_within: float = 3600
    """The same drift that comes back within so many seconds is the same incident."""
    flapping_from: int = 3
    """From so many returns on it is not believed to be over at once."""
    settle: float = 1800
    """For how many seconds it must then have been in order."""
