"""Keeps rollouts going with a Temporal server: any number of workers, one goes on where another one died."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from unshipped.engine.temporal_flow import ADVANCE, Rollout
from unshipped.engine.temporal_worker import SILENCE, Place, TemporalWorker, alive
from unshipped.ports.rolling import Advance

log = logging.getLogger("unshipped")

_AFTER_TROUBLE = 2.0
_ASK_AGAIN = 5.0
"""So often the server is told of the same rollout: it may have lost what it knew."""
_POLL = 0.2


class TemporalEngine:
    """A worker in a thread of this process, and a client that begins workflows. Raises `StoreError` where the
    server is not there.
    """

    def __init__(self, advance: Advance, place: Place, *, width: int = 16, silence: float = SILENCE) -> None:
        self._silence = silence
        self._started: dict[str, float] = {}
        step = _step(advance, silence)
        self._worker = TemporalWorker(place, Rollout, step, setting="deploy.engine", width=width)

    def start(self, rollout: str) -> None:
        """See to it that this rollout is kept going, by any worker."""
        if time.monotonic() - self._started.get(rollout, -_ASK_AGAIN) >= _ASK_AGAIN:
            self._worker.asked(lambda client: self._start(client, rollout))
            self._started[rollout] = time.monotonic()

    def wait(self, rollout: str, seconds: float) -> bool:
        """Whether it has ended."""
        return self._worker.asked(lambda client: _ended(client, rollout, seconds))

    def close(self) -> None:
        """Let go. What is not finished is taken up again by another worker."""
        self._worker.close()

    async def _start(self, client: Client, rollout: str) -> None:
        try:
            await client.start_workflow(
                Rollout.run,
                args=[rollout, self._silence],
                id=_name(rollout),
                task_queue=self._worker.place.queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
        except WorkflowAlreadyStartedError:
            return


def _name(rollout: str) -> str:
    return f"unshipped-rollout-{rollout}"


async def _ended(client: Client, rollout: str, seconds: float) -> bool:
    until = time.monotonic() + seconds
    handle = client.get_workflow_handle(_name(rollout))
    while True:
        try:
            if (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED:
                return True
        except RPCError:
            pass  # it is not there yet, or its server is not
        if time.monotonic() >= until:
            return False
        await asyncio.sleep(_POLL)


def _step(advance: Advance, silence: float) -> Any:
    # Nothing is thrown into a step that is under way: who has the turn decides whether it counts.
    @activity.defn(name=ADVANCE, no_thread_cancel_exception=True)
    def advanced(rollout: str) -> float | None:
        with alive(silence):
            try:
                return advance(rollout)
            except Exception:
                log.exception("rollout %s: a step was interrupted; it is tried again", rollout)
                return _AFTER_TROUBLE

    return advanced
