"""Do one thing beside another: while git works in one process, ask it something else in a second."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import TypeVar

    Answer = TypeVar("Answer")


def beside(call: Callable[[], Answer]) -> Callable[[], Answer]:
    """Start a call in a thread of its own. What is returned waits for its answer, or raises its error."""
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again where the answer is wanted
            errors.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()

    def answer() -> Answer:
        thread.join()
        if errors:
            raise errors[0]
        return answers[0]

    return answer
