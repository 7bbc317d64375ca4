"""The workflow of a rollout at Temporal. Its sandbox imports this module anew for each one: nothing here is
read from the world, and nothing else is imported.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

ADVANCE = "unshipped.advance"
_MOST = 500
"""After so many steps the workflow begins a new history: an endless one is slow."""


@workflow.defn(name="unshipped.rollout")
class Rollout:
    """Ask for what is next until it has ended."""

    @workflow.run
    async def run(self, rollout: str, silence: float) -> None:
        """Keep it going. A worker that is silent for so many seconds is taken for dead."""
        for _ in range(_MOST):
            pause: float | None = await workflow.execute_activity(
                ADVANCE,
                rollout,
                result_type=float | None,  # type: ignore[arg-type]
                start_to_close_timeout=timedelta(days=1),
                heartbeat_timeout=timedelta(seconds=silence),
                retry_policy=RetryPolicy(
                    initial_interval=timedelta(seconds=0.2), maximum_interval=timedelta(seconds=10)
                ),
            )
            if pause is None:
                return
            if pause:
                await workflow.sleep(timedelta(seconds=pause))
        workflow.continue_as_new(args=[rollout, silence])
