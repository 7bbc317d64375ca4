"""Runs one program to its end, whatever becomes of whoever started it. A program of its own.

Its folder says what to run (`order`) and is told how it goes: `state` while it runs, `log`, and `end`. A file
`cancel` in it, or SIGTERM, ends the program. Standard library only: it starts in a moment and imports nothing
that a deploy could replace under it.
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

HEAD = 1024 * 1024
"""How much of the output is kept from its beginning; of the rest, the last `TAIL` bytes."""
TAIL = 64 * 1024
_CHUNK = 64 * 1024
_GLANCE = 0.1
_LINGER = 0.5
"""How long what is still being printed is read, after the program itself has ended."""
_SUBREAPER = 36
_asked: list[int] = []


def started(pid: int) -> str:
    """When a process began, as its system counts: with its number it is that process, and no later one."""
    if not Path("/proc/self/stat").exists():
        asked = ["ps", "-o", "lstart=", "-p", str(pid)]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def end_group(pid: int, began: str, number: int) -> None:
    """Send a signal to the group of a process, if it is still that process, or only its group is left."""
    now = started(pid)
    if now in ("", began):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)


def write(path: Path, said: dict[str, Any]) -> None:
    """Whole or not at all."""
    beside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_native_id()}")  # several may write
    beside.write_text(json.dumps(said))
    os.replace(beside, path)


class Log:
    """What is kept of an output: its beginning as it comes, its end when it is over."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._left, self._missing, self._tail = HEAD, 0, bytearray()

    def take(self, chunk: bytes) -> None:
        self._file.write(chunk[: self._left])
        over = chunk[self._left :]
        self._left -= len(chunk) - len(over)
        self._tail += over
        if len(self._tail) > TAIL:
            self._missing += len(self._tail) - TAIL
            del self._tail[:-TAIL]

    def close(self) -> None:
        if self._missing:
            self._file.write(f"\n[{self._missing} bytes are left out here]\n".encode())
        self._file.write(self._tail)
        self._file.close()


def supervise(folder: Path) -> dict[str, Any]:
    """Run it. Answers how it ended."""
    order = json.loads((folder / "order").read_text())
    log = Log(folder / "log")
    try:
        process = subprocess.Popen(
            order["words"],
            cwd=order["cwd"] or None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: _own(folder),  # noqa: PLW1509 - there is one thread
        )
    except OSError as error:
        return {"how": "not-started", "detail": error.strerror, "file": str(error.filename or "")}
    try:
        return _followed(process, log, folder / "cancel", order)
    finally:
        log.close()


def _own(folder: Path) -> None:
    """Said by the program itself before it is one: there is no moment in which it runs and nobody knows."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)  # what we ignore, it need not
    write(folder / "state", {"pid": os.getpid(), "started": started(os.getpid())})


def _followed(
    process: subprocess.Popen[bytes], log: Log, cancel: Path, order: dict[str, Any]
) -> dict[str, Any]:
    late, killed, over = monotonic() + order["timeout"], 0.0, 0.0
    why = ""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout or 0, selectors.EVENT_READ)
        while True:
            _listen(process, selector, log)
            now = monotonic()
            if process.poll() is not None and not why:
                over = over or now + _LINGER
                if not selector.get_map() or now > over:
                    return {"how": "exited", "code": process.returncode}
            elif not why and (_asked or cancel.exists() or now > late):
                why = "late" if now > late else "cancelled"
                killed = now + order["grace"]
                _signal(process, signal.SIGTERM)
            if why and (now > killed or (process.poll() is not None and not selector.get_map())):
                _signal(process, signal.SIGKILL)
                process.wait()
                return {"how": why}


def _listen(process: subprocess.Popen[bytes], selector: selectors.BaseSelector, log: Log) -> None:
    """Take what it prints, or wait for a moment."""
    if not selector.get_map():
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GLANCE)
    for key, _ in selector.select(_GLANCE) if selector.get_map() else ():
        chunk = os.read(key.fd, _CHUNK)
        log.take(chunk)
        if not chunk:
            selector.unregister(key.fileobj)


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """To its group, and to whatever left the group: that became a child of ours when its parent ended."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
    for pid in _below(os.getpid()):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _below(top: int) -> list[int]:
    """Every process below one, where the system tells."""
    parents: dict[int, list[int]] = {}
    for place in Path("/proc").iterdir() if Path("/proc/self/stat").exists() else ():
        with suppress(OSError, IndexError, ValueError):
            of = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            parents.setdefault(of, []).append(int(place.name))
    found = list(parents.get(top, ()))
    for pid in found:
        found += parents.get(pid, ())
    return found


def _adopt() -> None:
    """What a program leaves behind becomes ours, on Linux: it can be ended with it."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def main(folder: Path) -> None:
    if os.fork():
        os._exit(0)  # whoever started us is no parent of ours: nobody has to wait
    signal.signal(signal.SIGTERM, lambda number, _frame: _asked.append(number))
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _adopt()
    write(folder / "end", supervise(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
