"""For how long what was written down is kept."""

from __future__ import annotations

from unshipped.core.value import Value

_DAY = 86400.0


class Retention(Value):
    """Seconds, by kind. What is still so is kept for as long as it is so."""

    observations: float = 90 * _DAY
    """How targets stood, from when a stretch ended."""
    rounds: float = 90 * _DAY
    notices: float = 90 * _DAY
    """What was said, with every attempt, from when it was sent or given up."""
    incidents: float = 400 * _DAY
    """With their transitions, from when they were resolved."""
    decisions: float = 400 * _DAY
    """What gates answered."""
    deployments: float = 400 * _DAY
    people: float = 400 * _DAY
    """Holds, silences and bypasses, from when they ended; and who did what."""
