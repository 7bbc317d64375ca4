"""A progress bar on a terminal, for work that takes longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE = 1.0


@contextmanager
def watched(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A function that is told how many of how many are done; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(what)
    try:
        yield bar.update
    finally:
        bar.close()


class _Bar:
    def __init__(self, what: str) -> None:
        self._what, self._started = what, time.monotonic()
        self._shown: tuple[object, object] | None = None

    def update(self, done: int, total: int) -> None:
        if self._shown is None and time.monotonic() - self._started > _PATIENCE:
            self._show(total)
        if self._shown:
            bar, task = self._shown
            bar.update(task, completed=done)  # type: ignore[attr-defined]

    def close(self) -> None:
        if self._shown:
            self._shown[0].stop()  # type: ignore[attr-defined]

    def _show(self, total: int) -> None:
        # Imported late: most runs are over before a bar is worth its import.
        from rich.console import Console
        from rich.progress import Progress

        bar = Progress(console=Console(stderr=True), transient=True)
        self._shown = (bar, bar.add_task(self._what, total=total))
        bar.start()
