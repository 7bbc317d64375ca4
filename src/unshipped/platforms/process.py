"""Runs one program with a limit on its time and on its output, and leaves nothing of it behind."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import IO, cast

from unshipped.core.hooks import VARIABLES

LIMIT = 64 * 1024
"""The most bytes that a program prints that answers one question."""

_TAIL = 4096
_CHUNK = 16 * 1024
_GLANCE = 0.5

_running: set[subprocess.Popen[bytes]] = set()
"""Programs that nobody has ended yet: an interrupted run ends them when it leaves."""
_starting = Lock()
"""Held while one is begun that is not among them yet."""
_PATIENCE = 2.0
"""So many seconds whoever leaves waits for that."""

_DROPPED = VARIABLES | {"GIT_EXEC_PATH", "GIT_NO_REPLACE_OBJECTS"}
"""What a program must not see that is started from a hook, and may ask about another repository."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended."""

    code: int | None
    """Its exit code, negative for a signal; `None` where it was killed because it printed too much."""
    output: bytes
    errors: bytes
    """The end of its standard error."""


def run(
    words: list[str],
    *,
    cwd: str,
    timeout: float,
    limit: int,
    variables: Mapping[str, str] | None = None,
    told: bytes = b"",
    stop: Callable[[], bool] = bool,
) -> Finished:
    """Runs a program and everything that it starts for at most `timeout` seconds.

    `told` is its standard input: a line, not more. `variables` are set for it beside those that there are.
    Reading stops once it has printed more than `limit` bytes. Raises `TimeoutError` where it is late,
    `InterruptedError` where `stop` says so, and `OSError` where it cannot be started.
    """
    deadline = monotonic() + timeout
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    with _starting:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE if told else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd or None,
            env=kept | dict(variables or {}),
            start_new_session=True,
        )
        _running.add(process)
    with process:
        try:
            _tell(process, told)
            output, errors = _collect(process, deadline, limit, stop)
            code = None if len(output) > limit else _wait(process, deadline)
        finally:
            _end(process)
    return Finished(code, output, errors)


def _tell(process: subprocess.Popen[bytes], told: bytes) -> None:
    if process.stdin:
        with suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(told)


def _collect(
    process: subprocess.Popen[bytes], deadline: float, limit: int, stop: Callable[[], bool]
) -> tuple[bytes, bytes]:
    output, errors = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(cast("IO[bytes]", process.stdout), selectors.EVENT_READ, output)
        selector.register(cast("IO[bytes]", process.stderr), selectors.EVENT_READ, errors)
        while selector.get_map() and len(output) <= limit:
            if stop():
                raise InterruptedError
            for key, _ in selector.select(min(_remaining(deadline), _GLANCE)):
                chunk = os.read(key.fd, _CHUNK)
                key.data.extend(chunk)
                if not chunk:
                    selector.unregister(key.fileobj)
            del errors[:-_TAIL]
    return bytes(output), bytes(errors)


def _wait(process: subprocess.Popen[bytes], deadline: float) -> int:
    try:
        return process.wait(_remaining(deadline))
    except subprocess.TimeoutExpired:
        raise TimeoutError from None


def _remaining(deadline: float) -> float:
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _end(process: subprocess.Popen[bytes]) -> None:
    _running.discard(process)
    if process.returncode is None:
        # Not waited for yet, so its number cannot belong to another group, even where it has ended already.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def end_all() -> None:
    """End every program that is still running, and let none begin: whoever leaves early calls this."""
    _starting.acquire(timeout=_PATIENCE)
    for process in list(_running):
        _end(process)
