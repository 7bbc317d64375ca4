"""A worker of a Temporal server, in a thread of this process, and the client beside it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import timedelta
from typing import Any, TypeVar

import tenacity
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from unshipped.core.value import Value
from unshipped.errors import StoreError

SILENCE = 10.0
"""A worker that says nothing for so many seconds is taken for dead, and its step is done by another one."""
_CONNECT = 15.0
_BEGINS = 5.0
"""For so many seconds a server that begins may listen and refuse."""

Answer = TypeVar("Answer")


class Place(Value):
    """Where the server is."""

    address: str
    namespace: str = "default"
    queue: str = "unshipped"
    key: str = ""


class TemporalWorker:
    """Works on one kind of workflow. Raises `StoreError` where the server is not there; `setting` names what
    says where it is.
    """

    def __init__(
        self,
        place: Place,
        flow: type,
        step: Callable[..., Any],
        *,
        setting: str,
        width: int,
        grace: float = 0.0,
    ) -> None:
        self.place, self._flow, self._step, self._width, self._grace = place, flow, step, width, grace
        self._ready = threading.Event()
        self._trouble = ""
        self._threads = ThreadPoolExecutor(width, "unshipped-activity")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name="unshipped-temporal", daemon=True)
        self._thread.start()
        answered = self._ready.wait(_CONNECT + 5)
        if why := self._trouble or ("" if answered else "no answer"):
            raise StoreError(f"Temporal at {place.address} cannot be reached: {why}", f"see `{setting}`")

    def asked(self, what: Callable[[Client], Coroutine[Any, Any, Answer]]) -> Answer:
        """What the server answers."""
        return asyncio.run_coroutine_threadsafe(what(self._client), self._loop).result()

    def close(self) -> None:
        """Let go: of what is under way after its grace, of what has not begun at once."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(self._grace + 10)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # noqa: BLE001 - it is raised where the worker is made
            self._trouble = type(error).__name__
            self._ready.set()
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._client = await _connected(self.place)
        worker = Worker(
            self._client,
            task_queue=self.place.queue,
            workflows=[self._flow],
            activities=[self._step],
            activity_executor=self._threads,
            max_concurrent_activities=self._width,
            max_cached_workflows=0,  # another worker would wait ten seconds for one that died with its cache
            graceful_shutdown_timeout=timedelta(seconds=self._grace),
        )
        async with worker:
            self._ready.set()
            await self._stop.wait()


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(RuntimeError),  # the client's word for whatever kept it out
    wait=tenacity.wait_fixed(0.5),
    stop=tenacity.stop_after_delay(_BEGINS),
    reraise=True,
)
async def _connected(place: Place) -> Client:
    connecting = Client.connect(place.address, namespace=place.namespace, api_key=place.key or None)
    return await asyncio.wait_for(connecting, _CONNECT - _BEGINS)


@contextmanager
def alive(silence: float) -> Iterator[None]:
    """Say, for as long as this goes on, that the activity of this thread does."""
    over = threading.Event()
    # Which activity it is stands in the context of this thread: the other one gets a copy.
    here = copy_context()
    threading.Thread(target=here.run, args=(_beat, over, silence / 4), daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _beat(over: threading.Event, pause: float) -> None:
    while not over.wait(pause):
        activity.heartbeat()
