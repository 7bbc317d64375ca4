"""Keeps rollouts going with a Temporal server: any number of workers, one goes on where another one died."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError
from temporalio.worker import Worker

from unshipped.engine.temporal_flow import ADVANCE, Rollout
from unshipped.errors import StoreError
from unshipped.ports.rolling import Advance

log = logging.getLogger("unshipped")

SILENCE = 10.0
"""A worker that says nothing for so many seconds is taken for dead, and its step is done by another one."""
_CONNECT = 15.0
_AFTER_TROUBLE = 2.0
_ASK_AGAIN = 5.0
"""So often the server is told of the same rollout: it may have lost what it knew."""
_POLL = 0.2

Answer = TypeVar("Answer")


class Place(NamedTuple):
    """Where the server is."""

    address: str
    namespace: str = "default"
    queue: str = "unshipped"
    key: str = ""


class TemporalEngine:
    """A worker in a thread of this process, and a client that begins workflows. Raises `StoreError` where the
    server is not there.
    """

    def __init__(self, advance: Advance, place: Place, *, width: int = 16, silence: float = SILENCE) -> None:
        self._advance, self._place, self._width, self._silence = advance, place, width, silence
        self._ready = threading.Event()
        self._started: dict[str, float] = {}
        self._trouble = ""
        self._threads = ThreadPoolExecutor(width, "unshipped-activity")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name="unshipped-temporal", daemon=True)
        self._thread.start()
        answered = self._ready.wait(_CONNECT + 5)
        if why := self._trouble or ("" if answered else "no answer"):
            raise StoreError(f"Temporal at {place.address} cannot be reached: {why}", "see `deploy.engine`")

    def start(self, rollout: str) -> None:
        """See to it that this rollout is kept going, by any worker."""
        if time.monotonic() - self._started.get(rollout, -_ASK_AGAIN) >= _ASK_AGAIN:
            self._asked(self._start(rollout))
            self._started[rollout] = time.monotonic()

    def wait(self, rollout: str, seconds: float) -> bool:
        """Whether it has ended."""
        return self._asked(self._ended(rollout, seconds))

    def close(self) -> None:
        """Let go. What is not finished is taken up again by another worker."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # noqa: BLE001 - it is raised where the engine is made
            self._trouble = type(error).__name__
            self._ready.set()
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        place = self._place
        self._client = await asyncio.wait_for(
            Client.connect(place.address, namespace=place.namespace, api_key=place.key or None), _CONNECT
        )
        worker = Worker(
            self._client,
            task_queue=place.queue,
            workflows=[Rollout],
            activities=[self._activity()],
            activity_executor=self._threads,
            max_concurrent_activities=self._width,
            max_cached_workflows=0,  # another worker would wait ten seconds for one that died with its cache
            graceful_shutdown_timeout=timedelta(0),
        )
        async with worker:
            self._ready.set()
            await self._stop.wait()

    def _activity(self) -> Any:
        advance = self._advance

        # Nothing is thrown into a step that is under way: who has the turn decides whether it counts.
        @activity.defn(name=ADVANCE, no_thread_cancel_exception=True)
        def advanced(rollout: str) -> float | None:
            over = threading.Event()
            # Which activity it is stands in the context of this thread: the other one gets a copy.
            here = copy_context()
            threading.Thread(
                target=here.run, args=(_beat, over, self._silence / 4, activity.heartbeat), daemon=True
            ).start()
            try:
                return advance(rollout)
            except Exception:
                log.exception("rollout %s: a step was interrupted; it is tried again", rollout)
                return _AFTER_TROUBLE
            finally:
                over.set()

        return advanced

    async def _start(self, rollout: str) -> None:
        try:
            await self._client.start_workflow(
                Rollout.run,
                args=[rollout, self._silence],
                id=f"unshipped-rollout-{rollout}",
                task_queue=self._place.queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
        except WorkflowAlreadyStartedError:
            return

    async def _ended(self, rollout: str, seconds: float) -> bool:
        until = self._loop.time() + seconds
        handle = self._client.get_workflow_handle(f"unshipped-rollout-{rollout}")
        while True:
            try:
                if (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED:
                    return True
            except RPCError:
                pass  # it is not there yet, or its server is not
            if self._loop.time() >= until:
                return False
            await asyncio.sleep(_POLL)

    def _asked(self, what: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result()


def _beat(over: threading.Event, pause: float, heartbeat: Any) -> None:
    """Say that the step goes on."""
    while not over.wait(pause):
        heartbeat()
