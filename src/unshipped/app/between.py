"""What came between the plan of a rollout and its first touch: a lock, a hold, a freeze, a window's end."""

from __future__ import annotations

from unshipped.app.around import around, by_target
from unshipped.app.crew import Crew
from unshipped.core.rollout import Plan
from unshipped.core.windows import Asked, Despite, Ground, may_begin


def came_between(crew: Crew, plan: Plan) -> str:
    """Why nothing is touched any more, where something speaks against it; what was stepped over stays so."""
    now = crew.clock()
    locks, holds = tuple(crew.book.locks(now)), by_target(crew.book.holds(now))
    ground = around(crew, plan.target, locks, holds, Ground())
    wait = may_begin(_asked(crew, plan), ground, now)
    return wait.reason if wait else ""


def _asked(crew: Crew, plan: Plan) -> Asked:
    for wish in crew.book.wishes(ids=[plan.id]):
        return wish.asked
    # It was pruned, with all that was stepped over: a lock is heeded whatever that was.
    return Asked(
        plan.id,
        plan.service,
        plan.environment,
        plan.commit,
        plan.by,
        crew.clock(),
        rollback=plan.rollback,
        despite=tuple(Despite),
    )
