"""The workflows at Temporal: that of a rollout, and that of a round of the watch. Its sandbox imports this
module anew for each one: nothing here is read from the world, and nothing else is imported.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

ADVANCE = "unshipped.advance"
LOOK = "unshipped.look"
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


@workflow.defn(name="unshipped.watch")
class Watch:
    """Look at a share of the fleet, however often that has to be tried."""

    @workflow.run
    async def run(self, share: str, later: float, silence: float) -> None:
        """One round. A worker that is silent for so many seconds is taken for dead."""
        if later:
            await workflow.sleep(timedelta(seconds=later))
        await workflow.execute_activity(
            LOOK,
            args=[share, workflow.info().start_time],
            start_to_close_timeout=timedelta(days=1),
            heartbeat_timeout=timedelta(seconds=silence),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=1)
            ),
        )
