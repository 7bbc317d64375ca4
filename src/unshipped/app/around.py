"""What the log and the configuration say around a target: windows, freezes, locks, holds, rollouts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from unshipped.app.crew import Crew
from unshipped.core.logged.journal import Kept
from unshipped.core.logged.rolling import Rollout
from unshipped.core.model import Hold, Remark
from unshipped.core.policy import rolling
from unshipped.core.windows import Ground, Lock


def around(
    crew: Crew, name: str, locks: tuple[Lock, ...], placed: Mapping[str, Hold], known: Ground
) -> Ground:
    """What decides, with these beside what is known."""
    recipe, target = crew.recipes.get(name), crew.targets.get(name)
    return known._replace(
        windows=recipe.windows if recipe else (),
        freezes=recipe.freezes if recipe else (),
        locks=locks,
        holds=tuple(filter(None, (target and target.hold, placed.get(name)))),
    )


def by_target(kept: Iterable[Kept]) -> dict[str, Hold]:
    """The hold of each target."""
    return {one.target: one.hold for one in kept}


def under_way(opened: Iterable[Rollout], now: datetime) -> dict[str, Remark]:
    """The open rollout of each target that had begun by then."""
    return {
        one.target: rolling(one.id, one.plan.commit, one.begun_at) for one in opened if one.begun_at <= now
    }
