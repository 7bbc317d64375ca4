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
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import unshipped

ROOT = Path(__file__).parents[2]
ELSEWHERE = ("unshipped.__main__", "unshipped.stores.migrations.")
"""What runs where it is loaded, or is loaded by what it belongs to."""


def forked(
    arguments: Sequence[str], folder: Path, env: Mapping[str, str], timeout: float, terminal: str = ""
) -> tuple[int, bytes, bytes]:
    """Its exit code, standard output and standard error; of a terminal of that name these are what it shows.
    Raises `AssertionError` where it does not end.
    """
    with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_UNIX) as line:
        out, err = Path(place, "out"), Path(place, "err")
        line.settimeout(timeout)
        line.connect(_ready())
        streams = [terminal] * 3 if terminal else [os.devnull, str(out), str(err)]
        asked = {"arguments": list(arguments), "folder": str(folder), "env": dict(env), "streams": streams}
        line.sendall(json.dumps(asked).encode() + b"\n")
        answer = line.makefile()
        child = int(answer.readline())
        try:
            code = int(answer.readline())
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            raise AssertionError(f"{arguments} did not end: {out.read_text()}{err.read_text()}") from None
        return (code, b"", b"") if terminal else (code, out.read_bytes(), err.read_bytes())


@functools.cache
def _ready() -> str:
    """Where the process listens that is forked; it ends with the tests."""
    place = Path(tempfile.mkdtemp())
    command = [sys.executable, "-m", "tests.support.forked", str(place / "socket")]
    env = os.environ | {"LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    atexit.register(process.kill)
    assert process.stdout
    assert process.stdout.readline()
    return str(place / "socket")


class _Forks(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    """A process for each who asks, which waits for its child: the program."""

    request_queue_size = 128


class _Asked(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        told = json.loads(self.rfile.readline())
        child = os.fork()
        if child == 0:
            _become(**told)
        self.wfile.write(b"%d\n" % child)
        self.wfile.write(b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _become(arguments: list[str], folder: str, env: dict[str, str], streams: list[str]) -> None:
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

    from unshipped.cli.main import program

    program()


def _load() -> None:
    """The whole product, with what its rooms need to be loaded at all."""
    importlib.import_module("rich.progress")
    for module in pkgutil.walk_packages(unshipped.__path__, "unshipped."):
        if not module.name.startswith(ELSEWHERE):
            with suppress(ImportError):  # an extra that is not installed
                importlib.import_module(module.name)


if __name__ == "__main__":
    _load()
    gc.freeze()  # what is there already is nobody's garbage
    with _Forks(sys.argv[1], _Asked) as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        server.serve_forever()
