"""Ask every source at once. One that fails or hangs neither delays nor hides the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from unshipped.app.look import OneLook, Underway
from unshipped.core.model import Code, Origin, Problem, Revision, Signal, Target
from unshipped.core.value import Value
from unshipped.errors import SourceError

TYPE_CHECKING = False

if TYPE_CHECKING:
    from queue import SimpleQueue

    from unshipped.ports import Look, Repository, Source

Progress = Callable[[int, int], None]
"""Told how many of how many are done."""


class Ask(Value):
    """One source of one origin of one target, and the repository in which its answer is looked up."""

    target: Target
    origin: Origin
    name: str
    source: Source
    repository: Repository | Problem


def read_all(
    asks: Sequence[Ask], *, workers: int = 64, seconds: float = 60.0, progress: Progress | None = None
) -> list[Signal]:
    """The signal of each ask, in order. After `seconds` what has not answered is a `source-timeout`."""
    signals: list[Signal | None] = [None] * len(asks)
    slow = []
    look = OneLook()
    for at, ask in enumerate(asks):
        if getattr(ask.source, "at_once", False):
            signals[at] = read_one(ask, look)
        else:
            slow.append(at)
    if slow:
        _read_beside(asks, slow, signals, workers, seconds, progress)
    return [
        signal or Signal(ask.name, problem=Problem(Code.SOURCE_TIMEOUT, f"no answer within {seconds:g} s"))
        for ask, signal in zip(asks, signals, strict=True)
    ]


def read_one(ask: Ask, look: Look) -> Signal:
    """What one source says, its failure included. Names that it declares are followed to their commit."""
    try:
        reading = ask.source.read(ask.target, look)
        followed = tuple([_followed(ask, one) if one.ref else one for one in reading.revisions])
        found = (reading.remarks, reading.files, reading.roster, reading.settings, reading.past)
        return Signal(ask.name, followed, None, *found, getattr(ask.source, "written", False))
    except SourceError as error:
        return Signal(ask.name, problem=error.problem, roster=error.roster)
    except Exception as error:  # a source of a third party must not take the others down with it
        return Signal(ask.name, problem=Problem(Code.SOURCE_ERROR, f"{type(error).__name__}: {error}"))


def _followed(ask: Ask, revision: Revision) -> Revision:
    if isinstance(ask.repository, Problem):
        raise SourceError(ask.repository.code, ask.repository.message, ask.repository.hint)
    commit = ask.repository.follow(revision.ref, revision.remote, 30.0)
    if isinstance(commit, Problem):
        raise SourceError(commit.code, commit.message, commit.hint)
    return revision._replace(text=commit)


def _read_beside(
    asks: Sequence[Ask],
    places: Sequence[int],
    signals: list[Signal | None],
    workers: int,
    seconds: float,
    progress: Progress | None,
) -> None:
    """Fill in the signals of `places` from daemon threads, so that a hanging one cannot keep the process."""
    from queue import SimpleQueue  # noqa: PLC0415 - most fleets that are checked by hand ask nothing

    look = OneLook()
    waiting: SimpleQueue[int | None] = SimpleQueue()
    done: SimpleQueue[int] = SimpleQueue()

    def ask(place: int) -> None:
        try:
            signals[place] = read_one(asks[place], look)
            done.put(place)
        except Underway as other:  # this thread is free for another one until that is answered
            other.answer.add_done_callback(lambda _: waiting.put(place))

    def work() -> None:
        while (place := waiting.get()) is not None:
            ask(place)

    for place in places:
        waiting.put(place)
    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(workers, len(places)))]
    for thread in threads:
        thread.start()
    _count(done, len(places), seconds, progress)
    for _ in threads:
        waiting.put(None)


def _count(done: SimpleQueue[int], most: int, seconds: float, progress: Progress | None) -> None:
    """Wait until all are done, for at most so many seconds."""
    from queue import Empty  # noqa: PLC0415 - as above

    until = time.monotonic() + seconds
    for finished in range(1, most + 1):
        try:
            done.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            return
        if progress:
            progress(finished, most)
