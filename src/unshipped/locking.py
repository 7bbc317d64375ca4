"""Files that one process at a time has, until it lets go or dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.1


@contextmanager
def only_one(path: Path, seconds: float = 0) -> Iterator[bool]:
    """Whether this process has the file, at the latest after so many seconds. Raises `OSError`. Who may not
    write it must not read it either: that is enough to hold it for ever.
    """
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield patiently(lambda: _taken(handle), seconds)
    finally:
        os.close(handle)


def patiently(take: Callable[[], bool], seconds: float) -> bool:
    """Try it again and again, for so long."""
    until = time.monotonic() + seconds
    while not take():
        if time.monotonic() >= until:
            return False
        time.sleep(_PAUSE)
    return True


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
