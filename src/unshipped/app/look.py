"""One look at a fleet: what several targets need is asked once, and everybody gets the same answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

TYPE_CHECKING = False

if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import Any, TypeVar

    Answer = TypeVar("Answer")


class Underway(BaseException):
    """Somebody else is asking that already: come again once `answer` is there.

    No `Exception`, so that no source takes it for a failure of its own.
    """

    def __init__(self, answer: Future[Any]) -> None:
        super().__init__()
        self.answer = answer


class OneLook:
    """Remembers for as long as one look lasts. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked: dict[Hashable, Future[Any]] = {}

    def once(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        """What `ask` answers or raises, for whoever comes first with that key and for all that come after.

        Raises `Underway` where another thread is asking, so that none waits for another.
        """
        from concurrent.futures import Future  # noqa: PLC0415 - costs more than most looks

        with self._lock:
            first = key not in self._asked
            answer: Future[Answer] = self._asked.setdefault(key, Future())
        if first:
            try:
                answer.set_result(ask())
            except BaseException as error:  # noqa: BLE001 - raised for each that asks for it
                if isinstance(error, Underway):  # it waits for something itself, and is asked anew after that
                    with self._lock:
                        del self._asked[key]
                answer.set_exception(error)
        elif not answer.done():
            raise Underway(answer)
        return answer.result()
