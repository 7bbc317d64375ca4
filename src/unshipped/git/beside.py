"""Do one thing beside another: while git works in one process, ask it something else in a second."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Beside(Generic[Answer]):
    """A call that starts now, in a thread of its own, and is waited for later."""

    def __init__(self, call: Callable[[], Answer]) -> None:
        self._call = call
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._answer = self._call()
        except BaseException as error:  # noqa: BLE001 - raised again where the answer is wanted
            self._error: BaseException = error

    def result(self) -> Answer:
        """The answer, or the error that the call raised."""
        self._thread.join()
        if hasattr(self, "_error"):
            raise self._error
        return self._answer
