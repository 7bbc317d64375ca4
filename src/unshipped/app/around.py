"""What the log and the configuration say around a target: windows, freezes, locks, holds, rollouts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from unshipped.app.crew import Crew
from unshipped.core.holds import with_placed
from unshipped.core.logged.journal import Kept
from unshipped.core.logged.rolling import Rollout
from unshipped.core.model import Hold, Remark, Target
from unshipped.core.policy import rolling
from unshipped.core.recipe import Recipe
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


def frozen(targets: Iterable[Target], recipes: Mapping[str, Recipe], now: datetime) -> list[Target]:
    """The targets, held by the freeze of their deploys that is in force: somebody decided that nothing
    changes, said why, and until when. A hold of the target's own counts first.
    """
    freezes = {
        name: Hold(f"deploys are frozen: {one.reason}", one.by, one.until)
        for name, recipe in recipes.items()
        for one in sorted(recipe.freezes, key=lambda freeze: freeze.until)
        if one.since <= now < one.until
    }
    return with_placed(targets, freezes, now)


def under_way(opened: Iterable[Rollout], now: datetime) -> dict[str, Remark]:
    """The open rollout of each target that had begun by then."""
    return {
        one.target: rolling(one.id, one.plan.commit, one.begun_at) for one in opened if one.begun_at <= now
    }
