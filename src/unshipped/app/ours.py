"""Whose a rollout is: several configurations may share a log, and each carries out what it knows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from unshipped.app.crew import Crew, digest
from unshipped.core.logged.rolling import Rollout, Taken
from unshipped.core.model import Target
from unshipped.core.recipe import Recipe

Way = tuple[Target, Recipe]

FIRST = timedelta(minutes=1)
"""After so long without a sign of whoever knows the way in which it was planned, it is taken up by who knows
another way of deploying the same target: half a rollout is worse.
"""
LOST = timedelta(days=1)
"""After so long anybody ends what nobody knows any more."""
_LOOK, _GLANCE = 5.0, 60.0
"""How often it is looked whether it is still somebody else's: who does not know the target looks rarely."""
_READINGS = 20


class Known:
    """How targets are deployed, by all that this process has read of it: what it read before the
    configuration was changed is its own as well.
    """

    def __init__(self) -> None:
        self._read: deque[Mapping[str, Way]] = deque(maxlen=_READINGS)

    def learn(self, targets: Iterable[Target], recipes: Mapping[str, Recipe]) -> None:
        """It was read anew."""
        self._read.appendleft({one.name: (one, recipes[one.name]) for one in targets if one.name in recipes})

    def __call__(self, target: str, made_of: str) -> Way | None:
        """That way of deploying that target."""
        ways = (one[target] for one in self._read if target in one)
        return next((way for way in ways if digest(way[1]) == made_of), None)


def left_alone(crew: Crew, rollout: Rollout) -> float:
    """After how many seconds to look again, where it is somebody else's; 0 where it is ours to carry out."""
    plan = rollout.plan
    if crew.knew(plan.target, plan.made_of):
        return 0
    near = plan.target in crew.recipes or bool(rollout.cancelled_by)
    others = [one for one in crew.book.steps(rollout.id) if one.by != crew.by]
    if crew.clock() >= _sign(rollout, others) + (FIRST if near else LOST):
        return 0
    return _LOOK if near else _GLANCE


def _sign(rollout: Rollout, steps: Sequence[Taken]) -> datetime:
    """Until when there were signs of whoever did these steps; a wait that the plan has is no silence."""
    way = (*rollout.plan.steps, *rollout.plan.back)
    moments = [rollout.begun_at]
    for one in steps:
        wait = timedelta(seconds=way[one.number].seconds)
        moments.append(one.result.at if one.result else one.begun_at + wait)
    return max(moments)
