"""The program in a process of its own, which need not load Python and the libraries before it begins.

    code, out, err = forked(["check", "--format=json"], folder, {"HOME": str(folder)}, timeout=60)

To load them takes longer than most commands do. Here one process has loaded them, and is forked for each
command: what a command is told, does and leaves behind is its own, as if a shell had started it.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from pydantic import BaseModel

import unshipped

ROOT = Path(__file__).parents[2]
ELSEWHERE = ("unshipped.__main__", "unshipped.stores.migrations.")
"""What runs where it is loaded, or is loaded by what it belongs to."""
PROGRAM = "unshipped.cli.main:program"


def forked(
    arguments: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    timeout: float,
    terminal: str = "",
    door: str = PROGRAM,
) -> tuple[int, bytes, bytes]:
    """Its exit code, standard output and standard error; of a terminal of that name these are what it shows.
    Raises `AssertionError` where it does not end.
    """
    process = Forked(arguments, folder, env, terminal, door)
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise AssertionError(f"{arguments} did not end: {process.communicate(10)}") from None
    return (code, *process.written())


class Forked:
    """A program that runs: what `subprocess.Popen` has of it."""

    def __init__(
        self,
        arguments: Sequence[str],
        folder: Path,
        env: Mapping[str, str],
        terminal: str = "",
        door: str = PROGRAM,
    ) -> None:
        self.args = list(arguments)
        self.returncode: int | None = None
        self._place, self._line = Path(tempfile.mkdtemp()), socket.socket(socket.AF_UNIX)
        weakref.finalize(self, shutil.rmtree, self._place, ignore_errors=True)
        weakref.finalize(self, self._line.close)
        own = [os.devnull, str(self._place / "out"), str(self._place / "err")]
        asked = {"arguments": self.args, "folder": str(folder), "env": dict(env), "door": door}
        self._line.connect(_ready())
        self._line.sendall(
            json.dumps(asked | {"streams": [terminal] * 3 if terminal else own}).encode() + b"\n"
        )
        self.pid = self._number()

    def _number(self) -> int:
        with self._line.makefile("rb", buffering=0) as answer:
            return int(answer.readline())

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises `TimeoutExpired` where it does not end."""
        if self.returncode is None:
            if not select.select([self._line], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = self._number()
            self._line.close()
        return self.returncode

    def written(self) -> tuple[bytes, bytes]:
        """What it has written so far, unless that went to a terminal."""
        out, err = self._place / "out", self._place / "err"
        return (out.read_bytes(), err.read_bytes()) if err.exists() else (b"", b"")  # it is the last made

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it has written, once it has ended."""
        self.wait(timeout)
        out, err = self.written()
        return out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


@functools.cache
def _ready() -> str:
    """Where the process listens that is forked; it ends with the tests, however these end."""
    place = Path(tempfile.mkdtemp())
    command = [sys.executable, "-m", "tests.support.forked", str(place / "socket")]
    env = os.environ | {"LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    atexit.register(process.kill)
    assert process.stdout
    assert process.stdout.readline()
    return str(place / "socket")


class _Forks:
    """Listens, forks for each who asks, and says how each has ended."""

    def __init__(self, address: str) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.bind(address)
        self._line.listen(128)
        self._heard, self._ended = socket.socketpair()
        self._ended.setblocking(False)
        self._asking: dict[int, socket.socket] = {}

    def serve(self) -> None:
        """Until standard input ends. One that ends wakes who waits for one that asks."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._ended.fileno())
        asks, heard, over = self._line.fileno(), self._heard.fileno(), sys.stdin.fileno()
        ready: list[int] = []
        while over not in ready:
            ready, _, _ = select.select([asks, heard, over], [], [])
            if heard in ready:
                self._heard.recv(1 << 12)
            self._answer()
            if asks in ready:
                self._begin()

    def _begin(self) -> None:
        asking, _ = self._line.accept()
        with asking.makefile("rb") as reading:
            told = json.loads(reading.readline())
        child = os.fork()
        if child == 0:
            asking.close()
            self._forget()
            _become(**told)
        self._asking[child] = asking
        _tell(asking, child)

    def _forget(self) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for line in (self._line, self._heard, self._ended, *self._asking.values()):
            line.close()

    def _answer(self) -> None:
        while self._asking:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                break
            with self._asking.pop(child) as asking:
                _tell(asking, os.waitstatus_to_exitcode(status))


def _tell(asking: socket.socket, number: int) -> None:
    with suppress(OSError):  # who asked may have gone
        asking.sendall(b"%d\n" % number)


def _become(
    arguments: list[str], folder: str, env: dict[str, str], streams: list[str], door: str
) -> NoReturn:
    """What a new interpreter would find: streams, variables, folder, and no memory of others."""
    os.setsid()
    for number, path in enumerate(streams):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOCTTY), number)
    sys.stdout.reconfigure(line_buffering=os.isatty(1))  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    tempfile.tempdir = None
    os.chdir(folder)
    sys.path[:0] = env.get("PYTHONPATH", "").split(os.pathsep)
    sys.argv = ["unshipped", *arguments]
    if env.get("PYTHONWARNINGS") == "error":
        warnings.simplefilter("error")
    module, _, function = door.partition(":")
    code = 0
    try:
        getattr(importlib.import_module(module), function)()
    except Exception:  # noqa: BLE001 - it is told, and the process ends
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    os._exit(code)


def _load() -> None:
    """The whole product, with what its rooms need to be loaded at all."""
    importlib.import_module("rich.progress")
    for module in pkgutil.walk_packages(unshipped.__path__, "unshipped."):
        if not module.name.startswith(ELSEWHERE):
            with suppress(ImportError):  # an extra that is not installed
                importlib.import_module(module.name)
    for model in _models(BaseModel):
        model.model_rebuild()  # it would be built where it is needed first: in each fork anew


def _models(above: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in above.__subclasses__():
        yield from _models(model)
        if model.__module__.startswith("unshipped."):
            yield model


if __name__ == "__main__":
    _load()
    gc.freeze()  # what is there already is nobody's garbage
    forks = _Forks(sys.argv[1])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    forks.serve()
