"""A progress bar on a terminal, for work that takes longer than a second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TYPE_CHECKING = False

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 1.0


@contextmanager
def watched(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A function that is told how many of how many are done; None where nobody watches.

    Where nothing is told, as while git reads history, the bar shows that something is going on.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(what)
    try:
        yield bar.update
    finally:
        bar.close()


class _Bar:
    def __init__(self, what: str) -> None:
        self._what = what
        self._lock = threading.Lock()
        self._shown: tuple[Progress, TaskID] | None = None
        self._closed = False
        self._timer = threading.Timer(_PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def update(self, done: int, total: int) -> None:
        with self._lock:
            if self._shown:
                bar, task = self._shown
                bar.update(task, completed=done, total=total if done < total else None)

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._closed = True
            if self._shown:
                self._shown[0].stop()

    def _show(self) -> None:
        # Imported late: most runs are over before a bar is worth its import.
        from rich.console import Console
        from rich.progress import Progress

        with self._lock:
            if not self._closed:
                bar = Progress(console=Console(stderr=True), transient=True)
                self._shown = (bar, bar.add_task(self._what, total=None))
                bar.start()
